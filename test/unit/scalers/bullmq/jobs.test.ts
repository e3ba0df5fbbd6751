import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jobsQuestion, rangesOf } from '../../../../src/scalers/bullmq/jobs.ts';

const counted = { prefix: 'bull', includeActive: false, includePaused: false };

describe('rangesOf', () => {
  it.each([
    [[], []],
    [[4], [4, 4]],
    [
      [1, 2, 3, 7],
      [1, 3, 7, 7],
    ],
    [
      [7, 3, 2, 1, 2],
      [1, 3, 7, 7],
    ],
  ])('takes %j for %j', (numbers, ranges) => {
    expect(rangesOf(numbers)).toEqual(ranges);
  });

  it('covers the same numbers, in ranges that do not touch', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (numbers) => {
        const ranges = rangesOf(numbers);
        const covered: number[] = [];
        for (let i = 0; i < ranges.length; i += 2) {
          const [first = 0, last = 0] = ranges.slice(i, i + 2);
          expect(first).toBeGreaterThan((ranges[i - 1] ?? -2) + 1);
          for (let n = first; n <= last; n++) covered.push(n);
        }
        expect(covered).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('jobsQuestion', () => {
  it('is equal for equal questions only', () => {
    const keys = [
      jobsQuestion('mail', counted),
      jobsQuestion('mail', { ...counted, prefix: 'shop' }),
      jobsQuestion('push', counted),
      jobsQuestion('mail', { ...counted, includeActive: true }),
      jobsQuestion('mail', { ...counted, includePaused: true }),
      jobsQuestion('mail', { ...counted, priorities: [1, 2] }),
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(jobsQuestion('mail', { ...counted, priorities: [2, 1, 1] }).key).toBe(keys.at(-1));
  });
});
