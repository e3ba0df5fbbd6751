// The numbers of Jobs: the same for everybody who does not know of the others'.
import { describe, expect, it } from '@jest/globals';
import { firstNumbers, nextNumbers, noteNumbers } from '../../../../../src/controller/scaled-job/plan/numbers.ts';
import { aJob } from './job-world.ts';

const jobs = (...numbers: (number | undefined)[]) => numbers.map((number) => aJob(`job-${number}`, { number }));
const expected = (state: 'created' | 'unanswered', ...numbers: number[]) =>
  numbers.map((number) => ({ name: `job-${number}`, number, state, at: 0 }));

describe('the numbers of Jobs', () => {
  it('begin with 1, and go on', () => {
    const none = firstNumbers([], undefined);
    expect(nextNumbers(none, 3)).toEqual([1, 2, 3]);
    expect(nextNumbers(noteNumbers(none, [], expected('created', 1, 2, 3)), 2)).toEqual([4, 5]);
  });

  it('are asked for again when they were not answered', () => {
    const known = noteNumbers(firstNumbers([], undefined), jobs(1), [
      ...expected('created', 3),
      ...expected('unanswered', 2),
    ]);
    expect(nextNumbers(known, 2)).toEqual([2, 4]);
  });

  it('go on where Jobs are gone', () => {
    const known = noteNumbers(firstNumbers(jobs(1, 2), undefined), [], []);
    expect(nextNumbers(known, 1)).toEqual([3]);
    expect(nextNumbers(firstNumbers([], 7), 1)).toEqual([8]);
  });

  it('begin, for who takes over, with those that may be on their way', () => {
    expect(nextNumbers(firstNumbers(jobs(29, 27, 30), undefined), 9)).toEqual([21, 22, 23, 24, 25, 26, 28, 31, 32]);
    expect(nextNumbers(firstNumbers(jobs(29, 27, 30), 26), 2)).toEqual([28, 31]);
  });

  it('are given to Jobs of ours alone', () => {
    expect(nextNumbers(firstNumbers(jobs(undefined), undefined), 1)).toEqual([1]);
  });

  it('stay few to remember', () => {
    const known = noteNumbers(
      firstNumbers([], undefined),
      [],
      expected('created', ...Array.from({ length: 500 }, (_, i) => i + 1)),
    );
    expect(known).toEqual({ floor: 500, used: new Set() });
  });
});
