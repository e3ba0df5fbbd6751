// One question to one source.
import { describe, expect, it } from '@jest/globals';
import { createFeed } from '../../../src/controller/feed.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import { createFakeClock } from '../../support/clock.ts';

const clients = { share: () => Promise.reject(new Error('not used')) };

function aFeed(answers: readonly (number | Error)[]) {
  const clock = createFakeClock();
  const left = [...answers];
  const bound = {
    metricName: 's0-q',
    question: 'how many in q?',
    readTimeoutMs: 3_000,
    trigger: {
      kind: 'polled',
      type: 'test',
      metric: { name: 'q', target: 5, type: 'AverageValue', activation: -3 },
      sourceId: 'test:broker',
      batches: true,
      connect: async () => ({
        async read() {
          const answer = left.shift() ?? 0;
          if (answer instanceof Error) throw answer;
          return { value: answer };
        },
        close: async () => {},
      }),
    },
  } as const;
  const shutdown = new AbortController().signal;
  const deps = { clients, clock };
  return { clock, feed: createFeed(bound, (_failing, read) => read(), { deps, clock, random: () => 0.5, shutdown }) };
}

describe('controller/feed', () => {
  it('never tells a negative value, but goes by it for activity', async () => {
    const { feed } = aFeed([-2, -4]);
    expect(await feed.sample(0)).toMatchObject({ value: 0, isActive: true });
    expect(await feed.sample(0)).toMatchObject({ value: 0, isActive: false });
  });

  it('takes no reading from before the clock was set back for a fresh one', async () => {
    const { feed, clock } = aFeed([1, 2]);
    await feed.sample(60_000);
    clock.set(clock.now() - 3_600_000);
    expect(await feed.sample(60_000)).toMatchObject({ value: 2 });
    expect(await feed.sample(60_000)).toMatchObject({ value: 2 });
  });

  it('asks again for one who knows of something that has happened since it asked', async () => {
    const { feed, clock } = aFeed([1, 2, 3]);
    const askedAt = clock.now();
    expect(await feed.sample(60_000)).toMatchObject({ value: 1, askedAt });
    await clock.advance(100);
    expect(await feed.sample(60_000, askedAt - 1)).toMatchObject({ value: 1 });
    // At the same moment it may have been before.
    expect(await feed.sample(60_000, askedAt)).toMatchObject({ value: 2, askedAt: askedAt + 100 });
    expect(await feed.sample(60_000, askedAt + 50)).toMatchObject({ value: 2 });
  });

  it('has one who knows more wait for the read after the one in flight', async () => {
    const { feed, clock } = aFeed([1, 2, 3]);
    const first = feed.sample(0);
    const second = feed.sample(60_000, clock.now());
    const third = feed.sample(60_000, clock.now());
    expect(await Promise.all([first, second, third])).toMatchObject([{ value: 1 }, { value: 2 }, { value: 2 }]);
  });

  it('waits for nothing that was asked for before the clock was set back', async () => {
    const busy = new SourceUnavailableError('busy', { code: 'SOURCE_THROTTLED', retryAfterMs: 60_000 });
    const { feed, clock } = aFeed([busy, 1, 2]);
    await feed.sample(1_000);
    clock.set(clock.now() - 3_600_000);
    expect(await feed.sample(1_000)).toMatchObject({ value: 1 });
    clock.set(clock.now() + 1_000);
    expect(await feed.sample(1_000)).toMatchObject({ value: 2 });
  });
});
