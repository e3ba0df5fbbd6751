// A TCP relay in front of a broker that can refuse, be slow, stay silent, cut an answer short, or say something else.
import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';

export type ProxyMode =
  | 'pass'
  | 'refuse'
  /** Accepts, and passes nothing on. */
  | 'silent'
  /** Whatever is sent waits so long, both ways. */
  | { readonly delayMs: number }
  /** Of the broker's next answers, as many bytes pass on each connection; the open ones are cut in the middle. */
  | { readonly answerBytes: number; readonly ending: 'silence' | 'close' | 'reset' }
  /** The broker hears nothing; its place is taken by somebody who says this to whatever is asked. */
  | { readonly says: (question: Buffer) => Buffer };

export interface FaultProxy {
  readonly port: number;
  /** Refusing and passing begin by cutting what is connected; every other mode begins in the middle of it. */
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
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => {});
    /** Bytes of answers that passed in the mode of that time. */
    let passed = { mode, bytes: 0 };

    client.on('data', (bytes) => {
      // Without pipelining a request begins a chunk.
      if (/^(GET|POST|PUT) /.test(bytes.subarray(0, 5).toString('latin1'))) requests++;
      if (mode === 'pass') upstream.write(bytes);
      else if (typeof mode === 'string') return;
      else if ('says' in mode) client.write(mode.says(bytes));
      else if ('delayMs' in mode) setTimeout(() => upstream.write(bytes), mode.delayMs);
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (mode === 'pass') client.write(bytes);
      else if (typeof mode === 'string' || 'says' in mode) return;
      else if ('delayMs' in mode) setTimeout(() => client.write(bytes), mode.delayMs);
      else {
        if (passed.mode !== mode) passed = { mode, bytes: 0 };
        const part = bytes.subarray(0, Math.max(0, mode.answerBytes - passed.bytes));
        passed.bytes += bytes.length;
        const cut = passed.bytes > mode.answerBytes ? mode.ending : 'silence';
        client.write(part, () => {
          if (cut === 'close') client.destroySoon();
          if (cut === 'reset') client.resetAndDestroy();
        });
      }
    });
    upstream.on('close', () => {
      const holds = mode === 'silent' || (typeof mode === 'object' && ('says' in mode || 'ending' in mode));
      if (!holds) client.destroy();
    });
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
