// A running metrics adapter with everything around it played by the test: provider, CAs, token review, access review.
import { Agent, type RequestOptions } from 'node:https';
import { systemClock } from '../../src/async.ts';
import { silentLogger } from '../../src/log.ts';
import type { Caller } from '../../src/metrics-adapter/caller.ts';
import type { KeyPair } from '../../src/serving/certificate-bundle.ts';
import type { MetricQuery, MetricsProvider } from '../../src/metrics-adapter/provider.ts';
import {
  createMetricsAdapter,
  type MetricsAdapter,
  type MetricsAdapterOptions,
} from '../../src/metrics-adapter/server.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { eventually } from './eventually.ts';
import { type TlsAnswer, tlsGet } from './tls-request.ts';

export interface AdapterPki {
  /** Of the cluster: clients and, here, serving certificates. */
  readonly ca: CertificatePair;
  readonly proxyCa: CertificatePair;
  readonly serving: readonly [CertificatePair, CertificatePair];
  /** The front proxy whose name is allowed, and one of the same CA whose name is not. */
  readonly proxy: CertificatePair;
  readonly strangerProxy: CertificatePair;
  /** Of system:masters. */
  readonly admin: CertificatePair;
  /** The same subject, by a CA of the same name that nobody trusts. */
  readonly forged: CertificatePair;
}

export async function createAdapterPki(): Promise<AdapterPki> {
  const now = systemClock.now();
  const authority = (commonName: string): Promise<CertificatePair> => createAuthority({ commonName, now, days: 1 });
  const [ca, proxyCa, otherCa] = await Promise.all([authority('ca'), authority('proxy-ca'), authority('ca')]);
  const client = (by: CertificatePair, commonName: string, organizations: string[] = []): Promise<CertificatePair> =>
    issueCertificate(by, { commonName, organizations, usages: ['client'], now, days: 1 });
  const server = (): Promise<CertificatePair> =>
    issueCertificate(ca, { commonName: 'adapter', ipAddresses: ['127.0.0.1'], usages: ['server'], now, days: 1 });
  return {
    ca,
    proxyCa,
    serving: await Promise.all([server(), server()]),
    proxy: await client(proxyCa, 'front-proxy'),
    strangerProxy: await client(proxyCa, 'stranger'),
    admin: await client(ca, 'admin', ['system:masters', 'ops']),
    forged: await client(otherCa, 'admin', ['system:masters']),
  };
}

export interface TestAdapter {
  readonly adapter: MetricsAdapter;
  readonly stop: AbortController;
  readonly running: Promise<void>;
  /** What the provider was asked, and who was asked about. */
  readonly queries: MetricQuery[];
  readonly asked: Caller[];
  readonly answered: { readonly code: number; readonly seconds: number }[];
  readonly ages: number[];
  /** What the provider and the access review say; change them. */
  read: MetricsProvider['read'];
  allowed: boolean;
  serve(pair: KeyPair): void;
  get(path: string, options?: RequestOptions): Promise<TlsAnswer>;
  close(): Promise<void>;
}

/** Tokens: `good` is a robot's, `broken` can't be reviewed, every other is nobody's. */
export async function startAdapter(pki: AdapterPki, more: Partial<MetricsAdapterOptions> = {}): Promise<TestAdapter> {
  const stop = new AbortController();
  let serve: (pair: KeyPair) => void = () => {};
  const adapter = createMetricsAdapter({
    provider: {
      read(query, signal) {
        test.queries.push(query);
        return test.read(query, signal);
      },
    },
    certificates: {
      run(onPair, signal) {
        serve = onPair;
        onPair(pki.serving[0]);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    },
    authentication: {
      frontProxy: () => ({
        caPem: pki.proxyCa.certPem,
        allowedNames: ['front-proxy'],
        usernameHeaders: ['x-remote-user'],
        uidHeaders: ['x-remote-uid'],
        groupHeaders: ['x-remote-group'],
        extraPrefixes: ['x-remote-extra-'],
      }),
      clientCaPem: () => pki.ca.certPem,
      async reviewToken(token) {
        if (token === 'broken') throw new Error('no API server');
        return token === 'good' ? { name: 'robot', groups: [], extra: {} } : undefined;
      },
    },
    access: {
      async mayList(caller) {
        test.asked.push(caller);
        return test.allowed;
      },
    },
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    log: silentLogger,
    telemetry: {
      metricsRequest: (request) => test.answered.push(request),
      metricServed: (age) => test.ages.push(age),
    },
    requestTimeoutMs: 2_000,
    ...more,
  });
  const running = adapter.run(stop.signal);
  const test: TestAdapter = {
    adapter,
    stop,
    running,
    queries: [],
    asked: [],
    answered: [],
    ages: [],
    read: async () => [],
    allowed: true,
    serve: (pair) => serve(pair),
    get: (path, options = {}) =>
      tlsGet(adapter.port() ?? 0, path, { ca: pki.ca.certPem, agent: new Agent(), ...options }),
    async close() {
      stop.abort();
      await running;
    },
  };
  await eventually('the adapter to listen', () => adapter.ready());
  return test;
}

export function as(pair: CertificatePair, headers: RequestOptions['headers'] = {}): RequestOptions {
  return { cert: pair.certPem, key: pair.keyPem, headers };
}
