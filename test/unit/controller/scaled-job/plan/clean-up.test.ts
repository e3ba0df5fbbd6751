// Which Jobs go: history beyond its limits, and Jobs of an older definition.
import { describe, expect, it } from '@jest/globals';
import { LATE_MS, numberToStore, surplusHistory } from '../../../../../src/controller/scaled-job/plan/history.ts';
import { outdatedJobs } from '../../../../../src/controller/scaled-job/plan/rollout.ts';
import { aJob, NOW, policyOf } from './job-world.ts';

const finished = (name: string, as: 'Complete' | 'Failed', secondsAgo: number, number?: number) =>
  aJob(name, { number, finished: { as, at: NOW - secondsAgo * 1000 } });
const surplus = (limits: object, jobs: Parameters<typeof surplusHistory>[1], more: object = {}) =>
  surplusHistory(policyOf(limits), jobs, { floor: 100, doubtAt: undefined, now: NOW, ...more }).map(({ name }) => name);

describe('history', () => {
  it('keeps a hundred of each kind by default', () => {
    const jobs = Array.from({ length: 101 }, (_, i) => [
      finished(`c${i}`, 'Complete', i),
      finished(`f${i}`, 'Failed', i),
    ]);
    expect(surplus({}, jobs.flat())).toEqual(['c100', 'f100']);
  });

  it('lets those go first that finished first, the failed ones too', () => {
    const jobs = [finished('b', 'Failed', 20), finished('c', 'Failed', 30), finished('a', 'Failed', 10)];
    expect(surplus({ failedJobsHistoryLimit: 1 }, jobs)).toEqual(['c', 'b']);
  });

  it('goes by creation where Jobs finished in the same second', () => {
    const jobs = [
      aJob('new', { ...finished('', 'Complete', 5), name: 'new', createdAt: 2 }),
      aJob('old', { ...finished('', 'Complete', 5), name: 'old', createdAt: 1 }),
    ];
    expect(surplus({ successfulJobsHistoryLimit: 1 }, jobs)).toEqual(['old']);
  });

  it('keeps none with a limit of 0, and never what runs or is being deleted', () => {
    const jobs = [
      aJob('runs'),
      finished('done', 'Complete', 1),
      { ...finished('going', 'Complete', 1), isBeingDeleted: true },
    ];
    expect(surplus({ successfulJobsHistoryLimit: 0 }, jobs)).toEqual(['done']);
  });

  it('waits while a creation may be late, and leaves what a successor could take for a Job on its way', () => {
    const jobs = [finished('a', 'Complete', 9, 4), finished('b', 'Complete', 8, 6)];
    const none = { successfulJobsHistoryLimit: 0 };
    expect(surplus(none, jobs, { doubtAt: NOW - LATE_MS + 1 })).toEqual([]);
    expect(surplus(none, jobs, { doubtAt: NOW - LATE_MS })).toEqual(['a', 'b']);
    expect(surplus(none, jobs, { floor: 5 })).toEqual(['a']);
    expect(numberToStore(jobs, 5)).toBe(6);
    expect(numberToStore(jobs, 9)).toBe(9);
  });
});

describe('a change of the definition', () => {
  const jobs = [
    aJob('this', { generation: '3' }),
    aJob('former', { generation: '2' }),
    { ...finished('former-done', 'Complete', 1), generation: '2' },
    aJob('by-hand', { generation: undefined }),
    aJob('going', { generation: '2', isBeingDeleted: true }),
  ];
  const outdated = (spec: object) => outdatedJobs(policyOf(spec), 3, jobs).map(({ name }) => name);

  it('ends all Jobs of another generation at once, finished ones too', () => {
    expect(outdated({})).toEqual(['former', 'former-done', 'by-hand']);
  });

  it('leaves them alone with rollout gradual, and the deprecated field wins', () => {
    expect(outdated({ rollout: { strategy: 'gradual' } })).toEqual([]);
    expect(outdated({ rollout: { strategy: 'immediate' }, rolloutStrategy: 'gradual' })).toEqual([]);
    expect(outdated({ rollout: { strategy: 'gradual' }, rolloutStrategy: 'immediate' })).toHaveLength(3);
  });
});
