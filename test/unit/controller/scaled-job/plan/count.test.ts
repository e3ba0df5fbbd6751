// Which Jobs count, and for what.
import { describe, expect, it } from '@jest/globals';
import { type CountInput, countJobs, EXPECTED_FOR_MS } from '../../../../../src/controller/scaled-job/plan/count.ts';
import type { JobView } from '../../../../../src/controller/scaled-job/plan/job-view.ts';
import { aJob, aPod, NOW, policyOf } from './job-world.ts';

const policy = policyOf();
const count = (jobs: readonly JobView[], more: Partial<CountInput> = {}, rules = policy) =>
  countJobs({ before: jobs, after: jobs, expected: [], readSince: NOW, now: NOW, ...more }, rules);
const long = NOW - 60_000;
const done = (at: number) => ({ finished: { as: 'Complete' as const, at }, pods: [aPod('Succeeded', long)] });
const created = (name: string, at = NOW) => ({ name, number: 1, state: 'created' as const, at });

describe('counting Jobs', () => {
  it.each([
    ['has no pod yet', aJob('a'), { running: 1, pending: 1 }],
    ['is suspended', aJob('a', { pods: [] }), { running: 1, pending: 1 }],
    ['has a pod that waits for a node', aJob('a', { pods: [aPod('Pending')] }), { running: 1, pending: 1 }],
    [
      'has a pod that has just started',
      aJob('a', { pods: [aPod('Running', NOW - 5_000)] }),
      { running: 1, pending: 1 },
    ],
    ['has a pod that started long ago', aJob('a', { pods: [aPod('Running', long)] }), { running: 1, pending: 0 }],
    [
      'has a pod of which nobody says when it started',
      aJob('a', { pods: [aPod('Running')] }),
      { running: 1, pending: 0 },
    ],
    [
      'has one pod that failed and another that waits',
      aJob('a', { pods: [aPod('Failed', long), aPod('Pending')] }),
      { running: 1, pending: 1 },
    ],
    [
      'has one pod that works and another that waits',
      aJob('a', { pods: [aPod('Running', long), aPod('Pending')] }),
      { running: 1, pending: 0 },
    ],
    [
      'is being deleted, so that it takes nothing any more',
      aJob('a', { isBeingDeleted: true }),
      { running: 1, pending: 0 },
    ],
    ['has finished long ago', aJob('a', done(NOW - 30_000)), { running: 0, runningAtReading: 0, pending: 0 }],
    ['has finished after the reading began', aJob('a', done(NOW)), { running: 0, runningAtReading: 1, pending: 0 }],
    [
      'came and went during the reading',
      aJob('a', { finished: { as: 'Complete', at: NOW }, pods: [] }),
      { running: 0, runningAtReading: 1, pending: 1 },
    ],
  ])('counts a Job that %s', (_name, job, expected) => {
    expect(count([job])).toMatchObject(expected);
  });

  it('counts a Job as it was before the reading, if it has taken its message since', () => {
    const before = [aJob('a', { pods: [aPod('Pending')] })];
    const after = [aJob('a', { pods: [aPod('Running', long)] })];
    expect(count([], { before, after })).toMatchObject({ running: 1, pending: 1 });
  });

  it('counts a Job that is gone since the reading', () => {
    expect(count([], { before: [aJob('a')], after: [] })).toMatchObject({
      running: 0,
      runningAtReading: 1,
      pending: 1,
    });
  });

  it('counts a Job that somebody else has started during the reading', () => {
    expect(count([], { before: [], after: [aJob('a')] })).toMatchObject({ running: 1, pending: 1 });
  });

  it('counts a Job that we created and the watch does not show, and not twice when it does', () => {
    expect(count([], { expected: [created('a')] })).toMatchObject({ running: 1, runningAtReading: 1, pending: 1 });
    expect(count([aJob('a')], { expected: [created('a')] })).toMatchObject({ running: 1, pending: 1 });
  });

  it('does not expect for ever what the watch does not show', () => {
    expect(count([], { expected: [created('a', NOW - EXPECTED_FOR_MS)] })).toMatchObject({ running: 0, pending: 0 });
  });

  it('does not count what may never have been created', () => {
    const expected = [{ ...created('a'), state: 'unanswered' as const }];
    expect(count([], { expected })).toMatchObject({ running: 0, pending: 0 });
  });

  it('goes by the conditions that the author names, all of them on one pod', () => {
    const rules = policyOf({ scalingStrategy: { pendingPodConditions: ['Ready', 'Warm'] } });
    const apart = aJob('a', { pods: [aPod('Running', long, ['Ready']), aPod('Running', long, ['Warm'])] });
    const together = aJob('b', { pods: [aPod('Running', long, ['Warm', 'Ready', 'Initialized'])] });
    expect(count([apart], {}, rules).pending).toBe(1);
    expect(count([together], {}, rules).pending).toBe(0);
  });

  it('says when a Job that has started will no longer count as pending', () => {
    const job = aJob('a', { pods: [aPod('Running', NOW - 4_000)] });
    // Ten seconds from the start, and a second because clocks tell whole ones.
    const settlesAt = NOW - 4_000 + 10_000 + 1_000;
    expect(count([job, aJob('b')]).settlesAt).toBe(settlesAt);
    expect(count([job], { readSince: settlesAt, now: settlesAt })).toMatchObject({
      pending: 0,
      settlesAt: undefined,
    });
  });

  it('with accounting KEDA goes by the pods of now', () => {
    const rules = policyOf({ advanced: { sluice: { accounting: 'KEDA' } } });
    const jobs = [aJob('a', { pods: [aPod('Running', NOW)] }), aJob('b'), aJob('c', done(NOW))];
    expect(count(jobs, {}, rules)).toEqual({ running: 2, runningAtReading: 2, pending: 1, settlesAt: undefined });
  });
});
