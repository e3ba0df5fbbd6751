// A worker on a topic subscription of Azure Service Bus, and one on all queues of a pattern: from zero to N and back.
import { connectClient, startEmulator } from '../support/service-bus.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';

async function stage(kind: 'subscription' | 'pattern'): Promise<StagedQueue> {
  const emulator = await startEmulator();
  emulator.createTopic('events');
  emulator.createSubscription('events', 'mail');
  emulator.createQueue('orders-eu');
  const client = connectClient(emulator.connectionString());
  const sender = client.createSender(kind === 'pattern' ? 'orders-eu' : 'events');
  const receiver = kind === 'pattern' ? client.createReceiver('orders-eu') : client.createReceiver('events', 'mail');
  return {
    type: 'azure-servicebus',
    metadata: {
      messageCount: '10',
      ...(kind === 'pattern'
        ? { queueName: 'orders-.*', useRegex: 'true' }
        : { topicName: 'events', subscriptionName: 'mail' }),
    },
    auth: { connection: emulator.connectionString() },
    async put(messages) {
      for (let i = 0; i < messages; i++) await sender.sendMessages({ body: i });
    },
    async empty() {
      for (let left = 45; left > 0; ) {
        const messages = await receiver.receiveMessages(left, { maxWaitTimeInMs: 1_000 });
        await Promise.all(messages.map((message) => receiver.completeMessage(message)));
        left -= messages.length;
      }
    },
    async stop() {
      await client.close();
      await emulator.stop();
    },
  };
}

describeQueueStory('a worker on Azure Service Bus', {
  'topic subscription': () => stage('subscription'),
  'pattern of queues': () => stage('pattern'),
});
