import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { systemClock } from '../../../src/async.ts';
import { silentLogger } from '../../../src/log.ts';
import { createMetricsAdapter } from '../../../src/metrics-adapter/server.ts';
import { type AdapterPki, as, createAdapterPki, startAdapter, type TestAdapter } from '../../support/adapter.ts';
import { eventually } from '../../support/eventually.ts';

const QUEUE = '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue';

let pki: AdapterPki;
let t: TestAdapter;
beforeAll(async () => {
  pki = await createAdapterPki();
});
afterEach(() => t.close());

describe('src/metrics-adapter/server', () => {
  it('changes its certificate without dropping a request', async () => {
    t = await startAdapter(pki);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    t.read = async () => {
      await released;
      return [];
    };
    const agent = new Agent({ keepAlive: true });
    const before = t.get(QUEUE, { ...as(pki.admin), agent });
    await eventually('the question', () => t.queries.length === 1);
    t.serve(pki.serving[1]);
    release();
    expect(await before).toMatchObject({ status: 200 });
    const [sameConnection, newConnection] = [
      await t.get(QUEUE, { ...as(pki.admin), agent }),
      await t.get(QUEUE, as(pki.admin)),
    ];
    expect(sameConnection.serverSerial).toBe((await before).serverSerial);
    expect(newConnection.serverSerial).not.toBe((await before).serverSerial);
    agent.destroy();
  });

  it('finishes what is in flight, refuses what is new, and ends', async () => {
    t = await startAdapter(pki);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    t.read = async () => {
      await released;
      return [];
    };
    const agent = new Agent({ keepAlive: true });
    await t.get('/healthz', { agent });
    const inFlight = t.get(QUEUE, as(pki.admin));
    await eventually('the question', () => t.queries.length === 1);
    t.stop.abort();
    await eventually('the drain', () => !t.adapter.ready());
    await expect(eventually('new connections to be refused', () => t.get('/healthz'), 200)).rejects.toThrow(
      'ECONNREFUSED',
    );
    release();
    const answer = await inFlight;
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close']);
    await t.running;
    agent.destroy();
  });

  it('says that it is not ready while it lingers', async () => {
    t = await startAdapter(pki, { lingerMs: 300 });
    t.stop.abort();
    await eventually('the drain', () => !t.adapter.ready());
    expect(await t.get('/readyz')).toMatchObject({ status: 503, body: 'draining\n' });
    expect(await t.get(QUEUE, as(pki.admin))).toMatchObject({ status: 200 });
  });

  it('does not wait for a connection that never asked anything, as Go’s clients keep one to spare', async () => {
    t = await startAdapter(pki, { graceMs: 5_000 });
    const spare = connect({ host: '127.0.0.1', port: t.adapter.port() ?? 0, ca: pki.ca.certPem });
    await once(spare, 'secureConnect');
    const since = performance.now();
    t.stop.abort();
    await t.running;
    expect(performance.now() - since).toBeLessThan(4_000);
    spare.destroy();
  });

  it('breaks off what does not finish in time', async () => {
    t = await startAdapter(pki, { graceMs: 50 });
    t.read = () => new Promise(() => {});
    const stuck = t.get(QUEUE, as(pki.admin)).catch((error: Error) => error.message);
    await eventually('the question', () => t.queries.length === 1);
    t.stop.abort();
    await t.running;
    expect(await stuck).toBe('socket hang up');
  });

  it('ends although it never had a certificate', async () => {
    t = await startAdapter(pki);
    const waiting = createMetricsAdapter({
      provider: { read: async () => [] },
      certificates: { run: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())) },
      authentication: { frontProxy: () => undefined, clientCaPem: () => undefined, reviewToken: async () => undefined },
      access: { mayList: async () => false },
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      log: silentLogger,
    });
    const own = new AbortController();
    const ended = waiting.run(own.signal);
    expect([waiting.ready(), waiting.port()]).toEqual([false, undefined]);
    own.abort();
    await ended;
  });

  it('speaks no older TLS, and no other cipher suite, than it is told', async () => {
    const ciphers = 'TLS_AES_256_GCM_SHA384';
    t = await startAdapter(pki, { tls: { minVersion: 'TLSv1.3', ciphers } });
    expect(await t.get('/healthz', { ...as(pki.admin), ciphers })).toMatchObject({ status: 200 });
    await expect(t.get('/healthz', { ...as(pki.admin), maxVersion: 'TLSv1.2' })).rejects.toThrow(
      /alert protocol version/,
    );
    await expect(t.get('/healthz', { ...as(pki.admin), ciphers: 'TLS_AES_128_GCM_SHA256' })).rejects.toThrow(
      /alert handshake failure/,
    );
  });

  it('says which port is taken', async () => {
    t = await startAdapter(pki);
    const taken = t.adapter.port()!;
    const second = createMetricsAdapter({
      provider: { read: async () => [] },
      certificates: {
        run(onPair, signal) {
          onPair(pki.serving[0]);
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
        },
      },
      authentication: { frontProxy: () => undefined, clientCaPem: () => undefined, reviewToken: async () => undefined },
      access: { mayList: async () => false },
      host: '127.0.0.1',
      port: taken,
      clock: systemClock,
      log: silentLogger,
    });
    await expect(second.run(new AbortController().signal)).rejects.toThrow(
      `the metrics API cannot listen on 127.0.0.1:${taken}`,
    );
  });
});
