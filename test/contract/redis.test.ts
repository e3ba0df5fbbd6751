// The Redis scalers against redis-server: alone, as a cluster, and behind a sentinel.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;

// First, because the driver takes two seconds to forget a sentinel that is gone.
describeHere('redis-sentinel', () => {
  it('measures keys of the master that the sentinel names', async () => {
    const broker = await startRedis();
    const sentinel = await startSentinel('orders', broker.port);
    const client = new Redis({ port: broker.port, ...CREDENTIALS });
    await client.rpush('jobs', 1, 2);
    const metadata = { address: `127.0.0.1:${sentinel.port}`, listName: 'jobs', sentinelMaster: 'orders' };
    expect(await readTrigger('redis-sentinel', { metadata, auth: CREDENTIALS })).toEqual({ value: 2 });
    await expect(
      readTrigger('redis-sentinel', { metadata: { ...metadata, sentinelMaster: 'nobody' }, auth: CREDENTIALS }),
    ).rejects.toThrow('no sentinel names a reachable master');
    await client.quit();
    await sentinel.stop();
    await broker.stop();
    await expect(readTrigger('redis-sentinel', { metadata, auth: CREDENTIALS })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
  }, 30_000);
});

describeScaler(
  'redis',
  {
    missingQueue: 'zero',
    watches: true,
    async start() {
      const broker = await startRedis(['notify-keyspace-events Kl']);
      const client = new Redis({ port: broker.port, ...CREDENTIALS });
      return {
        type: 'redis',
        port: broker.port,
        secrets: [CREDENTIALS.password],
        async fill(queue, messages) {
          const missing = messages - (await client.llen(queue));
          if (missing > 0) await client.rpush(queue, ...Array.from({ length: missing }, String));
        },
        async empty(queue) {
          await client.del(queue);
        },
        async contents() {
          const keys = (await client.keys('*')).sort();
          return Promise.all(keys.map(async (key) => [key, await client.lrange(key, 0, -1)]));
        },
        input: (listName, port, password = CREDENTIALS.password) => ({
          metadata: { address: `127.0.0.1:${port}`, listName },
          auth: { username: CREDENTIALS.username, password },
        }),
        tls: {
          input: (listName, port, ca) => ({
            metadata: { address: `127.0.0.1:${port}`, listName },
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
  },
  describeHere,
);

describeHere('redis', () => {
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
  const read = (listName: string, metadata: Record<string, string> = {}, auth: Record<string, string> = CREDENTIALS) =>
    readTrigger('redis', { metadata: { address: `127.0.0.1:${broker.port}`, listName, ...metadata }, auth });

  it('measures lists, sets, sorted sets and hashes', async () => {
    await client.rpush('list', 1, 1, 1);
    await client.sadd('set', 1, 2);
    await client.zadd('zset', 1, 'a');
    await client.hset('hash', { a: 1, b: 2, c: 3, d: 4 });
    expect(await Promise.all(['list', 'set', 'zset', 'hash'].map((key) => read(key)))).toEqual(
      [3, 2, 1, 4].map((value) => ({ value })),
    );
  });

  it('refuses to measure what has no length', async () => {
    await client.set('text', 'abc');
    await client.xadd('stream', '*', 'a', '1');
    await expect(read('text')).rejects.toThrow('expected key "text" to be a list, set, zset or hash, found string');
    await expect(read('stream')).rejects.toThrow('found stream; streams have the type redis-streams');
  });

  it('reads the database that is asked for, and no other when there is no such one', async () => {
    await client.select(2);
    await client.rpush('list', 9);
    await client.select(0);
    expect(await read('list', { databaseIndex: '2' })).toEqual({ value: 1 });
    await expect(read('list', { databaseIndex: '99' })).rejects.toThrow('no database with this databaseIndex');
  });

  it('tells which permissions a user lacks, and needs no more than those', async () => {
    await client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+ping');
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '~list', '+eval', '+type', '+llen');
    const auth = (username: string) => ({ username, password: 'pw' });
    await expect(read('list', {}, auth('blind'))).rejects.toThrow('allow EVAL, TYPE, LLEN');
    expect(await read('list', {}, auth('narrow'))).toEqual({ value: 3 });
    await expect(read('list', {}, {})).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  });
});

describeHere('redis behind sentinels', () => {
  it('needs no more than the permissions that its page names', async () => {
    const broker = await startRedis();
    const sentinel = await startSentinel('orders', broker.port);
    const [server, watcher] = [new Redis({ port: broker.port, ...CREDENTIALS }), new Redis({ port: sentinel.port })];
    const commands = ['+eval', '+type', '+llen', '+scard', '+zcard', '+hlen'];
    await server.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '~jobs', ...commands);
    const questions = ['+sentinel|get-master-addr-by-name', '+sentinel|sentinels'];
    await watcher.call('ACL', 'SETUSER', 'guest', 'on', '>pw', ...questions);
    await server.rpush('jobs', 1, 2);
    const metadata = { address: `127.0.0.1:${sentinel.port}`, sentinelMaster: 'orders', listName: 'jobs' };
    const auth = { username: 'narrow', password: 'pw', sentinelUsername: 'guest', sentinelPassword: 'pw' };
    expect(await readTrigger('redis-sentinel', { metadata, auth })).toEqual({ value: 2 });
    server.disconnect();
    watcher.disconnect();
    await sentinel.stop();
    await broker.stop();
  }, 30_000);
});

describeHere('redis-cluster', () => {
  it('measures keys, and says what is wrong with credentials', async () => {
    // The bus would be 10,000 ports further up, where there may be none.
    const bus = `cluster-port ${await freePort()}`;
    const broker = await startRedis(['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1', bus, 'databases 1']);
    const client = new Redis({ port: broker.port, ...CREDENTIALS });
    await client.cluster('ADDSLOTSRANGE', 0, 16_383);
    await eventually('the cluster is ready', async () => (await client.cluster('INFO')).includes('cluster_state:ok'));
    await client.rpush('jobs', 1, 2, 3);
    const metadata = { addresses: `127.0.0.1:${broker.port}`, listName: 'jobs' };
    const wrong = { ...CREDENTIALS, password: 'wrong' };
    const narrow = ['~jobs', '+cluster|slots', '+eval', '+type', '+llen'];
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', ...narrow);
    expect(await readTrigger('redis-cluster', { metadata, auth: CREDENTIALS })).toEqual({ value: 3 });
    expect(await readTrigger('redis-cluster', { metadata, auth: { username: 'narrow', password: 'pw' } })).toEqual({
      value: 3,
    });
    await expect(readTrigger('redis-cluster', { metadata, auth: wrong })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
    await client.quit();
    await broker.stop();
    await expect(readTrigger('redis-cluster', { metadata, auth: CREDENTIALS })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
  }, 30_000);
});
