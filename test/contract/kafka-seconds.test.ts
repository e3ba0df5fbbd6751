// How long a Kafka consumer group will need for the rest of its topics, at the rate at which it commits.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { polled } from '../support/written-trigger.ts';

const never = new AbortController().signal;

whereInstalled(
  hasKafka,
  'Kafka',
  describe,
)('kafka in seconds', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka();
  }, 120_000);
  afterAll(() => kafka?.stop());

  it.each(['kafka', 'apache-kafka'])(
    'holds the size until a rate is known, and then goes by it (%s)',
    async (type) => {
      const topic = `orders-${type}`;
      await kafka.createTopic(topic, 2);
      await kafka.produce(topic, 100, 0);
      await kafka.produce(topic, 100, 1);
      await kafka.commit(type, topic, [10]);
      let skippedMs = 0;
      const clock = { ...systemClock, now: () => systemClock.now() + skippedMs };
      const clients = createSourcePool({ clock, lingerMs: 0 });
      const scaler = await polled(type, {
        metadata: {
          bootstrapServers: kafka.bootstrapServers,
          consumerGroup: type,
          topic,
          offsetResetPolicy: 'earliest',
        },
        scaleOn: { measure: 'drainTime', targetSeconds: 1_000 },
      }).connect({ clients, clock });
      const read = () => scaler.read(never);
      await eventually(
        'the rate is unknown',
        async () => expect(await read()).toEqual({ value: 1_000, active: true }),
        60_000,
      );
      await kafka.commit(type, topic, [60, 90]);
      skippedMs += 100_000;
      // 50 in a hundred seconds; what was committed for the other partition for the first time is no rate. 50 are left.
      const { value } = await read();
      expect(value / 100).toBeCloseTo(1, 0);
      await kafka.commit(type, topic, [100, 100]);
      expect(await read()).toEqual({ value: 0, active: false });
      await scaler.close();
      await clients.close();
    },
    90_000,
  );
});
