import { describe, expect, it } from '@jest/globals';
import { SourceUnavailableError } from '../../../../src/errors.ts';
import type { Broker } from '../../../../src/scalers/kafka/broker.ts';
import type { Cluster } from '../../../../src/scalers/kafka/cluster.ts';
import type { FetchedTopic, FetchQuestion } from '../../../../src/scalers/kafka/fetch-request.ts';
import { createFollower } from '../../../../src/scalers/kafka/follow.ts';
import type { Api } from '../../../../src/scalers/kafka/requests.ts';
import { createFakeClock } from '../../../support/clock.ts';

const NOT_LEADER = 6;

/** One broker that leads partition 0 of every topic in `ends`; a fetch waits until `answer` is called. */
function aWorld() {
  const clock = createFakeClock();
  const ends = new Map<string, bigint>();
  const asked: { api: string; topics: readonly string[] }[] = [];
  const closed = { clusters: 0 };
  const waiting: { question: FetchQuestion; resolve: (topics: readonly FetchedTopic[]) => void }[] = [];

  const answers: Readonly<Record<string, (question: never) => unknown>> = {
    Metadata: (names: readonly string[]) => ({
      brokers: [{ node: 1, host: 'kafka', port: 9092 }],
      topics: names.map((name) =>
        ends.has(name)
          ? { name, error: 0, partitions: [{ partition: 0, error: 0, leader: 1 }] }
          : { name, error: 3, partitions: [] },
      ),
    }),
    ListOffsets: ({ topics }: { topics: readonly { name: string }[] }) =>
      topics.map(({ name }) => ({ name, partitions: [{ partition: 0, error: 0, offset: ends.get(name) ?? 0n }] })),
    Fetch: (question: FetchQuestion) => new Promise((resolve) => waiting.push({ question, resolve })),
  };
  const broker: Broker = {
    async ask<Q, A>({ name }: Api<Q, A>, question: Q) {
      const topics = name === 'Fetch' ? (question as FetchQuestion).topics.map((topic) => topic.name) : [];
      asked.push({ api: name, topics });
      return (await answers[name]?.(question as never)) as A;
    },
    versionOf: () => 4,
    isGood: () => true,
    end: () => {},
  };
  const cluster: Cluster = {
    anyone: (work) => work(broker),
    broker: async () => broker,
    learn: () => {},
    close: async () => void closed.clusters++,
  };
  const follower = createFollower({ open: () => cluster, where: 'kafka:9092', clock });

  return {
    clock,
    ends,
    asked,
    closed,
    waiting,
    /** The fetch that waits is answered as things are now. */
    async answer(error = 0) {
      const { question, resolve } = waiting.shift() ?? {};
      const told = (question?.topics ?? []).map(({ name }) => ({
        name,
        partitions: [{ partition: 0, error, end: ends.get(name) ?? -1n }],
      }));
      resolve?.(told);
      await clock.advance(0);
    },
    async listen(...topics: readonly string[]) {
      const own = new AbortController();
      const ear = { heard: 0, problem: undefined as unknown, stop: () => own.abort(new Error('enough')) };
      follower.watch(topics, () => ear.heard++, own.signal).catch((error: unknown) => (ear.problem = error));
      await clock.advance(0);
      return ear;
    },
  };
}

describe('following topics', () => {
  it('asks once for all who listen, tells each once that it listens, and then only of its own topics', async () => {
    const { clock, ends, waiting, asked, listen, answer } = aWorld();
    for (const topic of ['a', 'b']) ends.set(topic, 5n);
    const [a, b, both] = [await listen('a'), await listen('b'), await listen('a', 'b')];
    await clock.advance(100);
    expect([a, b, both].map(({ heard }) => heard)).toEqual([1, 1, 1]);
    expect(waiting).toHaveLength(1);
    ends.set('b', 6n);
    await answer();
    expect([a, b, both].map(({ heard }) => heard)).toEqual([1, 2, 2]);
    expect(asked.map(({ api }) => api)).toEqual(['Metadata', 'ListOffsets', 'Fetch', 'Fetch']);
  });

  it('leaves a topic that grows alone for half a second, and goes on with the others', async () => {
    const { clock, ends, waiting, listen, answer } = aWorld();
    for (const topic of ['a', 'b']) ends.set(topic, 0n);
    const ear = await listen('a', 'b');
    await clock.advance(100);
    ends.set('a', 1n);
    await answer();
    expect(waiting[0]?.question).toMatchObject({ waitMs: 500, topics: [{ name: 'b' }] });
    ends.set('a', 9n);
    await clock.advance(500);
    await answer();
    expect(waiting[0]?.question.topics).toEqual([
      { name: 'a', partitions: [{ partition: 0, from: 1n }] },
      { name: 'b', partitions: [{ partition: 0, from: 0n }] },
    ]);
    await answer();
    expect(ear.heard).toBe(3);
  });

  it('takes a new listener in when the fetch that waits is answered', async () => {
    const { clock, ends, listen, answer, waiting } = aWorld();
    for (const topic of ['a', 'b']) ends.set(topic, 0n);
    await listen('a');
    await clock.advance(100);
    const late = await listen('b');
    expect(late.heard).toBe(0);
    await answer();
    await clock.advance(100);
    expect(late.heard).toBe(1);
    expect(waiting[0]?.question.topics.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('looks for the leader again when it has moved, and tells what was written meanwhile', async () => {
    const { clock, ends, listen, answer, asked } = aWorld();
    ends.set('a', 3n);
    const ear = await listen('a');
    await clock.advance(100);
    await answer(NOT_LEADER);
    ends.set('a', 4n);
    await clock.advance(100);
    expect(ear).toMatchObject({ heard: 2, problem: undefined });
    expect(asked.filter(({ api }) => api === 'Metadata')).toHaveLength(2);
  });

  it('looks for new partitions every minute', async () => {
    const { clock, ends, listen, answer, asked } = aWorld();
    ends.set('a', 0n);
    await listen('a');
    await clock.advance(100);
    for (let seconds = 0; seconds < 62; seconds += 2) {
      await clock.advance(2_000);
      await answer();
    }
    await clock.advance(100);
    expect(asked.filter(({ api }) => api === 'Metadata')).toHaveLength(2);
  });

  it('fails who listens to a topic that is missing, and nobody else', async () => {
    const { clock, ends, listen } = aWorld();
    ends.set('there', 0n);
    const [there, missing, some] = [await listen('there'), await listen('missing'), await listen('missing', 'there')];
    await clock.advance(100);
    expect(missing.problem).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect([there, some]).toMatchObject([
      { heard: 1, problem: undefined },
      { heard: 1, problem: undefined },
    ]);
  });

  it('fails all when the broker falls silent, and begins anew with the next who listens', async () => {
    const { clock, ends, listen, closed } = aWorld();
    ends.set('a', 0n);
    const ears = [await listen('a'), await listen('a')];
    await clock.advance(100);
    await clock.advance(6_999);
    expect(ears.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    await clock.advance(1);
    for (const { problem } of ears) expect(problem).toBeInstanceOf(SourceUnavailableError);
    expect(closed.clusters).toBe(1);
    const next = await listen('a');
    await clock.advance(100);
    expect(next.heard).toBe(1);
  });

  it('gives its connections back, and leaves no timer, when nobody listens any more', async () => {
    const { clock, ends, listen, closed } = aWorld();
    ends.set('a', 0n);
    const [one, other] = [await listen('a'), await listen('a')];
    await clock.advance(100);
    one.stop();
    await clock.advance(0);
    expect(closed.clusters).toBe(0);
    other.stop();
    await clock.advance(0);
    expect(closed.clusters).toBe(1);
    expect(clock.pending()).toBe(0);
  });
});
