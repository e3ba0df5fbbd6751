// The aggregated API server of external.metrics.k8s.io: HTTPS, HTTP/1.1 keep-alive, certificates that change while it serves.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Clock, sleep } from '../async.ts';
import type { Component } from '../component.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Answer } from './answer.ts';
import { createAuthenticator } from './authn.ts';
import { createAuthorizer } from './authz.ts';
import type { AccessPort, AuthenticationPort } from './caller.ts';
import type { CertificateSource } from './certificates.ts';
import { createChainReader } from './client-certificate.ts';
import { type AdapterRequest, createHandler } from './handler.ts';
import type { MetricsProvider } from './provider.ts';

export interface MetricsAdapterOptions {
  readonly provider: MetricsProvider;
  readonly certificates: CertificateSource;
  readonly authentication: AuthenticationPort;
  readonly access: AccessPort;
  /** Empty listens on every address. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry?: AdapterTelemetry;
  /** Why the program as a whole is not ready yet, or undefined; /readyz says it. */
  readonly notReady?: () => string | undefined;
  /** 10 s when not given. */
  readonly requestTimeoutMs?: number;
  /** After being told to stop it still accepts for so long, until everybody has noticed that it is not ready; 0 when not given. */
  readonly lingerMs?: number;
  /** Then requests in flight have so long to finish; 10 s when not given. */
  readonly graceMs?: number;
}

export interface AdapterTelemetry {
  metricsRequest(request: { readonly code: number; readonly seconds: number }): void;
  /** Age of a value when it was served. */
  metricServed(ageSeconds: number): void;
}

export interface MetricsAdapter extends Component {
  /** The port it listens on, once it does. */
  port(): number | undefined;
}

const TLS = { minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] } as const;
/** Longer than the 90 s after which a Go client gives up an idle connection, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 120_000;
const HEADERS_MS = 10_000;
/** A connection that says nothing belongs to no request yet, so nobody else would end it; a drain would wait for it. */
const HANDSHAKE_MS = 5_000;
/** The groups of a caller travel in headers, and there are people in hundreds of groups. */
const HEADER_BYTES = 64 * 1024;

export function createMetricsAdapter(options: MetricsAdapterOptions): MetricsAdapter {
  const { clock, log, certificates, telemetry, lingerMs = 0, graceMs = 10_000 } = options;
  const chainOf = createChainReader();
  let state: 'starting' | 'serving' | 'draining' = 'starting';
  const notReady = (): string | undefined => (state === 'serving' ? options.notReady?.() : `${state}\n`);
  const handle = createHandler({
    provider: options.provider,
    authenticate: createAuthenticator(options.authentication, clock),
    authorize: createAuthorizer(options.access, clock),
    notReady,
    onServed: (age) => telemetry?.metricServed(age),
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    clock,
    log,
  });

  const server = createServer({
    ...TLS,
    requestCert: true,
    rejectUnauthorized: false, // who is behind a certificate is decided for each request
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    handshakeTimeout: HANDSHAKE_MS,
    maxHeaderSize: HEADER_BYTES,
  });
  server.on('request', (incoming, response) => {
    const startedAt = clock.now();
    const gone = new AbortController();
    incoming.resume();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client went away'));
      telemetry?.metricsRequest({ code: response.statusCode, seconds: (clock.now() - startedAt) / 1_000 });
      if (state === 'draining') server.closeIdleConnections();
    });
    handle(requestOf(incoming, chainOf), gone.signal).then(
      (answer) => send(response, answer, state === 'draining'),
      () => response.destroy(),
    );
  });

  async function listen(): Promise<void> {
    server.listen(options.port, options.host === '' ? undefined : options.host);
    await once(server, 'listening').catch((error: unknown) => {
      const message = `the metrics API cannot listen on ${options.host}:${options.port}: ${error instanceof Error ? error.message : String(error)}`;
      throw new ConfigError('metrics adapter', [{ field: '--secure-port', message }], { cause: error });
    });
    state = 'serving';
    log.info('metrics API serves', { port: portOf(server) });
  }

  async function drain(): Promise<void> {
    state = 'draining';
    const never = new AbortController();
    await sleep(clock, lingerMs, never.signal);
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    const cancel = clock.schedule(graceMs, () => {
      log.warn('metrics requests are broken off', { graceMs });
      server.closeAllConnections();
    });
    await closed;
    cancel();
  }

  return {
    name: 'metrics-adapter',
    ready: () => state === 'serving',
    port: () => portOf(server),
    async run(signal) {
      const { promise: certified, resolve } = Promise.withResolvers<void>();
      const keeping = new AbortController(); // certificates are kept until the last request is answered
      const kept = certificates.run((pair) => {
        server.setSecureContext({ ...TLS, cert: pair.certPem, key: pair.keyPem });
        resolve();
      }, keeping.signal);
      try {
        const stopped = aborted(signal);
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

function requestOf(incoming: IncomingMessage, chainOf: ReturnType<typeof createChainReader>): AdapterRequest {
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '/',
    accept: incoming.headers.accept,
    ifNoneMatch: incoming.headers['if-none-match'],
    credentials: () => ({
      certificates: chainOf(incoming.socket as TLSSocket),
      headers: incoming.headersDistinct,
    }),
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

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
