// The local HTTP endpoint for probes, Prometheus and people: /healthz, /readyz, /metrics, /decisions.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Component } from './component.ts';

export interface DiagnosticsOptions {
  readonly host: string;
  readonly port: number;
  /** Names of the components that aren't ready; empty when all are. */
  readonly notReady: () => readonly string[];
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
  /** The newest decision of one object, or of all; undefined when there is none. */
  readonly decisions: (key?: { readonly namespace: string; readonly name: string }) => unknown;
}

export interface Diagnostics extends Component {
  /** The port it listens on, once it does. */
  port(): number | undefined;
}

export function createDiagnostics(options: DiagnosticsOptions): Diagnostics {
  const server = createServer((request, response) => {
    answer(options, new URL(request.url ?? '/', 'http://localhost').pathname, response).catch((error: unknown) =>
      send(response, 500, 'text/plain', `${error instanceof Error ? error.message : String(error)}\n`),
    );
  });
  return {
    name: 'diagnostics',
    ready: () => server.listening,
    port: () => (server.address() as AddressInfo | null)?.port,
    run(signal) {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
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

async function answer(options: DiagnosticsOptions, path: string, response: ServerResponse): Promise<void> {
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
  if (path === '/metrics') return send(response, 200, options.metrics.contentType, await options.metrics.render());
  const [, root, namespace, name, ...rest] = path.split('/').map(decodeURIComponent);
  if (root === 'decisions' && rest.length === 0 && (namespace === undefined || name !== undefined)) {
    const found = options.decisions(namespace !== undefined && name !== undefined ? { namespace, name } : undefined);
    return found === undefined
      ? send(response, 404, 'text/plain', `no decision yet for ${namespace}/${name}\n`)
      : send(response, 200, 'application/json', `${JSON.stringify(found)}\n`);
  }
  return send(response, 404, 'text/plain', 'paths: /healthz /readyz /metrics /decisions /decisions/NAMESPACE/NAME\n');
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
