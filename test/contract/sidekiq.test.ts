// The Sidekiq scaler against redis-server, filled as Sidekiq fills it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Broker, CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { beatHeart, pushJobs, scheduleJobs } from '../support/sidekiq.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;

describeScaler(
  'sidekiq',
  {
    missingQueue: 'zero',
    watches: true,
    async start() {
      const broker = await startRedis(['notify-keyspace-events Kl']);
      const client = new Redis({ port: broker.port, ...CREDENTIALS });
      const input = (queueName: string, port: number, password: string = CREDENTIALS.password) => ({
        metadata: { address: `127.0.0.1:${port}`, queueName },
        auth: { username: CREDENTIALS.username, password },
      });
      return {
        type: 'sidekiq',
        port: broker.port,
        secrets: [CREDENTIALS.password],
        async fill(queue, messages) {
          await pushJobs(client, { queue, count: messages - (await client.llen(`queue:${queue}`)) });
        },
        async empty(queue) {
          await client.del(`queue:${queue}`);
        },
        async contents() {
          const keys = (await client.keys('*')).sort();
          return Promise.all(keys.map(async (key) => [key, (await client.dumpBuffer(key))?.toString('hex')]));
        },
        input,
        tls: {
          input(queue, port, ca) {
            const { metadata, auth } = input(queue, port);
            return { metadata, auth: { ...auth, tls: 'enable', ...(ca === undefined ? {} : { ca }) } };
          },
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

describeHere('sidekiq', () => {
  let broker: Broker;
  let client: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    client = new Redis({ port: broker.port, ...CREDENTIALS });
  });
  beforeEach(() => client.flushdb());
  afterAll(async () => {
    await client.quit();
    await broker.stop();
  });
  const written = (metadata: Record<string, string>, auth: Record<string, string> = CREDENTIALS) => ({
    metadata: { address: `127.0.0.1:${broker.port}`, ...metadata },
    auth,
  });
  const read = async (metadata: Record<string, string>, auth?: Record<string, string>) =>
    (await readTrigger('sidekiq', written(metadata, auth))).value;
  /** Rounded, for the test takes time as well. */
  const age = async (metadata: Record<string, string>, auth?: Record<string, string>) => {
    const scaleOn = { measure: 'oldestAge', targetSeconds: 30 } as const;
    const { value, active } = await readTrigger('sidekiq', { ...written(metadata, auth), scaleOn });
    return { value: Math.round(value), active };
  };

  it('counts the queues that are named, or all that there are', async () => {
    expect(await read({})).toBe(0);
    await pushJobs(client, { queue: 'default', count: 2 });
    await pushJobs(client, { queue: 'mailers', count: 3, version: 7 });
    await pushJobs(client, { queue: 'low', count: 4 });
    expect(await read({ queueName: 'default' })).toBe(2);
    expect(await read({ queueName: 'default, mailers,default' })).toBe(5);
    expect(await read({})).toBe(9);
  });

  it('keeps to its namespace', async () => {
    await pushJobs(client, { queue: 'default', count: 1 });
    await pushJobs(client, { queue: 'default', count: 2, namespace: 'shop' });
    expect(await Promise.all([read({}), read({ namespace: 'shop' })])).toEqual([1, 2]);
  });

  it('counts scheduled jobs and retries of its queues once they are due, which only a process would move', async () => {
    await pushJobs(client, { queue: 'default', count: 1 });
    await scheduleJobs(client, 'schedule', 'default', 2, -5);
    await scheduleJobs(client, 'schedule', 'mailers', 4, -5);
    await scheduleJobs(client, 'retry', 'default', 8, -5);
    await scheduleJobs(client, 'retry', 'default', 16, 600);
    await client.zadd('retry', 1, 'not json');
    expect(await read({ queueName: 'default' })).toBe(11);
    expect(await read({ queueName: 'default', includeDue: 'false' })).toBe(1);
    expect(await read({ queueName: 'mailers' })).toBe(4);
    await client.zrem('retry', 'not json');
    expect(await read({})).toBe(15);
  });

  it.each([7, 8] as const)('tells how long the oldest job has waited, as Sidekiq %i notes it', async (version) => {
    await pushJobs(client, { queue: 'default', count: 1, ageSeconds: 40, version });
    await pushJobs(client, { queue: 'default', count: 5, ageSeconds: 2, version });
    await pushJobs(client, { queue: 'mailers', count: 1, ageSeconds: 90, version });
    expect(await age({ queueName: 'default' })).toEqual({ value: 40, active: true });
    expect(await age({ queueName: 'default', activationWaitingJobs: '6' })).toEqual({ value: 40, active: false });
    expect(await age({})).toEqual({ value: 90, active: true });
    expect(await age({ queueName: 'empty' })).toEqual({ value: 0, active: false });
  });

  it('takes a due job for as old as it is overdue', async () => {
    await scheduleJobs(client, 'schedule', 'default', 1, -20);
    await scheduleJobs(client, 'retry', 'default', 1, 600);
    expect(await age({})).toEqual({ value: 20, active: true });
    expect(await age({ queueName: 'default' })).toEqual({ value: 20, active: true });
    expect(await age({ includeDue: 'false' })).toEqual({ value: 0, active: false });
  });

  it('is awake for a job whose time is unknown or still to come, though it is of no age', async () => {
    await pushJobs(client, { queue: 'ahead', count: 1, ageSeconds: -60 });
    await client.rpush('queue:odd', 'not json');
    await client.rpush('queue:null', 'null');
    for (const queueName of ['ahead', 'odd', 'null'])
      expect(await age({ queueName })).toEqual({ value: 0, active: true });
  });

  it('counts what threads are at only when it is asked to', async () => {
    await pushJobs(client, { queue: 'default', count: 1 });
    await beatHeart(client, 'pod-1:1:abc', 3);
    await beatHeart(client, 'pod-2:1:def', 4);
    // One that died: its name stays until somebody cleans up.
    await client.sadd('processes', 'pod-3:1:fed');
    expect(await read({})).toBe(1);
    expect(await read({ includeBusy: 'true' })).toBe(8);
  });

  it('tells which permissions a user lacks, needs no more than those, and wants lists', async () => {
    const commands = '+eval +time +smembers +llen +lindex +zcount +zrange +zrangebyscore +hget'.split(' ');
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '~*', ...commands);
    await client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+smembers', '+eval', '+time');
    await pushJobs(client, { queue: 'default', count: 2 });
    await beatHeart(client, 'pod-1:1:abc', 1);
    const auth = (username: string) => ({ username, password: 'pw' });
    expect(await read({ includeBusy: 'true' }, auth('narrow'))).toBe(3);
    expect(await age({ queueName: 'default' }, auth('narrow'))).toEqual({ value: 0, active: true });
    await expect(read({}, auth('blind'))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('allow EVAL, TIME, SMEMBERS'),
    });
    await client.set('queue:odd', 'text');
    await expect(read({ queueName: 'odd' })).rejects.toThrow('expected the keys of Sidekiq, found other types');
  });

  it('finds the master that sentinels name', async () => {
    const sentinel = await startSentinel('orders', broker.port);
    await pushJobs(client, { queue: 'default', count: 2 });
    expect(await read({ address: `127.0.0.1:${sentinel.port}`, sentinelMaster: 'orders' })).toBe(2);
    await sentinel.stop();
  });
});
