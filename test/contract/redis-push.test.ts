// Keyspace notifications of redis-server: alone, as a cluster, behind a sentinel, switched off, and for a user who may not hear them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { polled, type Written } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});
function later<T>(thing: T, clean: (thing: T) => unknown): T {
  cleanups.push(() => clean(thing));
  return thing;
}
const stop = (thing: { stop(): Promise<void> }) => thing.stop();
const disconnect = (client: { disconnect(): void }) => client.disconnect();

/** A watch that goes on until it fails or the test ends. */
async function watch(type: string, written: Written) {
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const scaler = await polled(type, written).connect({ clients, clock: systemClock });
  const end = new AbortController();
  const watched = { wakes: 0, failure: undefined as unknown };
  const over = scaler
    .watch?.(() => watched.wakes++, end.signal)
    .catch((error: unknown) => {
      if (!end.signal.aborted) watched.failure = error;
    });
  later(scaler, async () => {
    end.abort(new Error('the test is over'));
    await over;
    await scaler.close();
    await clients.close();
  });
  return watched;
}

async function aServer(...config: string[]) {
  const broker = later(await startRedis(config), stop);
  const client = later(new Redis({ port: broker.port, ...CREDENTIALS }), disconnect);
  const on = (listName: string, auth: Record<string, string> = CREDENTIALS, more: Record<string, string> = {}) =>
    watch('redis', { metadata: { address: `127.0.0.1:${broker.port}`, listName, ...more }, auth });
  return { broker, client, on };
}

describeHere('push from redis', () => {
  it('hears of lists, sets, sorted sets, hashes and streams that grow, in the database that is watched', async () => {
    const { broker, client, on } = await aServer('notify-keyspace-events KA');
    const grow: Record<string, () => Promise<unknown>> = {
      list: () => client.rpush('list', 1),
      moved: () => client.lmove('list', 'moved', 'LEFT', 'RIGHT'),
      set: () => client.sadd('set', 1),
      zset: () => client.zadd('zset', 1, 'a'),
      hash: () => client.hset('hash', 'a', 1),
      'größe/a b*[x]': () => client.lpush('größe/a b*[x]', 1),
    };
    for (const [key, act] of Object.entries(grow)) {
      const watched = await on(key);
      await eventually('it listens', () => watched.wakes === 1);
      await act();
      await eventually(`${key} was heard`, () => watched.wakes === 2);
    }
    const metadata = { address: `127.0.0.1:${broker.port}`, stream: 'events', databaseIndex: '2' };
    const stream = await watch('redis-streams', { metadata, auth: CREDENTIALS });
    await eventually('it listens', () => stream.wakes === 1);
    await client.xadd('events', '*', 'a', 1);
    await client.select(2);
    await client.xadd('events', '*', 'a', 1);
    await eventually('the stream was heard', () => stream.wakes === 2);
  });

  it('has no word for keys that shrink', async () => {
    const { client, on } = await aServer('notify-keyspace-events KA');
    await client.rpush('jobs', 1, 2, 3);
    const watched = await on('jobs');
    await eventually('it listens', () => watched.wakes === 1);
    await client.lpop('jobs');
    await client.ltrim('jobs', 0, 0);
    await client.del('jobs');
    await client.rpush('jobs', 4);
    await eventually('the message was heard', () => watched.wakes === 2);
  });

  it.each([
    ['', 'found ""'],
    ['KEx', 'found "xKE"'],
    ['Elg', 'found "glE"'],
  ])('says what is missing when notify-keyspace-events is %p, and changes nothing', async (letters, found) => {
    const { client, on } = await aServer(`notify-keyspace-events "${letters}"`);
    const watched = await on('jobs');
    await eventually('it is told', () => watched.failure !== undefined);
    expect(watched.failure).toMatchObject({ code: 'SOURCE_ANSWER', message: expect.stringContaining(found) });
    expect(watched.failure).toMatchObject({ message: expect.stringContaining('to have K and one of lszh, or KA') });
    const [, after] = (await client.config('GET', 'notify-keyspace-events')) as [string, string];
    expect(found).toContain(`"${after}"`);
    await eventually('nobody is connected but the test', async () =>
      expect(await client.client('LIST')).not.toMatch(/\n.*\n/),
    );
  });

  it('tells which right a user lacks, and does without CONFIG', async () => {
    const { client, on } = await aServer('notify-keyspace-events Kl');
    await client.call('ACL', 'SETUSER', 'deaf', 'on', '>pw', '~*', '+subscribe', 'resetchannels');
    await client.call(
      'ACL',
      'SETUSER',
      'hearing',
      'on',
      '>pw',
      '~*',
      '+subscribe',
      '+unsubscribe',
      '&__keyspace@0__:jobs',
    );
    const deaf = await on('jobs', { username: 'deaf', password: 'pw' });
    await eventually('it is told', () => deaf.failure !== undefined);
    expect(deaf.failure).toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('allow SUBSCRIBE and the channels __keyspace@*'),
    });
    const hearing = await on('jobs', { username: 'hearing', password: 'pw' });
    await eventually('it listens', () => hearing.wakes === 1);
    await client.rpush('jobs', 1);
    await eventually('it was heard', () => hearing.wakes === 2);
  });

  it('hears of keys of all masters of a cluster, and fails when one of them is gone', async () => {
    const cluster = later(await startRedisCluster(), stop);
    for (const { port } of cluster.nodes) {
      const node = new Redis({ port, ...CREDENTIALS });
      await node.config('SET', 'notify-keyspace-events', 'Kl');
      node.disconnect();
    }
    const [first] = cluster.nodes;
    const client = later(new Cluster([{ port: first?.port ?? 0 }], { redisOptions: CREDENTIALS }), disconnect);
    const metadata = { addresses: cluster.addresses };
    const lists = Array.from({ length: 9 }, (_, i) => `jobs-${i}`);
    const watches = await Promise.all(
      lists.map((listName) => watch('redis-cluster', { metadata: { ...metadata, listName }, auth: CREDENTIALS })),
    );
    await eventually('all listen', () => watches.every(({ wakes }) => wakes === 1));
    for (const list of lists) await client.rpush(list, 1);
    await eventually('all were heard', () => expect(watches.map(({ wakes }) => wakes)).toEqual(lists.map(() => 2)));
    client.disconnect();
    await first?.stop();
    await eventually('it is told', () => watches.every(({ failure }) => failure !== undefined));
    expect(watches[0]?.failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  }, 60_000);

  it('hears the master that a sentinel names', async () => {
    const { broker, client } = await aServer('notify-keyspace-events Kl');
    const sentinel = later(await startSentinel('orders', broker.port), stop);
    const metadata = { address: `127.0.0.1:${sentinel.port}`, listName: 'jobs', sentinelMaster: 'orders' };
    const watched = await watch('redis-sentinel', { metadata, auth: CREDENTIALS });
    await eventually('it listens', () => watched.wakes === 1);
    await client.rpush('jobs', 1);
    await eventually('it was heard', () => watched.wakes === 2);
  }, 30_000);
});
