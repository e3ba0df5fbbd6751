// A worker on a RabbitMQ queue, measured over AMQP and over the management API: from zero to N and back.
import { describe } from '@jest/globals';
import { connect } from 'amqplib';
import { CREDENTIALS, hasRabbitMq, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';

async function stage(protocol: 'amqp' | 'http'): Promise<StagedQueue> {
  const broker = await startRabbitMq();
  const login = `${CREDENTIALS.username}:${CREDENTIALS.password}`;
  const connection = await connect(`amqp://${login}@127.0.0.1:${broker.port}/team%2Fa`);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('orders');
  const port = protocol === 'amqp' ? broker.port : broker.managementPort;
  return {
    type: 'rabbitmq',
    metadata: { queueName: 'orders', mode: 'QueueLength', value: '10' },
    auth: { host: `${protocol}://${login}@127.0.0.1:${port}/team%2Fa` },
    async put(messages) {
      for (let i = 0; i < messages; i++) channel.sendToQueue('orders', Buffer.from(String(i)));
      await channel.waitForConfirms();
    },
    empty: () => channel.purgeQueue('orders'),
    async stop() {
      await connection.close();
      await broker.stop();
    },
  };
}

describeQueueStory(
  'a worker on a RabbitMQ queue',
  {
    'queue over AMQP': () => stage('amqp'),
    'queue over the management API': () => stage('http'),
  },
  whereInstalled(hasRabbitMq, 'rabbitmq-server', describe) as typeof describe,
);
