// The Redis scalers while a master dies: a cluster of six, and a sentinel with a replica.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { systemClock, withDeadline } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { polled, type Written } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;
const DEADLINE_MS = 4_000;
const never = new AbortController().signal;

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

async function fill(client: Redis | Cluster, stream: string, entries: number): Promise<void> {
  await client.xgroup('CREATE', stream, 'billing', '0', 'MKSTREAM');
  for (let i = 0; i < entries; i++) await client.xadd(stream, '*', 'n', i);
}

/** One trigger that is read again and again, as the controller does. */
async function follow(type: string, written: Written) {
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const scaler = await polled(type, written).connect({ clients, clock: systemClock });
  later(scaler, () => scaler.close().then(() => clients.close()));
  return {
    read: async () =>
      (await withDeadline(systemClock, never, DEADLINE_MS, 'read', (signal) => scaler.read(signal))).value,
  };
}

describeHere('redis-cluster-streams', () => {
  it('reads streams of all masters at once, and goes on when a replica takes over', async () => {
    const cluster = later(await startRedisCluster(), stop);
    const [first] = cluster.nodes;
    const client = later(new Cluster([{ port: first?.port ?? 0 }], { redisOptions: CREDENTIALS }), disconnect);
    const streams = Array.from({ length: 9 }, (_, i) => `orders-${i}`);
    for (const [i, stream] of streams.entries()) await fill(client, stream, i);
    const followed = await Promise.all(
      streams.map((stream) =>
        follow('redis-cluster-streams', {
          metadata: { addresses: cluster.addresses, stream, consumerGroup: 'billing', lagCount: '1' },
          auth: CREDENTIALS,
        }),
      ),
    );
    const readAll = () => Promise.all(followed.map((one) => one.read()));
    const expected = streams.map((_, i) => i);
    expect(await readAll()).toEqual(expected);
    client.disconnect();
    await first?.stop();
    await eventually('the replica has taken over', async () => expect(await readAll()).toEqual(expected), 20_000);
  }, 60_000);
});

describeHere('redis-sentinel-streams', () => {
  it('follows the sentinel to the new master when the old one is gone', async () => {
    const login = [
      `masteruser ${CREDENTIALS.username}`,
      `masterauth ${CREDENTIALS.password}`,
      'repl-diskless-sync-delay 0',
    ];
    const master = later(await startRedis(login), stop);
    const replica = later(await startRedis([...login, `replicaof 127.0.0.1 ${master.port}`]), stop);
    const sentinel = later(await startSentinel('orders', master.port), stop);
    const watch = later(new Redis({ port: sentinel.port }), disconnect);
    const client = later(new Redis({ port: master.port, ...CREDENTIALS }), disconnect);
    await watch.call('SENTINEL', 'SET', 'orders', 'down-after-milliseconds', '500');
    await fill(client, 'orders', 3);
    await eventually('the sentinel knows the replica', async () => {
      const replicas = (await watch.call('SENTINEL', 'REPLICAS', 'orders')) as string[][];
      return replicas.some((one) => one.includes('ok') && one.includes(String(replica.port)));
    });
    const followed = await follow('redis-sentinel-streams', {
      metadata: {
        address: `127.0.0.1:${sentinel.port}`,
        sentinelMaster: 'orders',
        stream: 'orders',
        consumerGroup: 'billing',
        lagCount: '5',
      },
      auth: CREDENTIALS,
    });
    expect(await followed.read()).toBe(3);
    await client.wait(1, 1_000);
    client.disconnect();
    await master.stop();
    await expect(followed.read()).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    await eventually('the new master is read', async () => expect(await followed.read()).toBe(3), 30_000);
  }, 60_000);
});
