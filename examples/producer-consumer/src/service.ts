// A small HTTP service over JSON that can be drained: it finishes what it has begun before it goes.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Sent as JSON; without it the body is empty. */
  readonly body?: unknown;
}

export interface Asked {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Fires when the service is told to end. */
  readonly draining: AbortSignal;
  /** Fires when who asked hung up before the answer: nobody will take it. */
  readonly hungUp: AbortSignal;
}

/** What it throws becomes an answer: BadRequest 400, anything else 500. */
export type Handler = (asked: Asked) => Promise<Reply>;

export interface Service {
  readonly port: number;
  /**
   * From now on new work gets 503. /healthz stays 200 until the work in progress has been answered, then turns to 503, so that a
   * sidecar that watches it knows when it may go as well. Resolves when the service has closed.
   */
  drain(): Promise<void>;
}

export class BadRequest extends Error {}

const LARGEST_BODY_BYTES = 1024 * 1024;

/** `posts` maps a path to what happens on POST. OPTIONS on such a path says that it exists, which is how Dapr finds its bindings. */
export async function startService(port: number, posts: Readonly<Record<string, Handler>>): Promise<Service> {
  const drained = new AbortController();
  let working = 0;
  let whenIdle = (): void => {};

  const answer = async (request: IncomingMessage, hungUp: AbortSignal): Promise<Reply> => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/healthz') return { status: drained.signal.aborted && working === 0 ? 503 : 200 };
    const handler = Object.hasOwn(posts, path) ? posts[path] : undefined;
    if (!handler)
      return { status: 404, body: { error: `expected one of ${Object.keys(posts).join(', ')}, found ${path}` } };
    if (request.method === 'OPTIONS') return { status: 200 };
    if (request.method !== 'POST') return { status: 405, body: { error: `expected POST, found ${request.method}` } };
    if (drained.signal.aborted) return { status: 503, body: { error: 'shutting down' } };
    working++;
    try {
      const body = await readJson(request);
      return await handler({ body, headers: request.headers, draining: drained.signal, hungUp });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: error instanceof BadRequest ? 400 : 500, body: { error: message } };
    } finally {
      working--;
    }
  };
  const server = createServer((request, response) => {
    const hangUp = new AbortController();
    response.once('close', () => {
      if (!response.writableEnded) hangUp.abort();
    });
    void answer(request, hangUp.signal).then((reply) => {
      send(response, reply, drained.signal.aborted);
      if (working === 0) whenIdle();
    });
  });
  // A sidecar keeps its connection for the next message. One that we close after a while (Node: five seconds) may have it on its way by then,
  // and some brokers' sidecars take that for a failed try.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async drain() {
      drained.abort();
      if (working > 0) {
        await new Promise<void>((resolve) => {
          whenIdle = resolve;
        });
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
}

/** Ends the process in peace on SIGTERM and Ctrl-C. Node as process 1 of a container would ignore SIGTERM otherwise. */
export function drainOnSignal(service: Service): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      console.log(`${signal}: finishing what has begun`);
      void service.drain();
    });
  }
}

function send(response: ServerResponse, { status, body }: Reply, last: boolean): void {
  if (last) response.setHeader('connection', 'close');
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new BadRequest(`expected a body of at most ${LARGEST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BadRequest('expected a body in JSON');
  }
}
