// One request and its answer: reading the body, negotiating the form, writing JSON, text or a Status.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { decodeProtobuf } from './protobuf.ts';
import type { Json, JsonObject } from '../object.ts';
import { badRequest, StatusError, statusBody, unsupportedMediaType } from '../status.ts';
import type { User } from '../write-options.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly user: User;
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
  readonly warnings: string[];
}

/** Kubernetes accepts bodies up to 3 MiB. */
const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

export async function readText(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > BODY_LIMIT_BYTES) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT_BYTES}`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

export function contentType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The body as JSON: from JSON, YAML or Kubernetes' protobuf. Undefined when there is none. Throws 400 or 415. */
export async function readBody(request: IncomingMessage): Promise<Json | undefined> {
  const bytes = await readText(request);
  if (bytes.length === 0) return undefined;
  const type = contentType(request);
  if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(bytes);
  if (type === 'application/yaml' || type === 'application/apply-patch+yaml') return fromYaml(bytes.toString('utf8'));
  if (type === 'application/json' || type.endsWith('+json') || type === 'text/plain')
    return fromJson(bytes.toString('utf8'));
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf`,
  );
}

function fromJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding the body as JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

function fromYaml(text: string): Json {
  try {
    return parseYaml(text) as Json;
  } catch (error) {
    throw badRequest(`error decoding the body as YAML: ${error instanceof Error ? error.message.split('\n')[0] : ''}`);
  }
}

export type Form = { readonly as: 'object' } | { readonly as: 'table' } | { readonly as: 'metadata' };

/** The first acceptable form in `Accept`: a Table, only metadata, or the object itself. */
export function formOf(request: IncomingMessage): Form {
  for (const part of (request.headers.accept ?? '').split(',')) {
    if (!part.includes('json') && !part.includes('*/*')) continue;
    if (/;\s*as=Table\b/.test(part) && /g=meta\.k8s\.io/.test(part)) return { as: 'table' };
    if (/;\s*as=PartialObjectMetadata(List)?\b/.test(part)) return { as: 'metadata' };
    if (!/;\s*as=/.test(part)) return { as: 'object' };
  }
  return { as: 'object' };
}

export function sendJson(
  exchange: Exchange,
  status: number,
  body: JsonObject | string,
  type = 'application/json',
): void {
  send(exchange, status, typeof body === 'string' ? body : JSON.stringify(body), type);
}

export function send(
  exchange: Exchange,
  status: number,
  body: string | Buffer,
  type: string,
  headers: Record<string, string> = {},
): void {
  const { response, warnings } = exchange;
  if (response.headersSent || response.destroyed) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head: OutgoingHttpHeaders = {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...headers,
  };
  if (warnings.length > 0) head['warning'] = warnings.map(warningHeader).join(', ');
  response.writeHead(status, head);
  response.end(exchange.method === 'HEAD' ? undefined : bytes);
}

/** RFC 7234: code 299, unknown agent, quoted text; header values are one line of Latin text. */
function warningHeader(text: string): string {
  const line = text
    .replaceAll(/[^\x20-\x7e]/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');
  return `299 - "${line}"`;
}

export function sendError(exchange: Exchange, error: StatusError): void {
  const headers: Record<string, string> =
    error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  send(exchange, error.status, JSON.stringify(statusBody(error)), 'application/json', headers);
}
