// How long the oldest job of a BullMQ queue has waited, in queues that the real library filled.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JobsOptions, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;

describeHere('bullmq in seconds', () => {
  let broker: Broker;
  let redis: Redis;
  const opened: (Queue | Worker)[] = [];
  beforeAll(async () => {
    broker = await startRedis();
    redis = new Redis({ port: broker.port, ...CREDENTIALS });
  });
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
    await redis.quit();
    await broker.stop();
  });

  const connection = () => ({ host: '127.0.0.1', port: broker.port, ...CREDENTIALS, maxRetriesPerRequest: null });
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection: connection() });
    opened.push(queue);
    return queue;
  };
  /** Which works on nothing by itself. */
  const work = (name: string): Worker => {
    const worker = new Worker(name, null, { connection: connection() });
    opened.push(worker);
    return worker;
  };
  const read = (queueName: string, metadata: Record<string, string> = {}, auth = CREDENTIALS) =>
    readTrigger('bullmq', {
      metadata: { address: `127.0.0.1:${broker.port}`, queueName, ...metadata },
      auth,
      scaleOn: { measure: 'oldestAge', targetSeconds: 60 },
    });
  const added = (secondsAgo: number, opts: JobsOptions = {}): { name: string; data: unknown; opts: JobsOptions } => ({
    name: 'job',
    data: {},
    opts: { ...opts, timestamp: Date.now() - secondsAgo * 1_000 },
  });
  const near = (seconds: number, active = true) => ({ value: expect.closeTo(seconds, -1), active });

  it('is that of the oldest job that waits, in whatever order jobs are taken', async () => {
    await open('fifo').addBulk([added(300), added(200), added(100)]);
    expect(await read('fifo')).toEqual(near(300));
    const lifo = { lifo: true };
    await open('lifo').addBulk([added(300, lifo), added(200, lifo), added(100, lifo)]);
    expect(await read('lifo')).toEqual(near(300));
    expect(await read('fifo, lifo')).toEqual(near(300));
    await open('prioritized').addBulk([
      added(100),
      added(200, { priority: 1 }),
      added(150, { priority: 1 }),
      added(700, { priority: 2_097_151 }),
      added(400, { priority: 7 }),
    ]);
    expect(await read('prioritized')).toEqual(near(700));
    expect(await read('prioritized', { priorities: '0-7' })).toEqual(near(400));
    expect(await read('prioritized', { priorities: '0,1' })).toEqual(near(200));
    expect(await read('prioritized', { priorities: '0' })).toEqual(near(100));
    expect(await read('prioritized', { priorities: '3' })).toEqual(near(0, false));
  });

  it('counts a delayed job from when it was due', async () => {
    const queue = open('delayed');
    await queue.addBulk([
      added(300, { delay: 280_000 }),
      added(300, { delay: 200_000, priority: 3 }),
      added(900, { delay: 3_600_000 }),
    ]);
    expect(await read('delayed')).toEqual(near(100));
    expect(await read('delayed', { priorities: '0' })).toEqual(near(20));
    // A worker moves what is due to where it waits, and takes the one without a priority.
    await work('delayed').getNextJob('token');
    expect(await queue.getCountsPerPriority([3])).toEqual({ 3: 1 });
    expect(await read('delayed')).toEqual(near(100));
  });

  it('counts a job that failed from its last try', async () => {
    const queue = open('retried');
    await queue.addBulk([added(300, { attempts: 2 })]);
    const job = await work('retried').getNextJob('token');
    expect(await read('retried')).toEqual({ value: 0, active: false });
    await job?.moveToFailed(new Error('no'), 'token');
    await eventually('it waits again', async () => (await queue.getWaitingCount()) === 1);
    expect(await read('retried')).toEqual(near(0));
  });

  it('is 0 when nothing waits, or while the queue is paused', async () => {
    const queue = open('paused');
    await queue.addBulk([added(300)]);
    await queue.pause();
    expect(await read('paused')).toEqual({ value: 0, active: false });
    expect(await read('paused', { includePaused: 'true' })).toEqual(near(300));
    await queue.drain();
    await queue.resume();
    expect(await read('paused')).toEqual({ value: 0, active: false });
    await expect(read('nowhere')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  it('is active by the jobs that wait', async () => {
    await open('few').addBulk([added(300)]);
    expect(await read('few', { activationWaitingJobs: '1' })).toEqual(near(300, false));
  });

  it('says what it cannot tell', async () => {
    await redis.lpush('bull:untimed:wait', '1');
    await expect(read('untimed')).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining('expected each job of queue "untimed" to tell when it was added'),
    });
    await open('manifold').addBulk(Array.from({ length: 1_001 }, (_, i) => added(10, { priority: i + 1 })));
    await expect(read('manifold')).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining('expected jobs of at most 1000 priorities in queue "manifold" for oldestAge'),
    });
  });

  it('needs no more than the permission that its page names', async () => {
    await open('guarded').addBulk([added(100), added(200, { priority: 1 }), added(50, { delay: 1 })]);
    const commands = 'eval exists llen lindex hexists time zcard zcount zrangebyscore hget';
    const rules = ['on', '>pw', '~bull:*', ...commands.split(' ').map((command) => `+${command}`)];
    await redis.call('ACL', 'SETUSER', 'reader', ...rules);
    const reader = { username: 'reader', password: 'pw' } as unknown as typeof CREDENTIALS;
    expect(await read('guarded', {}, reader)).toEqual(near(200));
  });
});
