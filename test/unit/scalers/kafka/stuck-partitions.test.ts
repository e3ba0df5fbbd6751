import { describe, expect, it } from '@jest/globals';
import { createStuckPartitions } from '../../../../src/scalers/kafka/stuck-partitions.ts';
import { createFakeClock } from '../../../support/clock.ts';

const one = (committed: bigint | undefined, end: bigint) => ({ partition: 0, committed, end });

describe('a partition', () => {
  const clock = createFakeClock();
  const watched = () => {
    const stuck = createStuckPartitions(clock);
    return async (committed: bigint | undefined, end: bigint, afterMs = 0) => {
      await clock.advance(afterMs);
      stuck.see(new Map([['t', [one(committed, end)]]]));
      return stuck.has('t', one(committed, end));
    };
  };

  it('is stuck when messages have waited for ten seconds without a commit', async () => {
    const isStuck = watched();
    expect(await isStuck(5n, 9n)).toBe(false);
    expect(await isStuck(5n, 9n, 9_999)).toBe(false);
    expect(await isStuck(5n, 20n, 1)).toBe(true);
    expect(await isStuck(6n, 20n, 1)).toBe(false);
    expect(await isStuck(6n, 20n, 10_000)).toBe(true);
  });

  it('is not stuck for the time in which nothing waited', async () => {
    const isStuck = watched();
    await isStuck(5n, 5n);
    expect(await isStuck(5n, 9n, 60_000)).toBe(false);
    expect(await isStuck(5n, 9n, 10_000)).toBe(true);
    expect(await isStuck(5n, 5n, 10_000)).toBe(false);
  });

  it('is not stuck without a commit, nor when it was made anew', async () => {
    const isStuck = watched();
    for (const committed of [undefined, 50n]) {
      await isStuck(committed, 9n);
      expect(await isStuck(committed, 9n, 60_000)).toBe(false);
    }
  });

  it('is forgotten when it is gone, and begins again when the clock is set back', async () => {
    const stuck = createStuckPartitions(clock);
    const topics = new Map([['t', [one(5n, 9n)]]]);
    stuck.see(topics);
    await clock.advance(10_000);
    stuck.see(new Map());
    stuck.see(topics);
    expect(stuck.has('t', one(5n, 9n))).toBe(false);
    clock.set(clock.now() - 3_600_000);
    stuck.see(topics);
    await clock.advance(10_000);
    stuck.see(topics);
    expect(stuck.has('t', one(5n, 9n))).toBe(true);
  });
});
