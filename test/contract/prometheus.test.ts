// The Prometheus scaler against the real server, which reads its figures from an exporter in the test.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type Broker, CREDENTIALS, hasPrometheus, startPrometheus, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasPrometheus, 'prometheus', describe) as typeof describe;
const { username, password: right } = CREDENTIALS;

/** An exporter of queue lengths, and the server that reads it. */
async function startWorld() {
  const queues = new Map<string, number>();
  const escape = (text: string) => text.replaceAll(/["\\]/g, '\\$&');
  const exporter = createServer((_, response) => {
    const samples = [...queues].map(([queue, count]) => `queue_messages{queue="${escape(queue)}"} ${count}\n`);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(samples.join(''));
  });
  await new Promise<void>((listening) => exporter.listen(0, '127.0.0.1', listening));
  exporter.unref();
  const broker = await startPrometheus((exporter.address() as AddressInfo).port);
  return {
    broker,
    queues,
    query: (queue: string) => `queue_messages{queue="${escape(queue)}"}`,
    async stop() {
      await broker.stop();
      exporter.closeAllConnections();
      exporter.close();
    },
  };
}

const written = (scheme: string, query: string, port: number) => ({
  serverAddress: `${scheme}://127.0.0.1:${port}`,
  query,
  threshold: '5',
  ignoreNullValues: 'false',
  authModes: 'basic',
});

describeScaler(
  'prometheus',
  {
    missingQueue: 'error',
    // Queries can't be joined, and HTTP/1.1 takes one at a time.
    connections: 8,
    speaks: 'http',
    async start() {
      const { broker, queues, query, stop } = await startWorld();
      return {
        type: 'prometheus',
        port: broker.port,
        secrets: [right, btoa(`${username}:${right}`)],
        fill: async (queue, messages) => void queues.set(queue, Math.max(messages, queues.get(queue) ?? 0)),
        contents: async () => [...queues],
        input: (queue, port, password = right) => ({
          metadata: written('http', query(queue), port),
          auth: { username, password },
        }),
        tls: {
          input: (queue, port, ca) => ({
            metadata: written('https', query(queue), port),
            auth: { username, password: right, ...(ca === undefined ? {} : { ca }) },
          }),
        },
        restart: broker.restart,
        stop,
      };
    },
  },
  describeHere,
);

describe('prometheus for tenants', () => {
  const waiting: Readonly<Record<string, number>> = { shop: 4, bank: 9 };
  let server: ReturnType<typeof createServer>;
  let connections = 0;
  beforeAll(async () => {
    server = createServer(({ headers, url = '' }, response) => {
      const { searchParams } = new URL(url, 'http://host');
      const tenant = String(headers['x-scope-orgid'] ?? searchParams.get('tenant'));
      const result = [{ metric: {}, value: [1, String(waiting[tenant])] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
    server.on('connection', () => connections++);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it.each([
    ['a header', (tenant: string) => ({ customHeaders: `X-Scope-OrgID=${tenant}, X-More=1` })],
    ['a parameter', (tenant: string) => ({ queryParameters: `dedup=true,tenant=${tenant}` })],
  ])('asks for each by %s, over the connections of one server', async (_, written) => {
    const serverAddress = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus`;
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const deps = { clients, clock: systemClock };
    const scalers = await Promise.all(
      ['shop', 'bank', 'shop'].map((tenant) => {
        const metadata = { serverAddress, query: 'sum(x)', threshold: '5', ...written(tenant) };
        return polled('prometheus', { metadata }).connect(deps);
      }),
    );
    connections = 0;
    const { signal } = new AbortController();
    const readings = await Promise.all(scalers.map((scaler) => scaler.read(signal)));
    expect(readings.map(({ value }) => value)).toEqual([4, 9, 4]);
    expect([connections, clients.size()]).toEqual([2, 1]);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });
});

describeHere('prometheus', () => {
  let world: { readonly broker: Broker; readonly queues: Map<string, number>; stop(): Promise<void> };
  beforeAll(async () => {
    world = await startWorld();
    world.queues.set('orders', 4).set('mails', 3);
    await eventually('both are read', () => ask('sum(queue_messages)').then((value) => value === 7));
  }, 60_000);
  afterAll(() => world.stop());

  const ask = async (query: string, metadata: Readonly<Record<string, string>> = {}): Promise<number> => {
    const serverAddress = `http://127.0.0.1:${world.broker.port}/`;
    const written = { serverAddress, query, threshold: '5', authModes: 'basic', ...metadata };
    return (await readTrigger('prometheus', { metadata: written, auth: { username, password: right } })).value;
  };

  it.each([
    ['a vector of one element', 'queue_messages{queue="orders"}', 4],
    ['a scalar', 'scalar(sum(queue_messages)) / 2', 3.5],
    ['a value below zero', '-sum(queue_messages)', -7],
    ['a large value', 'vector(12345678901234)', 12_345_678_901_234],
  ])('reads %s', async (_, query, value) => expect(await ask(query)).toBe(value));

  it.each([
    ['no element', 'nothing_of_that_name', 'has no result'],
    ['NaN', 'vector(0) / 0', 'the result NaN'],
    ['infinity', 'vector(1) / 0', 'the result Infinity'],
    ['a scalar that is not there', 'scalar(nothing_of_that_name)', 'the result NaN'],
  ])('takes %s for 0, unless ignoreNullValues is false', async (_, query, message) => {
    expect(await ask(query)).toBe(0);
    await expect(ask(query, { ignoreNullValues: 'false' })).rejects.toThrow(message);
  });

  it.each([
    ['two elements', 'queue_messages', 'found 2; wrap it, as in sum(…)'],
    ['a range', 'queue_messages[5m]', 'found a range of samples; wrap it'],
    ['a text', '"four"', 'found a text'],
    ['a query that is wrong', 'sum(', 'refuses the query (HTTP 400)'],
    ['a query that fails', 'label_replace(queue_messages, "a", "b", "(", "(")', 'refuses the query (HTTP 4'],
    ['another path', { serverAddress: 'x' }, 'nothing at the address in serverAddress (HTTP 404)'],
  ])('takes %s for an error', async (_, query, message) => {
    const wrong =
      typeof query === 'string' ? ask(query) : ask('1', { serverAddress: `http://127.0.0.1:${world.broker.port}/api` });
    await expect(wrong).rejects.toThrow(message);
  });

  it('passes on parameters of its own', async () => {
    await expect(ask('sum(queue_messages)', { queryParameters: 'timeout=nonsense' })).rejects.toThrow('HTTP 400');
    expect(await ask('sum(queue_messages)', { queryParameters: 'timeout=5s', namespace: 'a&b' })).toBe(7);
  });
});
