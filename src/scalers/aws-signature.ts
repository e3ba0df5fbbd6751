// Requests signed as AWS wants them (Signature Version 4). The only importer of AWS's signer.
import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../async.ts';
import type { AwsCredentials } from './aws-identity.ts';

export interface AwsSigning {
  /** The service that is asked, such as `aps`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly clock: Clock;
}

/** What is posted, and the headers that say so. */
export interface AwsPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers that make a GET of `url`, whose query has to be encoded as RFC 3986 has it, or a POST to it, ours. */
export async function signAwsRequest(
  url: URL,
  signing: AwsSigning,
  post?: AwsPost,
): Promise<Readonly<Record<string, string>>> {
  const signer = await signerOf(signing);
  const request = requestOf(url);
  const whole = post
    ? { ...request, method: 'POST', headers: { ...request.headers, ...post.headers }, body: post.body }
    : request;
  const signed = await signer.sign(whole, { signingDate: new Date(signing.clock.now()) });
  const { host: _, ...headers } = signed.headers;
  return headers;
}

/** The same as a URL that is good for `lifeS` seconds. */
export async function presignAwsUrl(url: URL, lifeS: number, signing: AwsSigning): Promise<URL> {
  const signer = await signerOf(signing);
  const signingDate = new Date(signing.clock.now());
  const { query = {} } = await signer.presign(requestOf(url), { signingDate, expiresIn: lifeS });
  const signed = new URL(url);
  signed.search = encodeQuery(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return signed;
}

/** A query in which only RFC 3986's unreserved characters stand for themselves. */
export function encodeQuery(pairs: Iterable<readonly [name: string, value: string]>): string {
  return [...pairs].map((pair) => pair.map(encode).join('=')).join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function signerOf({ service, region, credentials: { accessKeyId, secretAccessKey, sessionToken } }: AwsSigning) {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  return new SignatureV4({ service, region, credentials, sha256: Sha256 });
}

function requestOf(url: URL) {
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  return {
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: { host: url.host },
  };
}

/** The signer's own notion of a hash, which it makes with `new`. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
