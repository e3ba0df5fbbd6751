// bindings.rabbitmq: one queue on the default exchange, both ways.
import type { Channel } from 'amqplib';
import { type Build, type Building, ttlOf } from './building-blocks.ts';
import { readMetadata } from './component.ts';
import { connectRabbit, textHeaders } from './rabbitmq-connection.ts';

export const buildRabbitQueue: Build = async (component, { clock, log }) => {
  const settings = readMetadata(component, (read) => ({
    url: read.required('host'),
    queueName: read.required('queueName'),
    durable: read.flag('durable', false),
    deleteWhenUnused: read.flag('deleteWhenUnused', false),
    exclusive: read.flag('exclusive', false),
    prefetch: read.count('prefetchCount', 0),
    maxPriority: Math.min(255, read.count('maxPriority', 0)),
    ttlMs: read.durationMs('ttlInSeconds', 0),
    reconnectMs: read.durationMs('reconnectWaitInSeconds', 5000),
  }));
  const { queueName } = settings;
  const declare = async (channel: Channel): Promise<string> => {
    await channel.assertQueue(queueName, {
      durable: settings.durable,
      autoDelete: settings.deleteWhenUnused,
      exclusive: settings.exclusive,
      ...(settings.ttlMs > 0 ? { messageTtl: settings.ttlMs } : {}),
      ...(settings.maxPriority > 0 ? { maxPriority: settings.maxPriority } : {}),
    });
    return queueName;
  };
  const rabbit = await connectRabbit({
    url: settings.url,
    name: component.name,
    reconnectMs: settings.reconnectMs,
    clock,
    log,
  });
  try {
    await rabbit.use(declare);
  } catch (error) {
    await rabbit.close();
    throw error;
  }
  const building: Building = {
    output: {
      operations: ['create'],
      async invoke({ data, metadata }) {
        const ttlMs = ttlOf(metadata);
        await rabbit.publish('', queueName, data, {
          persistent: true,
          contentType: metadata['contentType'] ?? 'text/plain',
          headers: metadata,
          ...(ttlMs === undefined ? {} : { expiration: ttlMs }),
          ...(metadata['priority'] === undefined ? {} : { priority: Number(metadata['priority']) }),
        });
      },
    },
    input: {
      read: (handler) =>
        rabbit.consume({
          declare,
          prefetch: settings.prefetch,
          order: 'one by one',
          handle: (message) =>
            handler({ data: message.content, metadata: textHeaders(message) }).then(
              () => 'ack' as const,
              // Dapr: a message the app refuses goes back to the queue at once.
              () => 'requeue' as const,
            ),
        }),
    },
    close: () => rabbit.close(),
  };
  return building;
};
