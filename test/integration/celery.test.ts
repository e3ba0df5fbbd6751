// Celery from zero to N and back, on Redis and on RabbitMQ: the producer and the worker are the real library's.
import { describe } from '@jest/globals';
import { CREDENTIALS, hasRabbitMq, hasRedis, startRabbitMq, startRedis, whereInstalled } from '../support/brokers.ts';
import { hasCelery, startCelery } from '../support/celery.ts';
import { eventually } from '../support/eventually.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';
import { readTrigger } from '../support/read-trigger.ts';

async function stage(scheme: 'redis' | 'amqp'): Promise<StagedQueue> {
  const broker = scheme === 'redis' ? await startRedis() : await startRabbitMq();
  const auth = { brokerUrl: `${scheme}://${CREDENTIALS.username}:${CREDENTIALS.password}@127.0.0.1:${broker.port}/` };
  const metadata = { queueName: 'mail', waitingTasks: '10' };
  const celery = await startCelery(auth.brokerUrl);
  await celery.send('mail', 0);
  return {
    type: 'celery',
    metadata,
    auth,
    put: (tasks) => celery.send('mail', tasks, { priority: 6 }),
    async empty() {
      const worker = await celery.work('mail');
      const isEmpty = async () => (await readTrigger('celery', { metadata, auth })).value === 0;
      await eventually('the worker has taken every task', isEmpty, 60_000);
      await worker.stop();
    },
    async stop() {
      await celery.stop();
      await broker.stop();
    },
  };
}

describeQueueStory(
  'a Celery worker',
  { 'queue on Redis': () => stage('redis'), 'queue on RabbitMQ': () => stage('amqp') },
  whereInstalled(
    hasCelery && hasRedis && hasRabbitMq,
    'Celery, redis-server or rabbitmq-server',
    describe,
  ) as typeof describe,
);
