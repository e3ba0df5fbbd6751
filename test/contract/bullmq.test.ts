// The BullMQ scaler against queues that the real library filled.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JobsOptions, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;
const connectionTo = (port: number) => ({ host: '127.0.0.1', port, ...CREDENTIALS, maxRetriesPerRequest: null });

/** Queues are opened once and closed together. */
function createQueues(port: number) {
  const queues = new Map<string, Queue>();
  return {
    async open(name: string): Promise<Queue> {
      const queue = queues.get(name) ?? new Queue(name, { connection: connectionTo(port) });
      queues.set(name, queue);
      await eventually('the queue has left its trace', async () => (await queue.getMeta()).version !== undefined);
      return queue;
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      queues.clear();
    },
  };
}
const jobs = (count: number, opts: JobsOptions = {}) =>
  Array.from({ length: count }, (_, i) => ({ name: 'job', data: { i }, opts }));

describeScaler(
  'bullmq',
  {
    missingQueue: 'error',
    watches: true,
    async start() {
      const broker = await startRedis(['notify-keyspace-events Klz']);
      const client = new Redis({ port: broker.port, ...CREDENTIALS });
      const queues = createQueues(broker.port);
      return {
        type: 'bullmq',
        port: broker.port,
        secrets: [CREDENTIALS.password],
        async fill(name, messages) {
          const queue = await queues.open(name);
          await queue.addBulk(jobs(messages - (await queue.getWaitingCount())));
        },
        async empty(name) {
          const keys = await client.keys(`bull:${name}:*`);
          for (let i = 0; i < keys.length; i += 10_000) await client.unlink(...keys.slice(i, i + 10_000));
        },
        async contents() {
          const keys = (await client.keys('*')).sort();
          return Promise.all(keys.map(async (key) => [key, (await client.dumpBuffer(key))?.toString('hex')]));
        },
        input: (queueName, port, password = CREDENTIALS.password) => ({
          metadata: { address: `127.0.0.1:${port}`, queueName },
          auth: { username: CREDENTIALS.username, password },
        }),
        tls: {
          input: (queueName, port, ca) => ({
            metadata: { address: `127.0.0.1:${port}`, queueName },
            auth: { ...CREDENTIALS, tls: 'enable', ...(ca === undefined ? {} : { ca }) },
          }),
        },
        async restart() {
          await queues.close();
          await broker.restart();
        },
        async stop() {
          await queues.close();
          await client.quit();
          await broker.stop();
        },
      };
    },
  },
  describeHere,
);

describeHere('bullmq', () => {
  let broker: Broker;
  let client: Redis;
  let queues: ReturnType<typeof createQueues>;
  beforeAll(async () => {
    broker = await startRedis();
    client = new Redis({ port: broker.port, ...CREDENTIALS });
    queues = createQueues(broker.port);
  });
  afterAll(async () => {
    await queues.close();
    await client.quit();
    await broker.stop();
  });
  const read = async (
    queueName: string,
    metadata: Record<string, string> = {},
    auth: Record<string, string> = CREDENTIALS,
  ) => {
    const where = { address: `127.0.0.1:${broker.port}`, queueName };
    return (await readTrigger('bullmq', { metadata: { ...where, ...metadata }, auth })).value;
  };
  const untilDue = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('counts jobs that wait, that are prioritized, and that are due; a list of waiting jobs has the first of these alone', async () => {
    const queue = await queues.open('mixed');
    await queue.addBulk([...jobs(2), ...jobs(3, { priority: 5 }), ...jobs(4, { delay: 1 })]);
    await queue.addBulk(jobs(7, { delay: 600_000 }));
    await untilDue();
    expect(await read('mixed')).toBe(9);
    const metadata = { address: `127.0.0.1:${broker.port}`, listName: 'bull:mixed:wait' };
    expect(await readTrigger('redis', { metadata, auth: CREDENTIALS })).toEqual({ value: 2 });
  });

  it('counts the priorities that are asked for, where 0 is none, among the due jobs as well', async () => {
    const queue = await queues.open('by-priority');
    await queue.addBulk([...jobs(1), ...jobs(2, { priority: 1 }), ...jobs(4, { priority: 3 })]);
    await queue.addBulk([...jobs(8, { priority: 4 }), ...jobs(16, { priority: 2_097_151 })]);
    await queue.addBulk([...jobs(32, { delay: 1 }), ...jobs(64, { delay: 1, priority: 3 })]);
    await untilDue();
    const counts = ['0', '1', '1-3', '3,1', '4,2097151', '2', '0-2097'].map((priorities) =>
      read('by-priority', { priorities }),
    );
    expect(await Promise.all(counts)).toEqual([33, 2, 70, 70, 24, 0, 111]);
    expect(await read('by-priority')).toBe(127);
  });

  it('counts what workers are at only when it is asked to, and jobs that are done or failed never', async () => {
    const queue = await queues.open('busy');
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const worker = new Worker('busy', (job) => (job.data.i > 2 ? done : Promise.reject(new Error('no'))), {
      connection: connectionTo(broker.port),
      concurrency: 2,
    });
    await queue.addBulk(jobs(6));
    await eventually('two are worked on', async () => (await queue.getActiveCount()) === 2);
    await eventually('three failed', async () => (await queue.getFailedCount()) === 3);
    expect(await read('busy')).toBe(1);
    expect(await read('busy', { includeActive: 'true' })).toBe(3);
    finish();
    await eventually('all are done', async () => (await read('busy', { includeActive: 'true' })) === 0);
    await worker.close();
  });

  it('needs no worker for a paused queue, unless it is asked to count it', async () => {
    const queue = await queues.open('paused');
    await queue.addBulk([...jobs(2), ...jobs(1, { priority: 1 })]);
    await queue.pause();
    await queue.addBulk(jobs(3));
    expect(await read('paused')).toBe(0);
    expect(await read('paused', { includePaused: 'true' })).toBe(6);
    await queue.resume();
    expect(await read('paused')).toBe(6);
  });

  it('adds several queues up, each once, and finds them under their prefix', async () => {
    await (await queues.open('one')).addBulk(jobs(1));
    await (await queues.open('two')).addBulk(jobs(2));
    expect(await read('one, two,one')).toBe(3);
    await expect(read('one', { prefix: 'shop' })).rejects.toThrow(
      'there is no BullMQ queue "one" with the prefix "shop"; it comes into being with the first Queue of that name',
    );
  });

  it('tells which permissions a user lacks, and needs no more than those', async () => {
    const commands = '+eval +exists +llen +lindex +hexists +time +zcard +zcount +zrangebyscore +hget'.split(' ');
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '~bull:*', ...commands);
    await client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+eval', '+exists');
    await (await queues.open('seen')).addBulk([...jobs(1), ...jobs(1, { priority: 2 })]);
    const auth = (username: string) => ({ username, password: 'pw' });
    expect(await read('seen', { priorities: '0-2' }, auth('narrow'))).toBe(2);
    await expect(read('seen', {}, auth('blind'))).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('allow EVAL, EXISTS, LLEN'),
    });
  });

  it('says so when the keys are of something else', async () => {
    await client.set('bull:odd:wait', 'text');
    await expect(read('odd')).rejects.toThrow('expected the keys of queue "odd" to be BullMQ\'s, found other types');
  });

  it('takes the URL that the application has', async () => {
    await (await queues.open('by-url')).addBulk(jobs(4));
    const { username, password } = CREDENTIALS;
    const env = { REDIS_URL: `redis://${username}:${password}@127.0.0.1:${broker.port}` };
    const metadata = { queueName: 'by-url', redisUrlFromEnv: 'REDIS_URL' };
    expect(await readTrigger('bullmq', { metadata, env })).toEqual({ value: 4 });
  });
});

describeHere('bullmq in a Redis Cluster', () => {
  it('adds up queues on different nodes', async () => {
    const cluster = await startRedisCluster();
    const { Cluster } = await import('ioredis');
    const connection = new Cluster([{ host: '127.0.0.1', port: cluster.nodes[0]?.port ?? 0 }], {
      redisOptions: { ...CREDENTIALS, maxRetriesPerRequest: null },
    });
    for (const prefix of ['{a}', '{b}', '{c}']) {
      const queue = new Queue('jobs', { connection, prefix });
      await queue.addBulk([...jobs(2), ...jobs(1, { priority: 1 })]);
      const metadata = { queueName: 'jobs', prefix, addresses: cluster.addresses, cluster: 'true' };
      expect(await readTrigger('bullmq', { metadata, auth: CREDENTIALS })).toEqual({ value: 3 });
      await queue.close();
    }
    await connection.quit();
    await cluster.stop();
  }, 60_000);
});
