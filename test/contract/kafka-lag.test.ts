// What a Kafka scaler makes of groups and topics in every state: without commits, without topics, made anew, grown, moved, in numbers.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, withDeadline } from '../../src/async.ts';
import type { Reading } from '../../src/scalers/scaler.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasKafka, 'Kafka', describe) as typeof describe;
const MINUTES_MS = 120_000;
const idle = { allowIdleConsumers: 'true' } as const;

describeHere('a consumer group of Kafka', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka();
    // The first question about a group makes the broker's own topic of commits.
    await eventually('groups are told', () => read('first', {}), 60_000);
  }, MINUTES_MS);
  afterAll(() => kafka?.stop());

  const read = (consumerGroup: string, metadata: Record<string, string>, type = 'kafka'): Promise<Reading> =>
    readTrigger(type, { metadata: { bootstrapServers: kafka.bootstrapServers, consumerGroup, ...metadata } }, 10_000);

  it('that has committed nothing for a topic is judged by its policy', async () => {
    await kafka.createTopic('new', 3);
    await kafka.produce('new', 5, 0);
    await kafka.produce('new', 2, 1);
    const topic = { topic: 'new', ...idle };
    for (const type of ['kafka', 'apache-kafka']) {
      expect(await read('g', topic, type)).toEqual({ value: 3, active: true });
      expect(await read('g', { ...topic, offsetResetPolicy: 'earliest' }, type)).toEqual({ value: 7, active: true });
      const toZero = { ...topic, scaleToZeroOnInvalidOffset: 'true' };
      expect(await read('g', toZero, type)).toEqual({ value: 0, active: false });
      expect(await read('g', { ...toZero, offsetResetPolicy: 'earliest' }, type)).toEqual({ value: 0, active: false });
    }
    await kafka.commit('g', 'new', [4]);
    expect(await read('g', topic)).toEqual({ value: 1 + 1 + 1, active: true });
    expect(await read('g', { ...topic, offsetResetPolicy: 'earliest' })).toEqual({ value: 1 + 2, active: true });
  });

  it('that nobody has heard of is to start once, when it names no topic', async () => {
    expect(await read('nobody', {})).toEqual({ value: 1, active: true });
    expect(await read('nobody', { scaleToZeroOnInvalidOffset: 'true' })).toEqual({ value: 0, active: false });
  });

  it('is measured in all topics that it has committed to, when it names none', async () => {
    for (const topic of ['left', 'right', 'strange']) {
      await kafka.createTopic(topic, 2);
      await kafka.produce(topic, 4);
    }
    await kafka.commit('both', 'left', [1, 0]);
    await kafka.commit('both', 'right', [2, 0]);
    for (const type of ['kafka', 'apache-kafka']) expect((await read('both', idle, type)).value).toBe(3 + 2);
  });

  it('is measured in some partitions, if the user wants', async () => {
    await kafka.createTopic('part', 4);
    await kafka.commit('p', 'part', [0, 0, 0, 0]);
    for (let partition = 0; partition < 4; partition++) await kafka.produce('part', 10 ** partition, partition);
    const some = { topic: 'part', partitionLimitation: '0,2-3', ...idle };
    expect((await read('p', some)).value).toBe(1_101);
    expect((await read('p', { ...some, partitionLimitation: '3-9' })).value).toBe(1_000);
    await expect(read('p', { ...some, partitionLimitation: '7' })).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
  });

  it('has no topic that does not exist, which is an error unless there are others', async () => {
    for (const type of ['kafka', 'apache-kafka']) {
      await expect(read('g', { topic: 'absent' }, type)).rejects.toMatchObject({
        code: 'SOURCE_NOT_FOUND',
        message: expect.stringContaining('there is no topic "absent"'),
      });
    }
    await kafka.createTopic('present');
    await kafka.commit('several', 'present', [0]);
    await kafka.produce('present', 6);
    expect((await read('several', { topic: 'absent,present', ...idle }, 'apache-kafka')).value).toBe(6);
    expect(JSON.stringify(await kafka.contents())).not.toContain('absent');
  });

  it('begins again in a topic that was made anew', async () => {
    const topic = { topic: 'anew', ...idle };
    await kafka.createTopic('anew');
    await kafka.produce('anew', 50);
    await kafka.commit('again', 'anew', [50]);
    expect((await read('again', topic)).value).toBe(0);
    await kafka.deleteTopic('anew');
    await expect(read('again', topic)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    await kafka.createTopic('anew');
    await kafka.produce('anew', 3);
    // The coordinator drops the commits of a deleted topic, but a consumer that is still there commits them again.
    await kafka.commit('again', 'anew', [50]);
    expect(await read('again', topic)).toEqual({ value: 1, active: true });
    expect((await read('again', { ...topic, offsetResetPolicy: 'earliest' })).value).toBe(3);
    expect((await read('again', { ...topic, scaleToZeroOnInvalidOffset: 'true' })).active).toBe(false);
  });

  it('counts the partitions that are added', async () => {
    await kafka.createTopic('grows', 1);
    await kafka.commit('gr', 'grows', [0]);
    await kafka.produce('grows', 100);
    expect((await read('gr', { topic: 'grows' })).value).toBe(10);
    await kafka.addPartitions('grows', 3);
    expect((await read('gr', { topic: 'grows' })).value).toBe(30);
    await kafka.produce('grows', 5, 2);
    await kafka.commit('gr', 'grows', [100, 0, 0]);
    expect((await read('gr', { topic: 'grows' })).value).toBe(5);
  });

  it('may lag by a hundred thousand messages', async () => {
    await kafka.createTopic('many', 2);
    await kafka.commit('m', 'many', [0, 0]);
    await kafka.produce('many', 60_000, 0);
    await kafka.produce('many', 40_000, 1);
    expect(await read('m', { topic: 'many', ...idle })).toEqual({ value: 100_000, active: true });
    expect(await read('m', { topic: 'many' })).toEqual({ value: 20, active: true });
  }, 60_000);

  it('is asked together with hundreds of others, of whom one cannot be told', async () => {
    await kafka.createTopic('shared', 2);
    await kafka.produce('shared', 200);
    const groups = Array.from({ length: 200 }, (_, i) => `crowd-${i}/größe ${i}`);
    for (const [i, group] of groups.entries()) await kafka.commit(group, 'shared', [i, 0]);
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const connect = (consumerGroup: string, topic: string) =>
      polled('kafka', {
        metadata: { bootstrapServers: kafka.bootstrapServers, consumerGroup, topic, ...idle },
      }).connect({ clients, clock: systemClock });
    const scalers = await Promise.all(groups.map((group) => connect(group, 'shared')));
    const lost = await connect('lost', 'lost');
    const never = new AbortController().signal;
    const ask = (scaler: typeof lost) =>
      withDeadline(systemClock, never, 10_000, 'read', (signal) => scaler.read(signal)).then(
        ({ value }) => value,
        (error: { code: string }) => error.code,
      );
    expect(await Promise.all([...scalers, lost].map(ask))).toEqual([
      ...groups.map((_, i) => 200 - i),
      'SOURCE_NOT_FOUND',
    ]);
    await Promise.all([...scalers, lost].map((scaler) => scaler.close()));
    await clients.close();
  }, 60_000);
});

describeHere('a cluster of three brokers', () => {
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka({ brokers: 3 });
  }, MINUTES_MS);
  afterAll(() => kafka?.stop());

  it(
    'is read on when a leader is gone, without being connected anew',
    async () => {
      await kafka.createTopic('moves', 3);
      for (let partition = 0; partition < 3; partition++) await kafka.produce('moves', 4, partition);
      await kafka.commit('mover', 'moves', [0, 1, 2]);
      const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
      const scaler = await polled('kafka', {
        metadata: { bootstrapServers: kafka.bootstrapServers, consumerGroup: 'mover', topic: 'moves' },
      }).connect({ clients, clock: systemClock });
      const never = new AbortController().signal;
      const read = async () =>
        (await withDeadline(systemClock, never, 5_000, 'read', (signal) => scaler.read(signal))).value;
      expect(await read()).toBe(4 + 3 + 2);
      const before = await kafka.leaderOf('moves', 0);
      await kafka.nodes[before ?? 0]?.stop();
      await eventually('another leads, and it is read', async () => expect(await read()).toBe(4 + 3 + 2), 60_000);
      expect(await kafka.leaderOf('moves', 0)).not.toBe(before);
      await scaler.close();
      await clients.close();
    },
    MINUTES_MS,
  );
});
