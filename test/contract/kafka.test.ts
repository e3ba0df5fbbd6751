// The Kafka scaler against a real broker.
import { createHash } from 'node:crypto';
import { describe } from '@jest/globals';
import { CREDENTIALS, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, startKafka } from '../support/kafka.ts';
import { startKafkaRelay } from '../support/kafka-relay.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasKafka, 'Kafka', describe) as typeof describe;

// A group may have any name, a topic may not: names that can't be a topic's are told apart by a hash.
const topicOf = (queue: string): string =>
  /^[\w.-]{1,249}$/.test(queue) ? queue : createHash('sha256').update(queue).digest('hex');

describeScaler(
  'kafka',
  {
    missingQueue: 'error',
    watches: true,
    async start() {
      const kafka = await startKafka();
      const relay = await startKafkaRelay(kafka.ports.sasl);
      const filled = new Map<string, number>();
      const trigger = (queue: string, port: number, auth: Readonly<Record<string, string | undefined>>) => {
        relay.advertise(port);
        const metadata = {
          bootstrapServers: `127.0.0.1:${port}`,
          topic: topicOf(queue),
          consumerGroup: queue,
          sasl: 'plaintext',
          // Else the value is held at what the partitions can make use of.
          allowIdleConsumers: 'true',
        };
        const given = Object.entries(auth).filter((entry): entry is [string, string] => entry[1] !== undefined);
        return { metadata, auth: { ...CREDENTIALS, ...Object.fromEntries(given) } };
      };
      return {
        type: 'kafka',
        port: relay.port,
        secrets: [CREDENTIALS.password],
        async fill(queue, messages) {
          const before = filled.get(queue) ?? 0;
          if (!filled.has(queue)) {
            await kafka.createTopic(topicOf(queue));
            await kafka.commit(queue, topicOf(queue), [0]);
          }
          filled.set(queue, Math.max(before, messages));
          await kafka.produce(topicOf(queue), messages - before);
        },
        contents: () => kafka.contents(),
        input: (queue, port, password) => trigger(queue, port, { password }),
        tls: { input: (queue, port, ca) => trigger(queue, port, { tls: 'enable', ca }) },
        async restart() {
          await kafka.nodes[0]?.stop();
          await kafka.nodes[0]?.start();
          await eventually('Kafka is back', () => kafka.contents(), 60_000);
        },
        async stop() {
          await relay.stop();
          await kafka.stop();
        },
      };
    },
  },
  describeHere,
);
