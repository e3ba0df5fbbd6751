import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRateMeter, createRateMeters, drainSeconds } from '../../../src/scalers/drain-rate.ts';
import { createFakeClock } from '../../support/clock.ts';

describe('drainSeconds', () => {
  it.each([
    ['nothing waits', 0, 5, 0],
    ['ten a second', 600, 10, 60],
    ['less than one a second', 1, 0.1, 10],
    ['nothing is consumed', 600, 0, 30],
  ])('when %s', (_case, waiting, perSecond, seconds) => {
    expect(drainSeconds(waiting, perSecond, 30)).toBeCloseTo(seconds);
  });
});

describe('createRateMeter', () => {
  it('knows nothing from one sample, nor from two of the same moment', async () => {
    const clock = createFakeClock();
    const meter = createRateMeter(clock);
    expect(meter.perSecond(100)).toBe(0);
    await clock.advance(500);
    expect(meter.perSecond(200)).toBe(0);
  });

  it('measures over a minute, so that an old burst does not count for ever', async () => {
    const clock = createFakeClock();
    const meter = createRateMeter(clock);
    meter.perSecond(0);
    await clock.advance(10_000);
    expect(meter.perSecond(1_000)).toBe(100);
    for (let i = 0; i < 6; i++) {
      await clock.advance(10_000);
      meter.perSecond(1_000);
    }
    expect(meter.perSecond(1_000)).toBe(0);
  });

  it('measures over one interval when that is longer than a minute', async () => {
    const clock = createFakeClock();
    const meter = createRateMeter(clock);
    meter.perSecond(0);
    await clock.advance(300_000);
    expect(meter.perSecond(600)).toBe(2);
    await clock.advance(300_000);
    expect(meter.perSecond(900)).toBe(1);
  });

  it('begins anew when the counter was reset', async () => {
    const clock = createFakeClock();
    const meter = createRateMeter(clock);
    meter.perSecond(1_000);
    await clock.advance(10_000);
    expect(meter.perSecond(5)).toBe(0);
    await clock.advance(10_000);
    expect(meter.perSecond(25)).toBe(2);
  });

  it('never tells more than the fastest nor less than the slowest interval', async () => {
    const step = fc.record({ afterS: fc.integer({ min: 1, max: 200 }), perSecond: fc.integer({ min: 0, max: 1_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const clock = createFakeClock();
        const meter = createRateMeter(clock);
        let counter = 0;
        meter.perSecond(counter);
        for (const { afterS, perSecond } of steps) {
          await clock.advance(afterS * 1_000);
          counter += afterS * perSecond;
          const rate = meter.perSecond(counter);
          const rates = steps.map((one) => one.perSecond);
          expect(rate).toBeGreaterThanOrEqual(Math.min(...rates));
          expect(rate).toBeLessThanOrEqual(Math.max(...rates));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('createRateMeters', () => {
  it('adds up counters that come, go and begin anew, each of which tells nothing at first', async () => {
    const clock = createFakeClock();
    const perSecond = createRateMeters(clock);
    const tick = async (counters: Record<string, number>): Promise<number> => {
      await clock.advance(10_000);
      return perSecond(new Map(Object.entries(counters)));
    };
    expect(await tick({ a: 0, b: 500 })).toBe(0);
    expect(await tick({ a: 10, b: 600 })).toBe(11);
    expect(await tick({ a: 20, c: 1_000_000 })).toBe(1);
    expect(await tick({ a: 30, b: 700, c: 1_000_010 })).toBe(2);
    expect(await tick({ a: 0, c: 1_000_020 })).toBe(1);
    expect(perSecond(new Map())).toBe(0);
  });
});
