// A TCP relay in front of a broker that can refuse, or accept and stay silent.
import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';

export type ProxyMode = 'pass' | 'refuse' | 'silent';

export interface FaultProxy {
  readonly port: number;
  /** Cuts what is connected, unless it turns silent: then connections stay and nothing passes any more. */
  setMode(mode: ProxyMode): Promise<void>;
  /** Connections from clients that are open now. */
  connections(): number;
  /** Connections accepted since the start. */
  accepted(): number;
  /** HTTP requests seen since the start. */
  requests(): number;
  close(): Promise<void>;
}

export async function startFaultProxy(upstreamPort: number): Promise<FaultProxy> {
  const clients = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  let accepted = 0;
  let requests = 0;
  let server: Server | undefined;
  let port = 0;

  function relay(client: Socket): void {
    clients.add(client);
    accepted++;
    client.on('error', () => {});
    const upstream = connect(upstreamPort, '127.0.0.1');
    upstream.on('error', () => {});
    client.on('data', (bytes) => {
      // Without pipelining a request begins a chunk.
      if (/^(GET|POST|PUT) /.test(bytes.subarray(0, 5).toString('latin1'))) requests++;
    });
    client.on('data', (bytes) => mode === 'pass' && upstream.write(bytes));
    upstream.on('data', (bytes) => mode === 'pass' && client.write(bytes));
    upstream.on('close', () => mode !== 'silent' && client.destroy());
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
  }

  async function listen(): Promise<void> {
    const created = createServer(relay);
    await new Promise<void>((resolve, reject) => {
      created.once('error', reject);
      created.listen(port, '127.0.0.1', resolve);
    });
    server = created;
    port = (created.address() as AddressInfo).port;
  }

  async function stopListening(): Promise<void> {
    const closing = server;
    server = undefined;
    if (!closing) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    for (const client of clients) client.destroy();
    await closed;
  }

  await listen();
  return {
    port,
    connections: () => clients.size,
    accepted: () => accepted,
    requests: () => requests,
    close: stopListening,
    async setMode(wanted) {
      mode = wanted;
      if (wanted === 'refuse') return stopListening();
      if (wanted === 'pass') for (const client of clients) client.destroy();
      if (!server) await listen();
    },
  };
}
