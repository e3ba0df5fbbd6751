// Sidekiq from zero to N and back: jobs of a queue, and scheduled ones that are due.
import { describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';
import { pushJobs, scheduleJobs } from '../support/sidekiq.ts';

async function stage(put: (client: Redis, jobs: number) => Promise<void>): Promise<StagedQueue> {
  const broker = await startRedis();
  const client = new Redis({ port: broker.port, ...CREDENTIALS });
  return {
    type: 'sidekiq',
    metadata: { address: `127.0.0.1:${broker.port}`, queueName: 'mailers', waitingJobs: '10' },
    auth: CREDENTIALS,
    put: (jobs) => put(client, jobs),
    empty: () => client.del('queue:mailers', 'schedule'),
    async stop() {
      client.disconnect();
      await broker.stop();
    },
  };
}

describeQueueStory(
  'a Sidekiq process',
  {
    'queue of jobs': () => stage((client, count) => pushJobs(client, { queue: 'mailers', count })),
    'schedule of jobs that are due': () =>
      stage((client, count) => scheduleJobs(client, 'schedule', 'mailers', count, -1)),
  },
  whereInstalled(hasRedis, 'redis-server', describe) as typeof describe,
);
