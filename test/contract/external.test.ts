// External scalers against a real gRPC server with KEDA's protocol: plain, over TLS, and with certificates on both sides.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { type ExternalScalerServer, failure, metricOf, startExternalScaler } from '../support/external-scaler.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const RIGHT = 'sluice';
const now = systemClock.now();
const days = 1;
const authority = await createAuthority({ commonName: 'test authority', now, days });
const issue = (commonName: string, usage: 'server' | 'client') =>
  issueCertificate(authority, { commonName, ipAddresses: ['127.0.0.1'], usages: [usage], now, days });
const server = await issue('scaler', 'server');
/** Who we say we are is a client certificate; each stands for a password. */
const visitors = new Map<string, CertificatePair>();
for (const name of [RIGHT, 'another', 'd3finitely-wr0ng']) visitors.set(name, await issue(name, 'client'));
const identity = (name: string): Record<string, string> => {
  const { certPem = '', keyPem = '' } = visitors.get(name) ?? {};
  return { tlsClientCert: certPem, tlsClientKey: keyPem };
};

for (const type of ['external', 'external-push'] as const) {
  describeScaler(type, {
    missingQueue: 'error',
    connections: 1,
    without: { tls: 'all this is over TLS with certificates on both sides, and the other ways are below' },
    ...(type === 'external-push' ? { watches: true } : {}),
    async start() {
      const tls = { cert: server.certPem, key: server.keyPem };
      const clients = { ca: authority.certPem, commonName: RIGHT };
      // A push reaches the streams that are open: one that opens at that moment has to be told as it begins.
      const broker = await startExternalScaler({ ...tls, clients }, type === 'external-push' ? 'greets' : 'waits');
      const { queues } = broker;
      return {
        type,
        port: broker.port,
        secrets: [...visitors.values()].map(({ keyPem }) => keyPem.split('\n')[1] ?? ''),
        async fill(queue, messages) {
          queues.set(queue, Math.max(messages, queues.get(queue) ?? 0));
          broker.push(messages > 0);
        },
        contents: async () => [...queues],
        input: (queueName, port, name = RIGHT) => ({
          metadata: { scalerAddress: `127.0.0.1:${port}`, queueName },
          auth: { ...identity(name), caCert: authority.certPem },
        }),
        restart: broker.restart,
        stop: broker.stop,
      };
    },
  });
}

describe('external', () => {
  let plain: ExternalScalerServer;
  let sealed: ExternalScalerServer;
  let strict: ExternalScalerServer;
  beforeAll(async () => {
    const tls = { cert: server.certPem, key: server.keyPem };
    plain = await startExternalScaler();
    sealed = await startExternalScaler(tls);
    strict = await startExternalScaler({ ...tls, clients: { ca: authority.certPem, commonName: RIGHT } });
    for (const { queues } of [plain, sealed, strict]) queues.set('orders', 7);
  });
  afterAll(() => Promise.all([plain.stop(), sealed.stop(), strict.stop()]));

  const read = (
    { port }: ExternalScalerServer,
    metadata: Record<string, string> = {},
    auth: Record<string, string> = {},
    env: Record<string, string> = {},
  ) => {
    const given = { scalerAddress: `127.0.0.1:${port}`, queueName: 'orders', ...metadata };
    return readTrigger('external', { metadata: given, auth, env });
  };

  it('reads without TLS, with it, and with certificates on both sides', async () => {
    const caCert = authority.certPem;
    expect(await read(plain)).toEqual({ value: 7, active: true });
    const asItStands = `passthrough:///127.0.0.1:${plain.port}`;
    expect(await read(plain, { scalerAddress: asItStands })).toEqual({ value: 7, active: true });
    expect(await read(sealed, {}, { caCert })).toEqual({ value: 7, active: true });
    expect(await read(sealed, { enableTLS: 'true', unsafeSsl: 'true' })).toEqual({ value: 7, active: true });
    expect(await read(strict, {}, { caCert, ...identity(RIGHT) })).toEqual({ value: 7, active: true });
  });

  it('trusts nobody unknown, and says whose fault it is', async () => {
    await expect(read(sealed, { enableTLS: 'true' })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/unknown CA|self-signed/),
    });
    await expect(read(strict, {}, { caCert: authority.certPem })).rejects.toMatchObject({
      code: expect.stringMatching(/AUTH_FAILED|SOURCE_UNAVAILABLE/),
    });
    await expect(read(sealed)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await expect(read(plain, {}, { caCert: authority.certPem })).rejects.toThrow('TLS and plain text met');
  });

  it('hands the metadata on with the values of variables, and nothing of the authentication', async () => {
    plain.asked.length = 0;
    const metadata = { greeting: 'grüße', tokenFromEnv: 'TOKEN', gone: '', lostFromEnv: 'LOST' };
    await read(plain, metadata, { password: 'hidden' }, { TOKEN: 't0ken' });
    expect(plain.asked.map(({ method }) => method).toSorted()).toEqual(['GetMetricSpec', 'GetMetrics', 'IsActive']);
    for (const { ref } of plain.asked) {
      expect(ref).toMatchObject({ name: 'orders', namespace: 'shop' });
      expect(ref.scalerMetadata).toEqual({
        scalerAddress: `127.0.0.1:${plain.port}`,
        queueName: 'orders',
        greeting: 'grüße',
        gone: '',
        tokenFromEnv: 't0ken',
      });
    }
  });

  it('goes by IsActive alone, whatever the value', async () => {
    plain.answers = { isActive: () => false };
    expect(await read(plain)).toEqual({ value: 7, active: false });
    plain.answers = { isActive: () => true, values: () => [{ metricName: 'x', metricValue: 0 }] };
    expect(await read(plain)).toEqual({ value: 0, active: true });
    plain.answers = {};
  });

  it('adds up all values, of which a float above zero counts more than the whole number', async () => {
    const metricName = metricOf('orders');
    plain.answers = {
      values: () => [
        { metricName, metricValue: 3, metricValueFloat: 2.5 },
        { metricName: 'other', metricValue: 4, metricValueFloat: -1 },
      ],
    };
    expect(await read(plain)).toEqual({ value: 6.5, active: true });
    plain.answers = {};
  });

  it.each([
    ['no metric', { specs: () => [] }, 'GetMetricSpec: expected at least one metric, found none'],
    ['a name that no path can hold', { specs: () => [{ metricName: 'a/b', targetSize: 1 }] }, 'found "a/b"'],
    [
      'no target',
      { specs: () => [{ metricName: 'a' }] },
      'expected a target of at least 0.001 for metric "a", found 0',
    ],
    [
      'a target that an HPA has no decimals for',
      { specs: () => [{ metricName: 'a', targetSizeFloat: 0.0004 }] },
      'expected a target of at least 0.001 for metric "a", found 0.0004',
    ],
    [
      'one name twice',
      {
        specs: () => [
          { metricName: 'a', targetSize: 1 },
          { metricName: 'a', targetSize: 2 },
        ],
      },
      'found "a" twice',
    ],
    ['no value', { values: () => [] }, 'GetMetrics of "orders": expected at least one value, found none'],
    [
      'no number',
      { values: () => [{ metricName: 'orders', metricValueFloat: Number.POSITIVE_INFINITY }] },
      'expected a number, found Infinity',
    ],
    ['NaN', { values: () => [{ metricName: 'orders', metricValueFloat: Number.NaN }] }, 'expected a number, found NaN'],
    [
      'too much',
      { values: () => [{ metricName: 'x'.repeat(5 * 2 ** 20), metricValue: 1 }] },
      'expected an answer of at most 4 MiB',
    ],
  ])('is told %s: that is an answer, but no number', async (_, answers, message) => {
    plain.answers = answers;
    await expect(read(plain)).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining(message),
    });
    plain.answers = {};
  });

  it.each([
    [status.UNAVAILABLE, 'SOURCE_UNAVAILABLE'],
    [status.UNAUTHENTICATED, 'AUTH_FAILED'],
    [status.PERMISSION_DENIED, 'AUTH_FAILED'],
    [status.UNIMPLEMENTED, 'SOURCE_ANSWER'],
    [status.DEADLINE_EXCEEDED, 'SOURCE_TIMEOUT'],
    [status.INVALID_ARGUMENT, 'SOURCE_ANSWER'],
    [status.NOT_FOUND, 'SOURCE_NOT_FOUND'],
    [status.RESOURCE_EXHAUSTED, 'SOURCE_THROTTLED'],
    [status.INTERNAL, 'SOURCE_UNAVAILABLE'],
    [status.UNKNOWN, 'SOURCE_UNAVAILABLE'],
    [status.CANCELLED, 'SOURCE_UNAVAILABLE'],
    [status.ABORTED, 'SOURCE_UNAVAILABLE'],
    [status.FAILED_PRECONDITION, 'SOURCE_ANSWER'],
  ])('takes the status %i for %s, and keeps the words of the server to itself', async (code, expected) => {
    const canary = 'postgres://user:canary-pw@db';
    for (const method of ['specs', 'values', 'isActive'] as const) {
      plain.answers = {
        [method]: () => {
          throw failure(code, canary);
        },
      };
      const error = await read(plain).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: expected });
      expect(String(error)).toContain(status[code]);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary');
    }
    plain.answers = {};
  });

  it('keeps five thousand streams on one connection beside that of the polls, and loses all of them when the server goes', async () => {
    const crowd = await startExternalScaler(undefined, 'greets');
    crowd.queues.set('orders', 1);
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const deps = { clients, clock: systemClock };
    let words = 0;
    const watches = Array.from({ length: 5_000 }, async (_, i) => {
      const metadata = { scalerAddress: `127.0.0.1:${crowd.port}`, queueName: 'orders', place: String(i) };
      const scaler = await polled('external-push', { metadata }).connect(deps);
      const own = new AbortController();
      const ended = scaler.watch?.(() => words++, own.signal).catch((error: unknown) => error);
      return { ended, close: () => scaler.close() };
    });
    const watching = await Promise.all(watches);
    // Each is told once by itself, that it listens, and once by the server.
    await eventually('all have heard', () => words >= 10_000, 60_000);
    expect(crowd.peers()).toBe(1);
    await crowd.stop();
    const errors = await Promise.all(watching.map(async ({ ended }) => ended));
    expect(new Set(errors.map((error) => (error as { code?: string }).code))).toEqual(new Set(['SOURCE_UNAVAILABLE']));
    await Promise.all(watching.map(({ close }) => close()));
    await clients.close();
  }, 120_000);
});
