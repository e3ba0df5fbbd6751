// Brokers that push, for the bench: how a trigger is written, and how a message gets into a queue.
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { CREDENTIALS, hasRabbitMq, hasRedis, startRabbitMq, startRedis } from '../support/brokers.ts';
import { startExternalScaler } from '../support/external-scaler.ts';
import { hasKafka, startKafka } from '../support/kafka.ts';

export interface PushBroker {
  /** Of the trigger for one queue; `auth` is the same for all. */
  readonly type: string;
  metadata(queue: string): Readonly<Record<string, string>>;
  readonly auth: Readonly<Record<string, string>>;
  /** To be called once, before anything scales on them. */
  create(queues: readonly string[]): Promise<void>;
  /** Resolves when the broker has the messages. */
  send(queue: string, messages: number): Promise<void>;
  stop(): Promise<void>;
}

export interface PushBrokerKind {
  readonly name: string;
  readonly isInstalled: boolean;
  start(): Promise<PushBroker>;
}

export const PUSH_BROKERS: readonly PushBrokerKind[] = [
  {
    name: 'Redis list, keyspace notifications',
    isInstalled: hasRedis,
    async start() {
      const broker = await startRedis(['notify-keyspace-events Kl']);
      const client = new Redis({ ...CREDENTIALS, host: '127.0.0.1', port: broker.port });
      return {
        type: 'redis',
        metadata: (listName) => ({ address: `127.0.0.1:${broker.port}`, listName, listLength: '5' }),
        auth: CREDENTIALS,
        create: async () => {},
        send: async (queue, messages) => void (await client.rpush(queue, ...bodies(messages))),
        async stop() {
          client.disconnect();
          await broker.stop();
        },
      };
    },
  },
  {
    name: 'RabbitMQ over amqp, quick looks',
    isInstalled: hasRabbitMq,
    async start() {
      const broker = await startRabbitMq();
      const host = `amqp://${CREDENTIALS.username}:${CREDENTIALS.password}@127.0.0.1:${broker.port}`;
      const connection = await connect(host);
      const channel = await connection.createConfirmChannel();
      return {
        type: 'rabbitmq',
        metadata: (queueName) => ({ queueName, mode: 'QueueLength', value: '5' }),
        auth: { host },
        async create(queues) {
          for (const queue of queues) await channel.assertQueue(queue);
        },
        async send(queue, messages) {
          for (const body of bodies(messages)) channel.sendToQueue(queue, Buffer.from(body));
          await channel.waitForConfirms();
        },
        async stop() {
          await connection.close();
          await broker.stop();
        },
      };
    },
  },
  {
    name: 'Kafka, a fetch that waits at the end of topics',
    isInstalled: hasKafka,
    async start() {
      const kafka = await startKafka();
      const user = { bootstrapServers: `127.0.0.1:${kafka.ports.sasl}`, sasl: 'scram_sha512' };
      return {
        type: 'kafka',
        metadata: (topic) => ({
          ...user,
          topic,
          consumerGroup: 'bench',
          lagThreshold: '5',
          allowIdleConsumers: 'true',
        }),
        auth: CREDENTIALS,
        async create(queues) {
          for (const queue of queues) {
            await kafka.createTopic(queue);
            await kafka.commit('bench', queue, [0]);
          }
        },
        send: (queue, messages) => kafka.produce(queue, messages),
        stop: kafka.stop,
      };
    },
  },
  {
    name: 'external-push',
    isInstalled: true,
    async start() {
      const scaler = await startExternalScaler();
      scaler.answers = { specs: () => [{ metricName: 'messages', targetSize: 5 }] };
      return {
        type: 'external-push',
        metadata: (queueName) => ({ scalerAddress: `127.0.0.1:${scaler.port}`, queueName }),
        // It asks for none.
        auth: CREDENTIALS,
        async create(queues) {
          for (const queue of queues) scaler.queues.set(queue, 0);
        },
        async send(queue, messages) {
          scaler.queues.set(queue, messages);
          scaler.push(true, queue);
        },
        stop: scaler.stop,
      };
    },
  },
];

function bodies(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `message ${i}`);
}
