// AWS on this machine: its token service, which gives roles to those who may have them, and the check of a request's signature.
import { createHash, createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import { scratchDirectory } from './scratch.ts';

/** One question to the token service, and the access key that signed it. */
export interface AwsExchange {
  readonly action: string;
  readonly role: string;
  readonly session: string;
  readonly externalId: string | undefined;
  readonly signedBy: string | undefined;
}

export interface AwsCloud {
  readonly exchanges: readonly AwsExchange[];
  /** A pair of keys that was there before. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** As if somebody had asked for temporary ones for `role`. */
  issueKeys(role: string): {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
  /** The role behind the keys that signed the request, or `keys` for those; undefined for a signature that is wrong or too old. */
  signerOf(request: IncomingMessage, service: string, body?: string): string | undefined;
  /** Roles that our service account is not trusted with, but the role of our own is. */
  trustOwnRoleOnly(role: string): void;
  /** From now on the token service answers in this way; `lasting` is how long credentials are good, in seconds. */
  setTokenService(mode: 'gives' | 'refuses' | 'fails' | 'silent', lasting?: number): void;
  stop(): Promise<void>;
}

export const OWN_ROLE = 'arn:aws:iam::123456789012:role/sluice';
const NAMES = ['AWS_ENDPOINT_URL_STS', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN', 'AWS_EC2_METADATA_DISABLED'];

/** Sets the environment that a pod of EKS has whose service account has the role OWN_ROLE. */
export async function startAwsCloud(): Promise<AwsCloud> {
  const folder = await scratchDirectory('aws');
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'service-account-token');
  const keys = { accessKeyId: 'AKIASTATIC', secretAccessKey: 'static/secret' };
  const issued = new Map<string, { readonly secret: string; readonly role: string; readonly session?: string }>([
    [keys.accessKeyId, { secret: keys.secretAccessKey, role: 'keys' }],
  ]);
  const exchanges: AwsExchange[] = [];
  const byOwnRoleOnly = new Set<string>();
  let mode: Parameters<AwsCloud['setTokenService']>[0] = 'gives';
  let lastingS = 3_600;

  const signerOf = (request: IncomingMessage, service: string, body = ''): string | undefined => {
    const { authorization = '' } = request.headers;
    const [, id = '', scope = '', names = '', signature] =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(authorization) ??
      [];
    const known = issued.get(id);
    const time = String(request.headers['x-amz-date']);
    if (!known || !scope.endsWith(`/${service}/aws4_request`) || !time.startsWith(scope.slice(0, 8))) return undefined;
    if (known.session !== undefined && request.headers['x-amz-security-token'] !== known.session) return undefined;
    const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical(request, names, body))].join('\n');
    const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${known.secret}`);
    return hmac(key, text).toString('hex') === signature ? known.role : undefined;
  };

  const server = createServer((request, response) => void answerTo(request, response));
  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const form = new URLSearchParams(body);
    const [action, role] = [form.get('Action') ?? '', form.get('RoleArn') ?? ''];
    const signedBy = signerOf(request, 'sts', body);
    exchanges.push({
      action,
      role,
      session: form.get('RoleSessionName') ?? '',
      externalId: form.get('ExternalId') ?? undefined,
      signedBy,
    });
    if (mode === 'silent') return;
    const isTrusted =
      action === 'AssumeRoleWithWebIdentity'
        ? form.get('WebIdentityToken') === 'service-account-token' && !byOwnRoleOnly.has(role)
        : signedBy !== undefined;
    const answer = (status: number, xml: string): void =>
      void response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
    if (mode === 'fails') return answer(503, failure('ServiceUnavailable'));
    if (mode === 'refuses' || !isTrusted) return answer(403, failure('AccessDenied'));
    const [id, secret, session] = ['ASIA', 'secret/', 'session+'].map((text) => `${text}${exchanges.length}`) as [
      string,
      string,
      string,
    ];
    issued.set(id, { secret, role, session });
    const until = new Date(systemClock.now() + lastingS * 1_000).toISOString();
    const credentials = `<Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${session}</SessionToken><Expiration>${until}</Expiration></Credentials>`;
    const user = `<AssumedRoleUser><Arn>${role}</Arn><AssumedRoleId>A:KEDA</AssumedRoleId></AssumedRoleUser>`;
    answer(
      200,
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}${user}</${action}Result></${action}Response>`,
    );
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: OWN_ROLE,
    AWS_EC2_METADATA_DISABLED: 'true',
  });

  return {
    exchanges,
    keys,
    issueKeys(role) {
      const keys = {
        accessKeyId: 'ASIATEMPORARY',
        secretAccessKey: 'temporary/secret',
        sessionToken: 'session+temporary',
      };
      issued.set(keys.accessKeyId, { secret: keys.secretAccessKey, role, session: keys.sessionToken });
      return keys;
    },
    signerOf,
    trustOwnRoleOnly: (role) => void byOwnRoleOnly.add(role),
    setTokenService(wanted, lasting = 3_600) {
      mode = wanted;
      lastingS = lasting;
    },
    async stop() {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step 1. */
function canonical(request: IncomingMessage, names: string, body: string): string {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split('=', 2).map(decodeURIComponent));
  const parts = pairs.map(([name = '', value = '']) => `${encode(name)}=${encode(value)}`);
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const payload = String(request.headers['x-amz-content-sha256'] ?? sha256(body));
  const segments = path.split('/').map(encode).join('/');
  return [request.method, segments, parts.toSorted().join('&'), headers.join(''), names, payload].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function failure(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>what AWS says of arn:aws:sts::1:secret</Message></Error></ErrorResponse>`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
