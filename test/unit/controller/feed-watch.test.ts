// What is sampled after a hint was read after it, whatever was read before or is being read.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFeed } from '../../../src/controller/feed.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { Reading, Scaler } from '../../../src/scalers/scaler.ts';
import { createFakeClock } from '../../support/clock.ts';

const clients = { share: () => Promise.reject(new Error('not used')) };

/** A source of its own number; a read takes `readMs` and tells the number that was there when it began. */
function aSource({ readMs = 10, read }: { readMs?: number; read?: Scaler['read'] } = {}) {
  const clock = createFakeClock();
  const source = { number: 0, reads: 0, watches: 0, closes: 0, wake: () => {} };
  const scaler: Scaler = {
    async read(signal) {
      source.reads++;
      if (read) return read(signal);
      const value = source.number;
      return new Promise<Reading>((resolve) => clock.schedule(readMs, () => resolve({ value })));
    },
    watch(wake, signal) {
      source.watches++;
      source.wake = wake;
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
    close: async () => void source.closes++,
  };
  const trigger = {
    kind: 'polled' as const,
    type: 'test',
    metric: { name: 'q', target: 5, type: 'AverageValue' as const, activation: 0 },
    sourceId: 'test:broker',
    batches: false,
    connect: async () => scaler,
  };
  const feed = createFeed(
    { metricName: 's0-q', question: 'how many?', readTimeoutMs: 3_000, trigger },
    (_isFailing, work) => work(),
    { deps: { clients, clock }, clock, random: () => 0.5, shutdown: new AbortController().signal },
  );
  const sample = async (maxAgeMs = Number.POSITIVE_INFINITY) => {
    const sampled = feed.sample(maxAgeMs);
    await clock.advance(5 * readMs);
    return sampled;
  };
  return { clock, source, feed, sample };
}

describe('controller/feed, watched', () => {
  it('reads anew after a hint, however old a value may be, and once only', async () => {
    const { source, feed, sample } = aSource();
    feed.watch(() => {});
    await sample();
    source.number = 7;
    expect(await sample()).toMatchObject({ value: 0 });
    source.wake();
    expect(await sample()).toMatchObject({ value: 7 });
    await sample();
    expect(source.reads).toBe(2);
  });

  it('does not take a read that began before the hint for an answer to it, and shares the one that begins after it', async () => {
    const { source, feed, clock } = aSource();
    feed.watch(() => {});
    const first = feed.sample(0);
    await clock.advance(10);
    await first;
    const early = feed.sample(0);
    await clock.advance(5);
    source.number = 7;
    source.wake();
    const late = [feed.sample(60_000), feed.sample(0)];
    await clock.advance(40);
    expect(await early).toMatchObject({ value: 0 });
    expect(await Promise.all(late)).toMatchObject([{ value: 7 }, { value: 7 }]);
    expect(source.reads).toBe(3);
  });

  it('never answers with less than what was there at the last hint, whatever comes in what order', async () => {
    const step = fc.record({ what: fc.constantFrom('change', 'ask', 'wait'), ms: fc.nat(15) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { source, feed, sample, clock } = aSource();
        feed.watch(() => {});
        await sample();
        const answers: Promise<void>[] = [];
        for (const { what, ms } of steps) {
          if (what === 'change') {
            source.number++;
            source.wake();
          }
          const hinted = source.number;
          if (what === 'ask') {
            const asked = feed.sample(60_000).then((answer) => {
              expect(answer).toMatchObject({ ok: true });
              expect(answer.ok && answer.value).toBeGreaterThanOrEqual(hinted);
            });
            answers.push(asked);
          }
          if (what === 'wait') await clock.advance(ms);
        }
        await clock.advance(1_000);
        await Promise.all(answers);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a source alone that asked for it, hint or no hint', async () => {
    const busy = new SourceUnavailableError('busy', { code: 'SOURCE_THROTTLED', retryAfterMs: 60_000 });
    let fails = false;
    const read = async (): Promise<Reading> => {
      if (fails) throw busy;
      return { value: 1 };
    };
    const { source, feed, sample } = aSource({ read });
    feed.watch(() => {});
    await sample();
    fails = true;
    await sample(0);
    source.wake();
    expect(await sample(0)).toMatchObject({ ok: false });
    expect(source.reads).toBe(2);
  });

  it('begins its watch anew on the connection that takes the place of a dead one', async () => {
    let isDeaf = false;
    const read = (): Promise<Reading> => (isDeaf ? new Promise(() => {}) : Promise.resolve({ value: 1 }));
    const { source, feed, sample, clock } = aSource({ read });
    feed.watch(() => {});
    await sample();
    isDeaf = true;
    const silent = feed.sample(0);
    await clock.advance(3_000);
    await silent;
    isDeaf = false;
    await sample(0);
    expect(source).toMatchObject({ watches: 2, closes: 1 });
  });

  it('hears nothing any more once it is closed, even by a read that was under way', async () => {
    const { source, feed, clock } = aSource();
    feed.watch(() => {});
    const reading = feed.sample(0);
    const closed = feed.close();
    await clock.advance(100);
    await Promise.all([reading, closed]);
    expect(source.watches).toBe(0);
    expect(clock.pending()).toBe(0);
  });
});
