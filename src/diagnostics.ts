// The local HTTP endpoint for probes, Prometheus and people: /healthz, /readyz, /metrics, /decisions.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Component } from './component.ts';
import { ConfigError } from './errors.ts';

interface DecisionKey {
  /** ScaledObject when not given. */
  readonly kind?: string;
  readonly namespace: string;
  readonly name: string;
}

export interface DiagnosticsOptions {
  readonly host: string;
  readonly port: number;
  /** Names of the components that aren't ready; empty when all are. */
  readonly notReady: () => readonly string[];
  /** What /metrics serves; undefined: nothing. */
  readonly metrics: Exposition | undefined;
  /** The newest decision of one object, or of all; undefined when there is none. */
  readonly decisions: (key?: DecisionKey) => unknown;
}

export interface Exposition {
  readonly contentType: string;
  /** The text, piece by piece. */
  render(): AsyncIterable<string>;
}

export interface Diagnostics extends Component {
  /** The port it listens on, once it does. */
  port(): number | undefined;
}

export function createDiagnostics(options: DiagnosticsOptions): Diagnostics {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      // Half an answer must not look like a whole one.
      if (response.headersSent) response.destroy();
      else send(response, 500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`);
    });
  });
  return {
    name: 'diagnostics',
    ready: () => server.listening,
    port: () => (server.address() as AddressInfo | null)?.port,
    run(signal) {
      return new Promise((resolve, reject) => {
        server.once('error', (error) => {
          const message = `the diagnostics cannot listen on ${options.host}:${options.port}: ${error.message}`;
          reject(new ConfigError('sluice run', [{ field: '--diagnostics-address', message }], { cause: error }));
        });
        server.listen(options.port, options.host === '' ? undefined : options.host);
        const stop = (): void => {
          server.close(() => resolve());
          server.closeAllConnections();
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
    },
  };
}

async function answer(
  options: DiagnosticsOptions,
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(url, 'http://localhost').pathname;
  if (path === '/healthz' || path === '/livez') return send(response, 200, 'text/plain', 'ok\n');
  if (path === '/readyz') {
    const missing = options.notReady();
    return send(
      response,
      missing.length === 0 ? 200 : 503,
      'text/plain',
      missing.length === 0 ? 'ok\n' : `not ready: ${missing.join(', ')}\n`,
    );
  }
  if (path === '/metrics' && options.metrics) return expose(options.metrics, headers['accept-encoding'], response);
  const [, root, ...rest] = path.split('/').map(decodeURIComponent);
  const key = keyIn(rest);
  if (root === 'decisions' && (key || rest.length === 0)) {
    const found = options.decisions(key);
    return found === undefined
      ? send(response, 404, 'text/plain', `no decision yet for ${described(key)}\n`)
      : send(response, 200, 'application/json', `${JSON.stringify(found)}\n`);
  }
  const decisions = '/decisions /decisions/NAMESPACE/NAME /decisions/ScaledJob/NAMESPACE/NAME';
  return send(response, 404, 'text/plain', `paths: /healthz /readyz /metrics ${decisions}\n`);
}

/** `NAMESPACE/NAME` is a ScaledObject; with its kind before it, it is whatever that says. */
function keyIn(words: readonly string[]): DecisionKey | undefined {
  const [name, namespace, kind] = words.toReversed();
  if (name === undefined || namespace === undefined || words.length > 3) return undefined;
  return { ...(kind === undefined ? {} : { kind }), namespace, name };
}

function described(key: DecisionKey | undefined): string {
  if (key === undefined) return 'anything';
  const name = `${key.namespace}/${key.name}`;
  return key.kind === undefined
    ? `ScaledObject ${name}; a ScaledJob's is at /decisions/ScaledJob/${name}`
    : `${key.kind} ${name}`;
}

/** Ten thousand objects have some ten megabytes of series; a twentieth of that when compressed. */
async function expose(metrics: Exposition, accepted: unknown, response: ServerResponse): Promise<void> {
  const isCompressed = /\bgzip\b(?!;q=0(\.0*)?\b)/.test(String(accepted));
  const encoding = isCompressed ? { 'content-encoding': 'gzip' } : {};
  response.writeHead(200, { 'content-type': metrics.contentType, vary: 'accept-encoding', ...encoding });
  const text = Readable.from(metrics.render());
  if (isCompressed) await pipeline(text, createGzip({ level: constants.Z_BEST_SPEED }), response);
  else await pipeline(text, response);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
