// A sidecar that takes messages for its one component and remembers them.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SidecarDouble {
  readonly url: string;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: unknown }[];
  /** Its components, as it names them. */
  components: readonly { readonly name: string; readonly type: string }[];
  /** Status of the answer to the n-th message, counted from 1. */
  status: (n: number) => number;
  close(): Promise<void>;
}

export async function startSidecarDouble(): Promise<SidecarDouble> {
  const requests: SidecarDouble['requests'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      if (request.url === '/v1.0/metadata') {
        const { components } = double;
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'app', components }));
        return;
      }
      requests.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
      response.writeHead(double.status(requests.length)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: SidecarDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    components: [{ name: 'message-queue', type: 'bindings.rabbitmq' }],
    status: () => 204,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return double;
}
