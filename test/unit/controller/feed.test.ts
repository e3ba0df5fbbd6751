// One question to one source.
import { describe, expect, it } from '@jest/globals';
import { createFeed } from '../../../src/controller/feed.ts';
import { createFakeClock } from '../../support/clock.ts';

const clients = { share: () => Promise.reject(new Error('not used')) };

function aFeed(answers: readonly number[]) {
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
      connect: async () => ({ read: async () => ({ value: left.shift() ?? 0 }), close: async () => {} }),
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
});
