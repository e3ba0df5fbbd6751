// Listening to Kafka topics: what is written is heard, whoever leads, and to listen needs the right to read.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createSourcePool, type SourcePool } from '../../src/scalers/sources.ts';
import { whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { STRANGER } from '../support/kafka-properties.ts';
import { polled } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasKafka, 'Kafka', describe) as typeof describe;
const MINUTES_MS = 120_000;

describeHere('listening to Kafka', () => {
  let kafka: KafkaCluster;
  let pool: SourcePool;
  jest.setTimeout(30_000);
  beforeAll(async () => {
    kafka = await startKafka({ brokers: 3 });
    pool = createSourcePool({ clock: systemClock, lingerMs: 0 });
    await eventually('groups are told', () => kafka.commit('first', 'none', []), 60_000);
  }, MINUTES_MS);
  afterAll(async () => {
    await pool?.close();
    await kafka?.stop();
  });
  let listening: AbortController[] = [];
  afterEach(() => {
    for (const each of listening) each.abort();
    listening = [];
  });

  async function listen(metadata: Record<string, string>, auth: Record<string, string> = {}, type = 'kafka') {
    const written = { bootstrapServers: kafka.bootstrapServers, consumerGroup: 'listeners', ...metadata };
    const scaler = await polled(type, { metadata: written, auth }).connect({ clients: pool, clock: systemClock });
    const own = new AbortController();
    listening.push(own);
    let heard = 0;
    const ended = scaler.watch?.(() => heard++, own.signal) ?? Promise.resolve();
    let problem: unknown;
    ended.catch((error: unknown) => (problem = error)).finally(() => void scaler.close());
    return { heard: () => heard, problem: () => problem, stop: () => own.abort() };
  }

  it('hears each of many topics at all brokers, and those alone', async () => {
    const topics = Array.from({ length: 5 }, (_, i) => `heard-${i}`);
    for (const topic of topics) await kafka.createTopic(topic, 3);
    const ears = await Promise.all(topics.map((topic) => listen({ topic })));
    await eventually('all listen', () => ears.every(({ heard }) => heard() === 1));
    for (const [i, topic] of topics.entries()) {
      await kafka.produce(topic, 1, i % 3);
      await eventually('it is heard', () => ears[i]?.heard() === 2, 1_000);
    }
    expect(ears.map(({ heard }) => heard())).toEqual(topics.map(() => 2));
  });

  it('tells of many messages a few times, of the last ones as well', async () => {
    await kafka.createTopic('storm');
    const { heard } = await listen({ topic: 'storm' });
    await eventually('it listens', () => heard() === 1);
    const begunAt = performance.now();
    for (let i = 0; i < 40; i++) await kafka.produce('storm', 50);
    const seconds = (performance.now() - begunAt) / 1_000;
    expect(heard()).toBeLessThanOrEqual(2 + 2 * seconds);
    const before = heard();
    await kafka.produce('storm', 1);
    await eventually('the last one is heard', () => heard() > before, 2_000);
  });

  it('hears several topics of one trigger, and what its group reads when it names none', async () => {
    for (const topic of ['x', 'y']) await kafka.createTopic(topic);
    await kafka.commit('listeners', 'y', [0]);
    const both = await listen({ topic: 'x,missing,y' }, {}, 'apache-kafka');
    const group = await listen({});
    await eventually('they listen', () => both.heard() === 1 && group.heard() === 1);
    await kafka.produce('x', 1);
    await eventually('one hears it', () => both.heard() === 2, 1_000);
    await kafka.produce('y', 1);
    await eventually('both hear it', () => both.heard() === 3 && group.heard() === 2, 1_500);
  });

  it('says what is missing: a topic, or the right to read it', async () => {
    const missing = await listen({ topic: 'nowhere' });
    await eventually('it says so', () => expect(missing.problem()).toMatchObject({ code: 'SOURCE_NOT_FOUND' }));
    await kafka.createTopic('private');
    await kafka.allow(STRANGER.username, 'describe', 'topic', 'private');
    const bootstrapServers = kafka.nodes.map(({ ports }) => `127.0.0.1:${ports.sasl}`).join(',');
    const stranger = await listen({ topic: 'private', bootstrapServers, sasl: 'plaintext' }, STRANGER);
    await eventually('it says so', () => expect(stranger.problem()).toMatchObject({ code: 'AUTH_FAILED' }));
    expect(stranger.problem()).toMatchObject({ message: expect.stringContaining('Read') });
  });

  it('makes no group and commits nothing', async () => {
    const before = await kafka.contents();
    const { heard } = await listen({ topic: 'x', consumerGroup: 'never-made' });
    await eventually('it listens', () => heard() === 1);
    expect(await kafka.contents()).toEqual(before);
  });

  it(
    'hears again after a leader is gone',
    async () => {
      await kafka.createTopic('moved', 3);
      const bootstrapServers = kafka.bootstrapServers;
      let ear = await listen({ topic: 'moved', bootstrapServers });
      await eventually('it listens', () => ear.heard() === 1);
      const leader = (await kafka.leaderOf('moved', 0)) ?? 0;
      await kafka.nodes[leader]?.stop();
      await eventually(
        'it listens to the next one',
        async () => {
          if (ear.problem() !== undefined) ear = await listen({ topic: 'moved', bootstrapServers });
          return ear.heard() > 0 && ear.problem() === undefined && (await kafka.leaderOf('moved', 0)) !== leader;
        },
        60_000,
      );
      await eventually(
        'it is heard',
        async () => {
          if (ear.problem() !== undefined) ear = await listen({ topic: 'moved', bootstrapServers });
          const before = ear.heard();
          await kafka.produce('moved', 1);
          await eventually('soon', () => ear.heard() > before, 3_000);
        },
        60_000,
      );
    },
    MINUTES_MS,
  );
});
