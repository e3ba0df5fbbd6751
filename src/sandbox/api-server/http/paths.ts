// Requests that are about the server itself: version, health, discovery and OpenAPI.
import type { OpenApi } from './openapi.ts';
import { OPENAPI_V2_PROTOBUF, swaggerProtobuf } from './openapi-v2.ts';
import { createHash } from 'node:crypto';
import type { JsonObject } from '../object.ts';
import type { Registry } from '../registry.ts';
import { noSuchPath } from '../status.ts';
import {
  AGGREGATED_TYPE,
  aggregatedDiscovery,
  apiGroupList,
  apiGroupNamed,
  apiResourceList,
  apiVersions,
  type RemoteGroupVersion,
} from './discovery.ts';
import { type Exchange, send, sendJson } from './exchange.ts';

const VERSION: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+sluice-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'v8',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

export interface PathContext {
  readonly registry: Registry;
  readonly openApi: OpenApi;
  readonly remote: () => readonly RemoteGroupVersion[];
  readonly address: () => string;
}

/** Throws 404 for what there is not. */
export function servePath(exchange: Exchange, context: PathContext): void {
  const { pathname } = exchange.url;
  if (HEALTH.has(pathname) || /^\/(healthz|livez|readyz)\//.test(pathname))
    return send(exchange, 200, 'ok', 'text/plain; charset=utf-8');
  if (pathname === '/version') return sendJson(exchange, 200, VERSION);
  if (pathname === '/')
    return sendJson(exchange, 200, {
      paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'],
    });
  if (pathname === '/openapi/v2') return openApiV2(exchange, context);
  if (pathname === '/openapi/v3') return sendJson(exchange, 200, context.openApi.index());
  if (pathname.startsWith('/openapi/v3/'))
    return openApiDocument(exchange, context, pathname.slice('/openapi/v3/'.length));
  if (pathname === '/api' || pathname === '/apis') return discoveryRoot(exchange, context, pathname);
  const body = groupDiscovery(
    context,
    pathname.split('/').filter((part) => part !== ''),
  );
  if (!body) throw noSuchPath();
  sendJson(exchange, 200, body);
}

function openApiDocument(exchange: Exchange, context: PathContext, path: string): void {
  const document = context.openApi.document(path.replace(/\/$/, ''));
  if (!document) throw noSuchPath();
  const etag = `"${document.hash}"`;
  const fresh = exchange.request.headers['if-none-match'] === etag;
  // A URL that carries the right hash never changes its meaning.
  const immutable = exchange.query.get('hash') === document.hash;
  const caching: Record<string, string> = immutable
    ? { 'cache-control': 'public, immutable', expires: new Date(8.64e15).toUTCString() }
    : {};
  send(exchange, fresh ? 304 : 200, fresh ? '' : document.text, 'application/json', {
    etag,
    vary: 'Accept',
    ...caching,
  });
}

function openApiV2(exchange: Exchange, context: PathContext): void {
  const swagger = context.openApi.swagger();
  if (!(exchange.request.headers.accept ?? '').includes('protobuf')) return sendJson(exchange, 200, swagger);
  send(exchange, 200, swaggerProtobuf(swagger), OPENAPI_V2_PROTOBUF);
}

function discoveryRoot(exchange: Exchange, context: PathContext, pathname: '/api' | '/apis'): void {
  const core = pathname === '/api';
  if (!wantsAggregated(exchange.request.headers.accept ?? '')) {
    return sendJson(
      exchange,
      200,
      core ? apiVersions(context.address()) : apiGroupList(context.registry, context.remote()),
    );
  }
  const text = JSON.stringify(aggregatedDiscovery(context.registry, context.remote(), core ? 'core' : 'groups'));
  const etag = `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"`;
  const fresh = exchange.request.headers['if-none-match'] === etag;
  send(exchange, fresh ? 304 : 200, fresh ? '' : text, AGGREGATED_TYPE, { etag, vary: 'Accept' });
}

/** Clients before 1.30 only know v2beta1, which is no longer served; they also take the old form. */
function wantsAggregated(accept: string): boolean {
  return accept.split(',').some((part) => {
    const parameters = part.split(';').map((parameter) => parameter.trim());
    return parameters.includes('as=APIGroupDiscoveryList') && parameters.includes('v=v2');
  });
}

function groupDiscovery(context: PathContext, parts: readonly string[]): JsonObject | undefined {
  const [root, first = '', second, more] = parts;
  if (more !== undefined) return undefined;
  if (root === 'api') return second === undefined ? apiResourceList(context.registry, '', first) : undefined;
  if (root !== 'apis') return undefined;
  if (second === undefined) return apiGroupNamed(context.registry, context.remote(), first);
  return apiResourceList(context.registry, first, second);
}
