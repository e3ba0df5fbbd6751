// Brokers with thousands of queues that hold one message each, for the bench, and the triggers on them.
import { connect } from 'amqplib';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createLimiter } from '../../src/async.ts';
import { CREDENTIALS, hasRabbitMq, hasRedis, startRabbitMq, startRedis } from '../support/brokers.ts';
import { hasKafka, startKafka } from '../support/kafka.ts';
import type { Written } from '../support/written-trigger.ts';

export interface SourceBroker {
  readonly name: string;
  readonly isInstalled: boolean;
  fill(): Promise<FilledBroker>;
}

export interface FilledBroker {
  readonly targets: readonly Target[];
  stop(): Promise<unknown>;
}

/** Triggers of one type on one broker. */
export interface Target {
  readonly what: string;
  readonly type: string;
  readonly triggers: readonly Written[];
  /** What each of them reads; 1 when left out. */
  readonly value?: number;
}

export const QUEUES = 10_000;
/** So many at once while a broker is filled. */
const WIDTH = 32;

const GROUP = 'bench';
const KAFKA_GROUPS = 3_000;
const KAFKA_TOPICS = 300;
const KAFKA_PARTITIONS = 3;

export const SOURCE_BROKERS: readonly SourceBroker[] = [
  {
    name: 'redis',
    isInstalled: hasRedis,
    async fill() {
      const broker = await startRedis();
      const client = new Redis({ ...CREDENTIALS, port: broker.port, maxRetriesPerRequest: null });
      // One for each BullMQ queue listens here.
      client.setMaxListeners(0);
      const pipeline = client.pipeline();
      for (const queue of queueNames()) {
        pipeline.rpush(queue, 1);
        pipeline.xgroup('CREATE', `stream:${queue}`, GROUP, '0', 'MKSTREAM');
        pipeline.xadd(`stream:${queue}`, '*', 'order', 1);
        pipeline.xreadgroup('GROUP', GROUP, 'me', 'STREAMS', `stream:${queue}`, '>');
      }
      await pipeline.exec();
      await inTurns(queueNames(), async (name) => {
        const queue = new Queue(name, { connection: client });
        await queue.add('job', {});
        await queue.close();
      });
      const server = { address: `127.0.0.1:${broker.port}` };
      const onQueues = (metadata: (queue: string) => Readonly<Record<string, string>>): Written[] =>
        queueNames().map((queue) => ({ metadata: { ...server, ...metadata(queue) }, auth: CREDENTIALS }));
      return {
        targets: [
          { what: 'redis', type: 'redis', triggers: onQueues((listName) => ({ listName })) },
          {
            what: 'redis-streams, pending entries',
            type: 'redis-streams',
            triggers: onQueues((queue) => ({
              stream: `stream:${queue}`,
              consumerGroup: GROUP,
              pendingEntriesCount: '5',
            })),
          },
          { what: 'bullmq', type: 'bullmq', triggers: onQueues((queueName) => ({ queueName })) },
        ],
        async stop() {
          client.disconnect();
          await broker.stop();
        },
      };
    },
  },
  {
    name: 'rabbitmq',
    isInstalled: hasRabbitMq,
    async fill() {
      const broker = await startRabbitMq();
      const address = (scheme: string, port: number): string =>
        `${scheme}://${CREDENTIALS.username}:${CREDENTIALS.password}@127.0.0.1:${port}/`;
      const amqp = address('amqp', broker.port);
      const http = address('http', broker.managementPort);
      const connection = await connect(amqp);
      const channel = await connection.createConfirmChannel();
      for (const queue of queueNames()) {
        await channel.assertQueue(queue);
        channel.sendToQueue(queue, Buffer.from('1'));
      }
      await channel.waitForConfirms();
      await connection.close();
      const through = (host: string): Written[] =>
        queueNames().map((queueName) => ({ metadata: { queueName }, auth: { host } }));
      return {
        targets: [
          { what: 'rabbitmq over amqp', type: 'rabbitmq', triggers: through(amqp) },
          { what: 'rabbitmq over http', type: 'rabbitmq', triggers: through(http) },
        ],
        stop: broker.stop,
      };
    },
  },
  {
    name: 'kafka',
    isInstalled: hasKafka,
    async fill() {
      const kafka = await startKafka();
      const topics = queueNames(KAFKA_TOPICS);
      await inTurns(topics, async (topic) => {
        await kafka.createTopic(topic, KAFKA_PARTITIONS);
        await kafka.produce(topic, 1);
      });
      const pairs = Array.from({ length: QUEUES }, (_, i) => {
        const round = Math.floor(i / KAFKA_GROUPS);
        return { consumerGroup: `group-${i % KAFKA_GROUPS}`, topic: `queue-${(i + round) % KAFKA_TOPICS}` };
      });
      const none = topics.slice(0, KAFKA_PARTITIONS).map(() => 0);
      await inTurns(pairs, ({ consumerGroup, topic }) => kafka.commit(consumerGroup, topic, none));
      const { bootstrapServers } = kafka;
      const what = `kafka, ${KAFKA_GROUPS} groups, ${KAFKA_TOPICS} topics of ${KAFKA_PARTITIONS} partitions`;
      const triggers = pairs.map((pair) => ({ metadata: { bootstrapServers, ...pair } }));
      return { targets: [{ what, type: 'kafka', triggers }], stop: kafka.stop };
    },
  },
];

export function queueNames(count = QUEUES): string[] {
  return Array.from({ length: count }, (_, i) => `queue-${i}`);
}

export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const limit = createLimiter(WIDTH);
  await Promise.all(items.map((item) => limit(() => work(item))));
}
