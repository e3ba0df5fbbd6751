// Answers that are kept for a short while.
import { describe, expect, it } from '@jest/globals';
import { createRemembered } from '../../../src/metrics-adapter/remembered.ts';
import { createFakeClock } from '../../support/clock.ts';

describe('metrics-adapter/remembered', () => {
  it('asks again when an answer is too old, and when the clock was set back', async () => {
    const clock = createFakeClock();
    const remember = createRemembered<number>({ clock, lifeMs: () => 10_000, capacity: 10 });
    let asked = 0;
    const ask = (): Promise<number> => remember('key', async () => ++asked);
    expect([await ask(), await ask()]).toEqual([1, 1]);
    await clock.advance(10_000);
    expect([await ask(), await ask()]).toEqual([2, 2]);
    clock.set(clock.now() - 3_600_000);
    expect([await ask(), await ask()]).toEqual([3, 3]);
  });

  it('lets callers share one question, and forgets one that failed', async () => {
    const remember = createRemembered<number>({ clock: createFakeClock(), lifeMs: () => 10_000, capacity: 10 });
    const fail = (): Promise<number> => Promise.reject(new Error('nobody knows'));
    const failed = [remember('key', fail), remember('key', async () => 1)];
    expect(await Promise.allSettled(failed)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(await remember('key', async () => 2)).toBe(2);
  });
});
