// The Redis stream scalers against redis-server.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';
import { describeScaler, type Promises } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;
const GROUP = 'billing';
const never = new AbortController().signal;

const add = async (client: Redis, stream: string, count: number): Promise<void> => {
  const pipeline = client.pipeline();
  for (let i = 0; i < count; i++) pipeline.xadd(stream, '*', 'n', i);
  await pipeline.exec();
};
const makeGroup = (client: Redis, stream: string, from = '0') =>
  client.xgroup('CREATE', stream, GROUP, from, 'MKSTREAM').catch(() => {});
const take = (client: Redis, stream: string, count: number) =>
  client.xreadgroup('GROUP', GROUP, 'me', 'COUNT', count, 'STREAMS', stream, '>');

const promises = (
  missingQueue: Promises['missingQueue'],
  target: Readonly<Record<string, string>>,
  count: (client: Redis, stream: string) => Promise<number>,
): Promises => ({
  missingQueue,
  watches: true,
  async start() {
    const broker = await startRedis(['notify-keyspace-events Kt']);
    const client = new Redis({ port: broker.port, ...CREDENTIALS });
    return {
      type: 'redis-streams',
      port: broker.port,
      secrets: [CREDENTIALS.password],
      async fill(stream, messages) {
        await makeGroup(client, stream);
        const missing = messages - (await count(client, stream));
        if (missing <= 0) return;
        await add(client, stream, missing);
        if ('pendingEntriesCount' in target) await take(client, stream, missing);
      },
      async contents() {
        const keys = (await client.keys('*')).sort();
        return Promise.all(keys.map((key) => client.xinfo('STREAM', key, 'FULL')));
      },
      input: (stream, port, password = CREDENTIALS.password) => ({
        metadata: { address: `127.0.0.1:${port}`, stream, consumerGroup: GROUP, ...target },
        auth: { username: CREDENTIALS.username, password },
      }),
      tls: {
        input: (stream, port, ca) => ({
          metadata: { address: `127.0.0.1:${port}`, stream, consumerGroup: GROUP, ...target },
          auth: { ...CREDENTIALS, tls: 'enable', ...(ca === undefined ? {} : { ca }) },
        }),
      },
      restart: broker.restart,
      async stop() {
        await client.quit();
        await broker.stop();
      },
    };
  },
});

describeScaler(
  'redis-streams, lag',
  promises('zero', { lagCount: '5' }, (client, stream) => client.xlen(stream)),
  describeHere,
);
describeScaler(
  'redis-streams, pending entries',
  promises('error', { pendingEntriesCount: '5' }, async (client, stream) =>
    Number((await client.xpending(stream, GROUP))[0]),
  ),
  describeHere,
);

describeHere('redis-streams', () => {
  let broker: Broker;
  let client: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    client = new Redis({ port: broker.port, ...CREDENTIALS });
  });
  afterAll(async () => {
    await client.quit();
    await broker.stop();
  });
  const read = async (
    stream: string,
    metadata: Record<string, string> = {},
    auth: Record<string, string> = CREDENTIALS,
  ) =>
    (
      await readTrigger('redis-streams', {
        metadata: { address: `127.0.0.1:${broker.port}`, stream, ...metadata },
        auth,
      })
    ).value;
  const pending = { consumerGroup: GROUP };
  const lag = { consumerGroup: GROUP, lagCount: '5' };
  const all = (stream: string) => Promise.all([read(stream), read(stream, pending), read(stream, lag)]);

  it('tells length, pending entries and lag apart while a group reads and acknowledges', async () => {
    await makeGroup(client, 'orders');
    expect(await all('orders')).toEqual([0, 0, 0]);
    await add(client, 'orders', 5);
    expect(await all('orders')).toEqual([5, 0, 5]);
    await take(client, 'orders', 3);
    expect(await all('orders')).toEqual([5, 3, 2]);
    const [[id]] = (await client.xpending('orders', GROUP, '-', '+', 1)) as [[string]];
    await client.xack('orders', GROUP, id);
    expect(await all('orders')).toEqual([5, 2, 2]);
  });

  it('counts every entry as lag before there is a group, and none without a stream', async () => {
    await add(client, 'fresh', 4);
    await client.xgroup('CREATE', 'fresh', 'another', '$');
    expect(await read('fresh', lag)).toBe(4);
    expect(await read('nothing', lag)).toBe(0);
    expect(await read('nothing')).toBe(0);
    expect(await client.exists('nothing')).toBe(0);
  });

  it('takes a missing group for an error when pending entries are asked for', async () => {
    await add(client, 'ungrouped', 1);
    for (const stream of ['ungrouped', 'nothing']) {
      await expect(read(stream, pending)).rejects.toMatchObject({
        code: 'SOURCE_NOT_FOUND',
        message: expect.stringContaining(`stream "${stream}" has no consumer group "billing", or is missing itself`),
      });
    }
  });

  it('never reads a lag that the server can not tell as zero', async () => {
    await makeGroup(client, 'holes');
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) ids.push((await client.xadd('holes', '*', 'n', i)) ?? '');
    await take(client, 'holes', 2);
    await client.xdel('holes', ids[3] ?? '');
    const [group] = (await client.xinfo('GROUPS', 'holes')) as [unknown[]];
    expect(group?.at(-1)).toBeNull();
    expect(await read('holes', lag)).toBe(4); // three wait, and the deleted one is not told from them
    await take(client, 'holes', 1);
    expect(await read('holes', lag)).toBeGreaterThanOrEqual(2);
    await take(client, 'holes', 9);
    expect(await read('holes', lag)).toBe(0);
  });

  it('knows that nothing waits when all that waited was deleted', async () => {
    await makeGroup(client, 'gone');
    await add(client, 'gone', 3);
    await take(client, 'gone', 3);
    await client.xdel('gone', (await client.xadd('gone', '*', 'n', 4)) ?? '');
    expect(await read('gone', lag)).toBe(0);
  });

  it('does not count what was trimmed before anybody read it', async () => {
    await makeGroup(client, 'trimmed');
    await add(client, 'trimmed', 9);
    await client.xtrim('trimmed', 'MAXLEN', 2);
    expect(await read('trimmed', lag)).toBe(2);
    await client.xtrim('trimmed', 'MAXLEN', 0);
    expect(await read('trimmed', lag)).toBe(0);
  });

  it('bounds the lag of a group that began in the middle by what is there', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await client.xadd('middle', '*', 'n', i)) ?? '');
    await makeGroup(client, 'middle', ids[2]);
    const value = await read('middle', lag);
    expect(value).toBeGreaterThanOrEqual(2);
    expect(value).toBeLessThanOrEqual(5);
  });

  it('refuses to measure what is no stream', async () => {
    await client.rpush('list', 1);
    for (const metadata of [{}, pending, lag]) {
      await expect(read('list', metadata)).rejects.toThrow(
        'expected key "list" to be a stream, found another type; lists have the type redis',
      );
    }
  });

  it('tells which permissions a user lacks, and needs no more than those', async () => {
    await add(client, 'acl', 2);
    await makeGroup(client, 'acl');
    const auth = (username: string) => ({ username, password: 'pw' });
    const allow = (name: string, ...commands: string[]) =>
      client.call('ACL', 'SETUSER', name, 'on', '>pw', 'resetkeys', '~acl', ...commands);
    await allow('blind', '+ping');
    await expect(read('acl', {}, auth('blind'))).rejects.toThrow('allow XLEN on it');
    await expect(read('acl', pending, auth('blind'))).rejects.toThrow('allow XPENDING on it');
    await expect(read('acl', lag, auth('blind'))).rejects.toThrow('allow XINFO, XLEN and INFO on it');
    await allow('length', '+xlen');
    await allow('pending', '+xpending');
    await allow('lag', '+xlen', '+xinfo');
    expect(await read('acl', {}, auth('length'))).toBe(2);
    expect(await read('acl', pending, auth('pending'))).toBe(0);
    expect(await read('acl', lag, auth('lag'))).toBe(2);
  });

  it('reads the database that is asked for', async () => {
    await client.select(2);
    await add(client, 'elsewhere', 3);
    await client.select(0);
    expect(await read('elsewhere', { databaseIndex: '2' })).toBe(3);
    expect(await read('elsewhere')).toBe(0);
  });

  it('asks over the connection that the lists use, and all questions of a moment at once', async () => {
    const address = `127.0.0.1:${broker.port}`;
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const connect = (type: string, metadata: Record<string, string>) =>
      polled(type, { metadata: { address, ...metadata }, auth: CREDENTIALS }).connect({ clients, clock: systemClock });
    const scalers = await Promise.all([
      connect('redis', { listName: 'nothing' }),
      ...Array.from({ length: 30 }, (_, i) => connect('redis-streams', { stream: `many-${i}`, ...lag })),
    ]);
    const readAll = () => Promise.all(scalers.map((scaler) => scaler.read(never)));
    const count = async (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(await client.info('stats'))?.[1]);
    for (let i = 0; i < 30; i++) await makeGroup(client, `many-${i}`);
    const connections = await count('total_connections_received');
    await readAll();
    expect(await count('total_connections_received')).toBe(connections + 1);
    const reads = await count('total_reads_processed');
    await readAll();
    expect((await count('total_reads_processed')) - reads).toBeLessThan(4);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });
});
