// The aggregated API server of external.metrics.k8s.io: who asks, and what is answered, over HTTPS.
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { createHttpsServer, type HttpsServer, type HttpsServerOptions } from '../serving/https-server.ts';
import { createAuthenticator } from './authn.ts';
import { createAuthorizer } from './authz.ts';
import type { AccessPort, AuthenticationPort } from './caller.ts';
import { createChainReader } from './client-certificate.ts';
import { type AdapterRequest, createHandler } from './handler.ts';
import type { MetricsProvider } from './provider.ts';

type Listening = Pick<
  HttpsServerOptions,
  'certificates' | 'tls' | 'host' | 'port' | 'clock' | 'log' | 'lingerMs' | 'graceMs'
>;

export interface MetricsAdapterOptions extends Listening {
  readonly provider: MetricsProvider;
  readonly authentication: AuthenticationPort;
  readonly access: AccessPort;
  readonly telemetry?: AdapterTelemetry;
  /** Why the program as a whole is not ready yet, or undefined; /readyz says it. */
  readonly notReady?: () => string | undefined;
  /** 10 s when not given. */
  readonly requestTimeoutMs?: number;
}

export interface AdapterTelemetry {
  metricsRequest(request: { readonly code: number; readonly seconds: number }): void;
  /** Age of a value when it was served. */
  metricServed(ageSeconds: number): void;
}

export type MetricsAdapter = Omit<HttpsServer, 'state'>;

export function createMetricsAdapter(options: MetricsAdapterOptions): MetricsAdapter {
  const { clock, log, telemetry } = options;
  const chainOf = createChainReader();
  const notReady = (): string | undefined => {
    const state = server.state();
    return state === 'serving' ? options.notReady?.() : `${state}\n`;
  };
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
  const server = createHttpsServer({
    ...options,
    name: 'metrics-adapter',
    what: 'metrics API',
    portOption: '--secure-port',
    clientCertificates: 'asked',
    handle(incoming, signal) {
      incoming.resume();
      return handle(requestOf(incoming, chainOf), signal);
    },
    ...(telemetry ? { answered: (answer) => telemetry.metricsRequest(answer) } : {}),
  });
  return server;
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
