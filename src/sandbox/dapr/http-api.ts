// The sidecar's HTTP API for its app: `/v1.0/…`, with Dapr's statuses and error codes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { invokeBinding } from './api-bindings.ts';
import { publishEvent } from './api-publish.ts';
import { type ApiAnswer, apiError, type ApiDeps, type ApiRequest } from './api-request.ts';

/** Dapr: max-body-size. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export function createApi(deps: ApiDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    respond(request, deps)
      .catch((error: unknown) => {
        deps.log.error('API request failed', { error });
        return apiError(500, 'ERR_INTERNAL', 'the sidecar failed; see its log');
      })
      .then((answer) => {
        const body = answer.body === undefined ? undefined : JSON.stringify(answer.body);
        response.writeHead(answer.status, body === undefined ? {} : { 'content-type': 'application/json' }).end(body);
      })
      .catch(() => response.destroy());
  };
}

async function respond(request: IncomingMessage, deps: ApiDeps): Promise<ApiAnswer> {
  const url = URL.parse(request.url ?? '/', 'http://sidecar');
  const body = await readBody(request);
  if (!url) return apiError(400, 'ERR_MALFORMED_REQUEST', 'the address can not be read');
  if (!body) return apiError(413, 'ERR_BODY_TOO_LARGE', `the body is larger than ${MAX_BODY_BYTES} bytes`);
  const method = request.method === 'PUT' ? 'POST' : (request.method ?? 'GET');
  const asked: ApiRequest = { query: url.searchParams, headers: request.headers, body };
  const [version, area = '', name = '', ...rest] = url.pathname.split('/').slice(1).map(decode);
  if (version !== 'v1.0') return notThere(url.pathname);
  switch (`${method} ${area}`) {
    case 'GET healthz':
      return name === 'outbound' ? healthOf(deps.components() !== undefined) : healthOf(deps.ready());
    case 'GET metadata':
      return { status: 200, body: describe(deps) };
    case 'POST bindings':
      return invokeBinding(name, asked, deps);
    case 'POST publish':
      return publishEvent(name, rest.join('/'), asked, deps);
    case 'POST shutdown':
      deps.shutDown();
      return { status: 204 };
    default:
      return notThere(url.pathname);
  }
}

function healthOf(well: boolean): ApiAnswer {
  return well ? { status: 204 } : apiError(500, 'ERR_HEALTH_NOT_READY', 'dapr is not ready');
}

function notThere(path: string): ApiAnswer {
  const there = 'bindings, publish, healthz, metadata and shutdown';
  return apiError(404, 'ERR_NOT_FOUND', `the sidecar stand-in has no ${path}; there are ${there} under /v1.0`);
}

function describe({ appId, components }: ApiDeps): unknown {
  return {
    id: appId,
    runtimeVersion: 'stand-in',
    components: (components()?.list() ?? []).map(({ spec, building }) => ({
      name: spec.name,
      type: spec.type,
      version: 'v1',
      capabilities: [...(building.input ? ['INPUT_BINDING'] : []), ...(building.output ? ['OUTPUT_BINDING'] : [])],
    })),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
