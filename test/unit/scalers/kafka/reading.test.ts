import { describe, expect, it } from '@jest/globals';
import type {
  GroupOffsets,
  KafkaQuestion,
  KafkaSource,
  PartitionOffsets,
} from '../../../../src/scalers/kafka/offsets.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { polled } from '../../../support/written-trigger.ts';

const group = { bootstrapServers: 'kafka:9092', consumerGroup: 'billing' };

describe('a reading', () => {
  const never = new AbortController().signal;
  const waiting = (...lags: readonly number[]): readonly PartitionOffsets[] =>
    lags.map((lag, partition) => ({ partition, committed: 5n, end: 5n + BigInt(lag) }));

  /** A scaler at a cluster that answers everything with `topics`, and what it asks. */
  async function connectTo(type: string, metadata: Record<string, string>, topics: GroupOffsets['topics']) {
    const asked: KafkaQuestion[] = [];
    const clock = createFakeClock();
    const source: KafkaSource = {
      async ask(question) {
        asked.push(question);
        return { topics };
      },
      async watch() {},
      async close() {},
    };
    const clients = { share: async <T>() => ({ client: source as T, release: async () => {} }) };
    const scaler = await polled(type, { metadata: { ...group, ...metadata } }).connect({ clients, clock });
    return { asked, clock, read: () => scaler.read(never) };
  }

  it.each<[string, string, Record<string, string>, Partial<KafkaQuestion>]>([
    ['kafka', 'its topic', { topic: 'orders' }, { topics: ['orders'] }],
    ['kafka', 'what the group has committed', {}, { topics: 'committed' }],
    ['kafka', 'some partitions', { topic: 'orders', partitionLimitation: '1,3-4' }, { partitions: [1, 3, 4] }],
    ['kafka', 'all partitions without a topic', { partitionLimitation: '1' }, { topics: 'committed' }],
    ['kafka', 'starts, for who begins there', { offsetResetPolicy: 'earliest' }, { wantsStart: true }],
    [
      'kafka',
      'no starts where they would not count',
      { offsetResetPolicy: 'earliest', scaleToZeroOnInvalidOffset: 'true' },
      { wantsStart: false },
    ],
    ['apache-kafka', 'its topics', { topic: 'orders,,bills' }, { topics: ['orders', 'bills'] }],
  ])('of %s asks for %s', async (type, _, metadata, expected) => {
    const { asked, read } = await connectTo(type, metadata, new Map([['orders', waiting(1)]]));
    await read();
    const defaults = { group: 'billing', topics: 'committed', partitions: undefined, wantsStart: false };
    const topics = metadata['topic'] === undefined ? {} : { topics: metadata['topic'].split(',') };
    expect(asked).toEqual([{ ...defaults, ...topics, ...expected }]);
  });

  it.each<[string, string, string, GroupOffsets['topics']]>([
    ['kafka', 'orders', 'kafka:kafka:9092: there is no topic "orders"', new Map()],
    ['apache-kafka', 'orders,bills', 'there is no topic "orders", "bills"', new Map()],
    [
      'kafka',
      'orders',
      'topic "orders" has none of the partitions that partitionLimitation names',
      new Map([['orders', []]]),
    ],
  ])('of %s on %s with nothing to measure is an error', async (type, topic, message, topics) => {
    const { read } = await connectTo(type, { topic }, topics);
    await expect(read()).rejects.toThrow(message);
  });

  it('passes over a topic of several that is not there', async () => {
    const { read } = await connectTo('apache-kafka', { topic: 'orders,bills' }, new Map([['bills', waiting(3, 4)]]));
    expect(await read()).toEqual({ value: 7, active: true });
  });

  it.each<[Record<string, string>, number, boolean]>([
    [{}, 1, true],
    [{ offsetResetPolicy: 'earliest' }, 1, true],
    [{ scaleToZeroOnInvalidOffset: 'true' }, 0, false],
  ])('of a group that has committed nothing at all, with %j, is %i', async (metadata, value, active) => {
    const { read } = await connectTo('kafka', metadata, new Map());
    expect(await read()).toEqual({ value, active });
  });

  it('leaves out what is stuck, if the user wants', async () => {
    const topics = new Map([['orders', waiting(3, 4)]]);
    const excluding = await connectTo('kafka', { topic: 'orders', excludePersistentLag: 'true' }, topics);
    const including = await connectTo('kafka', { topic: 'orders' }, topics);
    for (const each of [excluding, including]) {
      expect(await each.read()).toEqual({ value: 7, active: true });
      await each.clock.advance(10_000);
    }
    expect(await excluding.read()).toEqual({ value: 0, active: true });
    expect(await including.read()).toEqual({ value: 7, active: true });
  });

  describe('in seconds', () => {
    /** A scaler whose topic has one partition with the given offsets. */
    async function connectWith(offsets: { committed?: bigint; end: bigint }) {
      const source: KafkaSource = {
        ask: async () => ({
          topics: new Map([['orders', [{ partition: 0, committed: offsets.committed, end: offsets.end }]]]),
        }),
        async watch() {},
        async close() {},
      };
      const clock = createFakeClock();
      const clients = { share: async <T>() => ({ client: source as T, release: async () => {} }) };
      const scaleOn = { measure: 'drainTime', targetSeconds: 30 } as const;
      const trigger = polled('kafka', { metadata: { ...group, topic: 'orders' }, scaleOn });
      const scaler = await trigger.connect({ clients, clock });
      return { metric: trigger.metric, clock, read: () => scaler.read(never) };
    }

    it('is the lag at the rate of the commits', async () => {
      const offsets = { committed: 0n, end: 100n };
      const { metric, clock, read } = await connectWith(offsets);
      expect(metric).toMatchObject({ name: 'kafka-orders-drain-time', target: 30, type: 'Value' });
      expect(await read()).toEqual({ value: 30, active: true });
      await clock.advance(10_000);
      Object.assign(offsets, { committed: 50n, end: 150n });
      expect(await read()).toEqual({ value: 20, active: true });
      await clock.advance(1_000);
      offsets.committed = 150n;
      expect(await read()).toEqual({ value: 0, active: false });
    });

    it('takes the first commit for a partition for no rate, however far it is from the start', async () => {
      const offsets: { committed?: bigint; end: bigint } = { end: 1_000_100n };
      const { clock, read } = await connectWith(offsets);
      expect(await read()).toEqual({ value: 30, active: true });
      await clock.advance(10_000);
      offsets.committed = 1_000_000n;
      expect(await read()).toEqual({ value: 30, active: true });
    });
  });
});
