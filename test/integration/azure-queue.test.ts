// A worker on an Azure Storage queue, counted with the messages in work and without them: from zero to N and back.
import { describe } from '@jest/globals';
import { hasAzurite, startAzurite } from '../support/azurite.ts';
import { whereInstalled } from '../support/brokers.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';

async function stage(queueLengthStrategy: 'all' | 'visibleonly'): Promise<StagedQueue> {
  const azurite = await startAzurite();
  const queue = azurite.connect().getQueueClient('orders');
  await queue.create();
  return {
    type: 'azure-queue',
    metadata: { queueName: 'orders', queueLength: '10', queueLengthStrategy },
    auth: { connection: azurite.connectionString() },
    async put(messages) {
      for (let i = 0; i < messages; i++) await queue.sendMessage(`order ${i}`);
    },
    empty: () => queue.clearMessages(),
    stop: azurite.stop,
  };
}

describeQueueStory(
  'a worker on an Azure Storage queue',
  {
    'queue with all messages': () => stage('all'),
    'queue with visible messages only': () => stage('visibleonly'),
  },
  whereInstalled(hasAzurite, 'azurite', describe) as typeof describe,
);
