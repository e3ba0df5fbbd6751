// pubsub.rabbitmq: an exchange for each topic and a queue `{consumerID}-{topic}` for each subscriber.
import type { Channel } from 'amqplib';
import type { Build, Building, Metadata } from './building-blocks.ts';
import { readMetadata } from './component.ts';
import { connectRabbit, textHeaders } from './rabbitmq-connection.ts';

interface Settings {
  readonly durable: boolean;
  readonly deleteWhenUnused: boolean;
  readonly exchangeKind: string;
  readonly enableDeadLetter: boolean;
}

export const buildRabbitPubSub: Build = async (component, { appId, clock, log }) => {
  const settings = readMetadata(component, (read) => ({
    // Dapr: `host` is the old name.
    url: read.text('connectionString') ?? read.text('host') ?? urlOf(read.text),
    consumerId: read.text('consumerID', appId),
    durable: read.flag('durable', true),
    deleteWhenUnused: read.flag('deletedWhenUnused', true),
    exchangeKind: read.text('exchangeKind', 'fanout'),
    enableDeadLetter: read.flag('enableDeadLetter', false),
    requeueInFailure: read.flag('requeueInFailure', false),
    deliveryMode: read.count('deliveryMode', 0),
    prefetch: read.count('prefetchCount', 0),
    reconnectMs: read.durationMs('reconnectWaitSeconds', 3000),
    concurrency: read.text('concurrency', 'parallel'),
  }));
  const rabbit = await connectRabbit({
    url: settings.url,
    name: component.name,
    reconnectMs: settings.reconnectMs,
    clock,
    log,
  });
  const building: Building = {
    pubsub: {
      nativeTtl: true,
      async publish({ topic, data, metadata, ttlMs }) {
        await rabbit.use((channel) => declareExchange(channel, topic, settings));
        await rabbit.publish(topic, metadata['routingKey'] ?? '', data, {
          contentType: 'text/plain',
          persistent: settings.deliveryMode === 2,
          ...(ttlMs === undefined ? {} : { expiration: ttlMs }),
          ...(metadata['priority'] === undefined ? {} : { priority: Number(metadata['priority']) }),
        });
      },
      subscribe({ topic, metadata }, handler) {
        const queue = metadata['queueName'] ?? `${settings.consumerId}-${topic}`;
        return rabbit.consume({
          declare: (channel) => declareSubscription(channel, { topic, queue, metadata }, settings),
          prefetch: settings.prefetch,
          order: settings.concurrency === 'single' ? 'one by one' : 'parallel',
          handle: (message) =>
            handler({ data: message.content, metadata: textHeaders(message) }).then(
              () => 'ack' as const,
              () => (settings.requeueInFailure ? ('requeue' as const) : ('discard' as const)),
            ),
        });
      },
    },
    close: () => rabbit.close(),
  };
  return building;
};

function urlOf(text: (name: string, fallback: string) => string): string {
  const user = encodeURIComponent(text('username', 'guest'));
  const password = encodeURIComponent(text('password', 'guest'));
  return `${text('protocol', 'amqp')}://${user}:${password}@${text('hostname', 'localhost')}`;
}

async function declareExchange(channel: Channel, topic: string, settings: Settings): Promise<void> {
  await channel.assertExchange(topic, settings.exchangeKind, {
    durable: settings.durable,
    autoDelete: settings.deleteWhenUnused,
  });
}

async function declareSubscription(
  channel: Channel,
  { topic, queue, metadata }: { readonly topic: string; readonly queue: string; readonly metadata: Metadata },
  settings: Settings,
): Promise<string> {
  await declareExchange(channel, topic, settings);
  if (settings.enableDeadLetter) await declareDeadLetters(channel, queue, settings);
  await channel.assertQueue(queue, {
    durable: settings.durable,
    autoDelete: settings.deleteWhenUnused,
    arguments: {
      'x-queue-type': metadata['queueType'] ?? 'classic',
      ...(settings.enableDeadLetter ? { 'x-dead-letter-exchange': `dlx-${queue}` } : {}),
    },
  });
  for (const key of (metadata['routingKey'] ?? '').split(',')) await channel.bindQueue(queue, topic, key);
  return queue;
}

async function declareDeadLetters(channel: Channel, queue: string, settings: Settings): Promise<void> {
  await channel.assertExchange(`dlx-${queue}`, 'fanout', { durable: true, autoDelete: settings.deleteWhenUnused });
  await channel.assertQueue(`dlq-${queue}`, {
    durable: true,
    autoDelete: settings.deleteWhenUnused,
    arguments: { 'x-queue-mode': 'lazy' },
  });
  await channel.bindQueue(`dlq-${queue}`, `dlx-${queue}`, '');
}
