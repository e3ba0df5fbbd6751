// An HTTPS listener for clients inside the cluster: HTTP/1.1 keep-alive, a certificate that changes while it serves, a drain at the end.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, sleep, untilAborted } from '../async.ts';
import type { Component } from '../component.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Answer } from './answer.ts';
import type { CertificateSource } from './certificates.ts';

export interface HttpsServerOptions {
  /** Of the component. */
  readonly name: string;
  /** What it serves, as log lines and errors say it: `metrics API`. */
  readonly what: string;
  /** The option that sets the port, as an error names it. */
  readonly portOption: string;
  readonly certificates: CertificateSource;
  /** Node's names; TLS 1.2 and Node's suites when not given. */
  readonly tls?: { readonly minVersion: 'TLSv1.2' | 'TLSv1.3'; readonly ciphers?: string };
  /** Ask clients for a certificate; who is behind one is decided for each request. */
  readonly clientCertificates: 'asked' | 'ignored';
  /** Rejects only when nobody is left to answer. The signal aborts when the client goes away. */
  readonly handle: (request: IncomingMessage, signal: AbortSignal) => Promise<Answer>;
  /** Told of each answer when it is sent, or given up. */
  readonly answered?: (answer: { readonly code: number; readonly seconds: number }) => void;
  /** Empty listens on every address. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** After being told to stop it still accepts for so long, until everybody has noticed that it is not ready; 0 when not given. */
  readonly lingerMs?: number;
  /** Then requests in flight have so long to finish; 10 s when not given. */
  readonly graceMs?: number;
}

export type ServerState = 'starting' | 'serving' | 'draining';

export interface HttpsServer extends Component {
  /** The port it listens on, once it does. */
  port(): number | undefined;
  state(): ServerState;
}

const TLS = { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] } as const;
/** Longer than the 90 s after which a Go client gives up an idle connection, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 120_000;
const HEADERS_MS = 10_000;
/** A connection that says nothing belongs to no request yet, so nobody else would end it; a drain would wait for it. */
const HANDSHAKE_MS = 5_000;
/** The groups of a caller travel in headers, and there are people in hundreds of groups. */
const HEADER_BYTES = 64 * 1024;

export function createHttpsServer(options: HttpsServerOptions): HttpsServer {
  const { name, what, clock, certificates, lingerMs = 0, graceMs = 10_000 } = options;
  const log = options.log.child({ component: name });
  let state: ServerState = 'starting';

  const server = createServer({
    ...TLS,
    ...options.tls,
    requestCert: options.clientCertificates === 'asked',
    rejectUnauthorized: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    handshakeTimeout: HANDSHAKE_MS,
    maxHeaderSize: HEADER_BYTES,
  });
  /** Node takes a connection for busy until it has asked once; a Go client keeps some to spare. */
  const silent = new Set<Duplex>();
  server.on('secureConnection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (incoming, response) => {
    silent.delete(incoming.socket);
    const startedAt = clock.now();
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client went away'));
      options.answered?.({ code: response.statusCode, seconds: (clock.now() - startedAt) / 1_000 });
      if (state === 'draining') server.closeIdleConnections();
    });
    options.handle(incoming, gone.signal).then(
      (answer) => send(response, answer, state === 'draining'),
      () => response.destroy(),
    );
  });

  async function listen(): Promise<void> {
    server.listen(options.port, options.host === '' ? undefined : options.host);
    await once(server, 'listening').catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `the ${what} cannot listen on ${options.host}:${options.port}: ${reason}`;
      throw new ConfigError('sluice run', [{ field: options.portOption, message }], { cause: error });
    });
    state = 'serving';
    log.info(`${what} serves`, { port: portOf(server) });
  }

  async function drain(): Promise<void> {
    state = 'draining';
    const never = new AbortController();
    await sleep(clock, lingerMs, never.signal);
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of silent) socket.destroy();
    const cancel = clock.schedule(graceMs, () => {
      log.warn('requests are broken off', { graceMs });
      server.closeAllConnections();
    });
    await closed;
    cancel();
  }

  return {
    name,
    ready: () => state === 'serving',
    state: () => state,
    port: () => portOf(server),
    async run(signal) {
      const { promise: certified, resolve } = Promise.withResolvers<void>();
      const keeping = new AbortController(); // certificates are kept until the last request is answered
      const kept = certificates.run((pair) => {
        server.setSecureContext({ ...TLS, ...options.tls, cert: pair.certPem, key: pair.keyPem });
        resolve();
      }, keeping.signal);
      try {
        const stopped = untilAborted(signal);
        await Promise.race([certified, stopped, kept]);
        if (!signal.aborted) {
          await listen();
          await Promise.race([stopped, kept]);
        }
        await drain();
      } finally {
        keeping.abort();
        await kept;
      }
    },
  };
}

function send(response: ServerResponse, { status, type, body, headers }: Answer, last: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
    ...(last ? { connection: 'close' } : {}),
  });
  response.end(body);
}

function portOf(server: Server): number | undefined {
  return (server.address() as AddressInfo | null)?.port;
}
