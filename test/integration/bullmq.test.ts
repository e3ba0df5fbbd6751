// BullMQ from zero to N and back: the producer and the worker are the real library's.
import { describe } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';

const kinds = {
  'queue of jobs': {},
  'queue of prioritized jobs': { priority: 3 },
  'queue of jobs that are due': { delay: 1 },
};

async function stage(opts: { readonly priority?: number; readonly delay?: number }): Promise<StagedQueue> {
  const broker = await startRedis();
  const connection = { host: '127.0.0.1', port: broker.port, ...CREDENTIALS, maxRetriesPerRequest: null };
  const queue = new Queue('mail', { connection });
  return {
    type: 'bullmq',
    metadata: { address: `127.0.0.1:${broker.port}`, queueName: 'mail', waitingJobs: '10', includeActive: 'true' },
    auth: CREDENTIALS,
    put: (messages) => queue.addBulk(Array.from({ length: messages }, (_, i) => ({ name: 'send', data: { i }, opts }))),
    async empty() {
      const worker = new Worker('mail', async () => {}, { connection, concurrency: 5 });
      await eventually('every job is done', async () => (await queue.getCompletedCount()) === 45);
      await worker.close();
    },
    async stop() {
      await queue.close();
      await broker.stop();
    },
  };
}

describeQueueStory(
  'a BullMQ worker',
  Object.fromEntries(Object.entries(kinds).map(([name, opts]) => [name, () => stage(opts)])),
  whereInstalled(hasRedis, 'redis-server', describe) as typeof describe,
);
