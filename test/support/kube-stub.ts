// A small API server over real HTTP, which fails in every way on demand. It knows no schemas and no kinds: any path will do.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeObject } from '../../src/kube/client.ts';

export interface StubRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly watch: boolean;
}

/** What happens instead of an answer; `raw` is sent as the body of a 200. */
export type Fault =
  | { readonly status: number; readonly reason?: string; readonly message?: string; readonly retryAfter?: number }
  | { readonly raw: string }
  | 'reset'
  | 'silence';

export interface KubeStub {
  readonly url: string;
  readonly requests: StubRequest[];
  /** Connections accepted so far. */
  connections(): number;
  /** Watches that are open. */
  watches(): number;
  /** Creates or updates, and tells the watches. `collection` is for example `/apis/keda.sh/v1alpha1/scaledobjects`. */
  put(collection: string, object: KubeObject): KubeObject;
  remove(collection: string, key: { namespace?: string; name: string }): void;
  /** A fixed answer for a path, for example a discovery document. */
  serve(path: string, document: unknown): void;
  /** The next `times` requests that match meet this fault. */
  fail(fault: Fault, when?: (request: StubRequest) => boolean, times?: number): void;
  /** Forgets history: a watch from before, or a list's next page, is answered with 410. */
  compact(): void;
  /** Sends a line to every open watch as it is. */
  sendLine(line: string): void;
  endWatches(how: 'end' | 'reset'): void;
  close(): Promise<void>;
}

interface Watch {
  readonly response: ServerResponse;
  readonly prefix: string;
}
interface Stored {
  readonly collection: string;
  readonly object: KubeObject;
}

export async function startKubeStub(
  options: { tls?: { key: string; cert: string; ca?: string } } = {},
): Promise<KubeStub> {
  const stored = new Map<string, Stored>();
  const history: { version: number; line: string; collection: string; namespace: string }[] = [];
  const documents = new Map<string, unknown>();
  const faults: { fault: Fault; when: (request: StubRequest) => boolean; left: number }[] = [];
  const watches = new Set<Watch>();
  const sockets = new Set<Socket>();
  const requests: StubRequest[] = [];
  let accepted = 0;
  let version = 100;
  let oldest = 0;
  let uids = 0;

  const idOf = (collection: string, key: { namespace?: string | undefined; name: string }): string =>
    `${collection}|${key.namespace ?? ''}|${key.name}`;
  const watched = (prefix: string, collection: string, namespace: string): boolean =>
    prefix === collection || prefix === withNamespace(collection, namespace);

  function emit(type: string, collection: string, object: KubeObject): void {
    const namespace = object.metadata.namespace ?? '';
    const line = JSON.stringify({ type, object });
    history.push({ version, line, collection, namespace });
    for (const watch of watches) if (watched(watch.prefix, collection, namespace)) watch.response.write(`${line}\n`);
  }

  function put(collection: string, object: KubeObject): KubeObject {
    const id = idOf(collection, object.metadata);
    const previous = stored.get(id)?.object;
    const uid = previous?.metadata.uid ?? object.metadata.uid ?? `uid-${++uids}`;
    const next = { ...object, metadata: { ...object.metadata, uid, resourceVersion: `${++version}` } };
    stored.set(id, { collection, object: next });
    emit(previous ? 'MODIFIED' : 'ADDED', collection, next);
    return next;
  }

  function remove(collection: string, key: { namespace?: string; name: string }): void {
    const gone = stored.get(idOf(collection, key))?.object;
    if (!gone) return;
    stored.delete(idOf(collection, key));
    emit('DELETED', collection, { ...gone, metadata: { ...gone.metadata, resourceVersion: `${++version}` } });
  }

  function startWatch(request: StubRequest, response: ServerResponse): void {
    const from = Number(request.query.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < oldest) {
      response.end(
        `${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired', 'too old resource version') })}\n`,
      );
      return;
    }
    const watch = { response, prefix: request.path };
    for (const h of history) {
      if (h.version > from && watched(watch.prefix, h.collection, h.namespace)) response.write(`${h.line}\n`);
    }
    watches.add(watch);
    response.on('close', () => watches.delete(watch));
  }

  function list(request: StubRequest, response: ServerResponse): void {
    const [at, start] = (request.query.get('continue') ?? `${version}:0`).split(':').map(Number) as [number, number];
    if (at < oldest)
      return fail(response, { status: 410, reason: 'Expired', message: 'the continue token is too old' });
    const all = [...stored.values()].filter((s) =>
      watched(request.path, s.collection, s.object.metadata.namespace ?? ''),
    );
    const limit = Number(request.query.get('limit') ?? all.length);
    const more = start + limit < all.length ? { continue: `${at}:${start + limit}` } : {};
    const items = all
      .slice(start, start + limit)
      .map(({ object }) => ({ ...object, apiVersion: undefined, kind: undefined }));
    send(response, 200, { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: `${at}`, ...more }, items });
  }

  function write(request: StubRequest, response: ServerResponse): void {
    const body = request.body as KubeObject;
    if (request.method === 'POST') {
      const { collection, namespace } = splitCollection(request.path);
      const metadata = { ...body.metadata, ...(namespace === undefined ? {} : { namespace }) };
      if (stored.has(idOf(collection, metadata))) return fail(response, { status: 409, reason: 'AlreadyExists' });
      return send(response, 201, put(collection, { ...body, metadata }));
    }
    const slash = request.path.lastIndexOf('/');
    const name = decodeURIComponent(request.path.slice(slash + 1));
    const { collection, namespace } = splitCollection(request.path.slice(0, slash));
    const key = { name, ...(namespace === undefined ? {} : { namespace }) };
    const found = stored.get(idOf(collection, key))?.object;
    if (!found) return fail(response, { status: 404, reason: 'NotFound', message: `"${name}" not found` });
    if (request.method === 'GET') return send(response, 200, found);
    const expected = body?.metadata?.resourceVersion;
    if (expected !== undefined && expected !== found.metadata.resourceVersion) {
      return fail(response, { status: 409, reason: 'Conflict', message: 'the object has been modified' });
    }
    if (request.method === 'DELETE') {
      remove(collection, key);
      return send(response, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
    }
    send(response, 200, put(collection, (request.method === 'PUT' ? body : merge(found, body)) as KubeObject));
  }

  function answer(request: StubRequest, response: ServerResponse): void {
    requests.push(request);
    const planned = faults.find((f) => f.left > 0 && f.when(request));
    if (planned) {
      planned.left--;
      return fail(response, planned.fault);
    }
    const document = documents.get(request.path);
    if (document !== undefined) return send(response, 200, document);
    if (request.watch) return startWatch(request, response);
    if (request.query.has('limit')) return list(request, response);
    write(request, response);
  }

  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://stub');
      const text = Buffer.concat(chunks).toString();
      answer(
        {
          method: incoming.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: incoming.headers,
          body: text === '' ? undefined : JSON.parse(text),
          watch: url.searchParams.get('watch') === 'true',
        },
        response,
      );
    });
  };
  const server = options.tls ? createTlsServer(options.tls, onRequest) : createServer(onRequest);
  server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    connections: () => accepted,
    watches: () => watches.size,
    put,
    remove,
    serve: (path, document) => documents.set(path, document),
    fail: (fault, when = () => true, times = 1) => faults.push({ fault, when, left: times }),
    compact() {
      oldest = ++version;
      history.length = 0;
    },
    sendLine(line) {
      for (const { response } of watches) response.write(`${line}\n`);
    },
    endWatches(how) {
      for (const { response } of watches) {
        if (how === 'end') response.end();
        else response.socket?.resetAndDestroy();
      }
      watches.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function fail(response: ServerResponse, fault: Fault): void {
  if (fault === 'silence') return;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
  } else if ('raw' in fault) {
    response.end(fault.raw);
  } else {
    const retry = fault.retryAfter === undefined ? {} : { 'retry-after': `${fault.retryAfter}` };
    send(response, fault.status, statusOf(fault.status, fault.reason ?? '', fault.message ?? 'on demand'), retry);
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function statusOf(code: number, reason: string, message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

function withNamespace(collection: string, namespace: string): string {
  const slash = collection.lastIndexOf('/');
  return `${collection.slice(0, slash)}/namespaces/${encodeURIComponent(namespace)}${collection.slice(slash)}`;
}

function splitCollection(path: string): { collection: string; namespace: string | undefined } {
  const [root = '', inner] = path.split('/namespaces/');
  const [namespace, plural] = inner?.split('/') ?? [];
  if (namespace === undefined || plural === undefined) return { collection: path, namespace: undefined };
  return { collection: `${root}/${plural}`, namespace: decodeURIComponent(namespace) };
}

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
