// Stands in front of a real API server, sees each request and lets faults befall it. Who asks stays the same: the proxy says it
// for a client certificate as the aggregator does, by request headers, and passes a token on.
import { request as httpsRequest, Agent, createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificatePair } from '../../src/pki.ts';
import { issueServer } from '../../src/sandbox/api-server/authorities.ts';
import { createFaultInjector, type FaultInjector } from '../../src/sandbox/api-server/http/faults.ts';

export interface RecordingProxy {
  readonly port: number;
  inject: FaultInjector['inject'];
  /** Refuses connections and cuts those that are open while `work` runs. */
  away(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export interface RecordingProxyOptions {
  readonly upstreamPort: number;
  /** Signs the proxy's own certificate, the server's and the clients'. */
  readonly authority: CertificatePair;
  /** With which the server lets it speak for others. */
  readonly frontProxyClient: Pick<CertificatePair, 'certPem' | 'keyPem'>;
  readonly now: number;
}

/** Of one connection, not of the message. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer']);

export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const { upstreamPort, authority, frontProxyClient, now } = options;
  const faults = createFaultInjector();
  const agent = new Agent({ keepAlive: true });
  const serving = await issueServer(authority, [], now);

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url: path = '/' } = request;
    const identity = identityHeaders(request);
    const asked = httpsRequest(
      {
        host: '127.0.0.1',
        port: upstreamPort,
        method,
        path,
        headers: { ...endToEnd(request.headersDistinct), ...identity },
        agent,
        ca: authority.certPem,
        ...(identity && { cert: frontProxyClient.certPem, key: frontProxyClient.keyPem }),
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headersDistinct));
        response.flushHeaders();
        answer.on('error', () => response.destroy());
        answer.on('aborted', () => response.destroy());
        answer.pipe(response);
      },
    );
    asked.on('error', () => request.socket.destroy());
    response.on('close', () => asked.destroy());
    request.pipe(asked);
  }

  const sockets = new Set<Socket>();
  const server = createServer(
    {
      cert: serving.certPem,
      key: serving.keyPem,
      ca: authority.certPem,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: 90_000,
    },
    (request, response) => {
      if (!faults.strike(request, response)) forward(request, response);
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    return closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    inject: faults.inject,
    async away(work) {
      await close();
      await work();
      await listen(port);
    },
    async close() {
      await close();
      agent.destroy();
    },
  };
}

/** Undefined for a client that shows no certificate: it has a token, or is nobody. */
function identityHeaders(request: IncomingMessage): Record<string, string | string[]> | undefined {
  const socket = request.socket as TLSSocket;
  if (!socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  const groups: readonly string[] = [subject.O ?? []].flat();
  return { 'x-remote-user': subject.CN as string, 'x-remote-group': [...groups] };
}

function endToEnd(headers: NodeJS.Dict<string[]>): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name]) => !OF_THE_CONNECTION.has(name) && !name.startsWith('x-remote-'),
  );
  return Object.fromEntries(
    kept.map(([name, values = []]) => [name, values.length === 1 ? String(values[0]) : values]),
  );
}
