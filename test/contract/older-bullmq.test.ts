// The BullMQ scaler against queues that former versions of the library filled, each with a layout of its own.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type * as BullMq from 'bullmq';
import { Redis } from 'ioredis';
import { brokerDirectory, isInstalled } from '../brokers/cache.ts';
import type { ScaleOn } from '../../src/scalers/scaler.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';

const isHere = hasRedis && isInstalled('older-bullmq', process.env);
const describeHere = whereInstalled(isHere, 'redis-server or an older BullMQ', describe);

describeHere('bullmq, as former versions lay it out', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startRedis();
  });
  afterAll(() => broker.stop());
  const ask = (queueName: string, metadata: Record<string, string>, scaleOn?: ScaleOn) => {
    const where = { address: `127.0.0.1:${broker.port}`, queueName };
    const written = { metadata: { ...where, ...metadata }, auth: CREDENTIALS };
    return readTrigger('bullmq', scaleOn ? { ...written, scaleOn } : written);
  };
  const read = async (queueName: string, metadata: Record<string, string> = {}) =>
    (await ask(queueName, metadata)).value;

  // Version 3 keeps prioritized jobs among those that wait.
  it.each([
    [3, 9, 0],
    [4, 6, 3],
    [5, 6, 3],
  ])(
    'counts the jobs of version %i: waiting, prioritized, due, paused, in work',
    async (version, without, withFive) => {
      const load = createRequire(join(brokerDirectory('older-bullmq', process.env), 'package.json'));
      const { Queue, Worker } = load(`bullmq-${version}`) as typeof BullMq;
      const place = { host: '127.0.0.1', port: broker.port, ...CREDENTIALS };
      const connection = { ...place, maxRetriesPerRequest: null, disconnectTimeout: 100 };
      const name = `version-${version}`;
      const queue = new Queue(name, { connection });
      const jobs = (count: number, opts: BullMq.JobsOptions = {}) =>
        Array.from({ length: count }, () => ({ name: 'job', data: {}, opts }));
      await queue.addBulk([...jobs(2), ...jobs(3, { priority: 5 }), ...jobs(4, { delay: 1 })]);
      await queue.addBulk(jobs(7, { delay: 600_000 }));
      await eventually('the delayed ones are due', async () => expect(await read(name)).toBe(9));
      expect(await read(name, { priorities: '0' })).toBe(without);
      expect(await read(name, { priorities: '5' })).toBe(withFive);

      await queue.add('job', {}, { timestamp: Date.now() - 300_000, lifo: true });
      const age = { measure: 'oldestAge', targetSeconds: 60 } as const;
      for (const priorities of ['0', '']) {
        expect(await ask(name, { priorities }, age)).toEqual({ value: expect.closeTo(300, -1), active: true });
      }
      await (await queue.getWaiting()).find((job) => job.timestamp < Date.now() - 200_000)?.remove();

      await queue.pause();
      expect(await read(name)).toBe(0);
      expect(await read(name, { includePaused: 'true' })).toBe(9);
      await queue.resume();
      expect(await read(name)).toBe(9);

      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      const worker = new Worker(name, () => done, { connection, concurrency: 3 });
      await eventually('three are in work', async () => expect(await read(name)).toBe(6));
      expect(await read(name, { includeActive: 'true' })).toBe(9);
      finish();
      await eventually('all are done', async () => expect(await read(name, { includeActive: 'true' })).toBe(0));
      await worker.close();
      await queue.close();
    },
    30_000,
  );

  it('takes the marker that version 4 puts among the waiting for no job', async () => {
    const client = new Redis({ port: broker.port, ...CREDENTIALS });
    await client.rpush('bull:marked:wait', '2', '1', '0:1760000000000');
    expect(await read('marked')).toBe(2);
    await client.quit();
  });
});
