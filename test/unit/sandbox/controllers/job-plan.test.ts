// Jobs as arithmetic: how many pods now, and when it is over.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Job, TRACKING_FINALIZER } from '../../../../src/sandbox/controllers/job-object.ts';
import { planJob } from '../../../../src/sandbox/controllers/job-plan.ts';
import { tallyPods } from '../../../../src/sandbox/controllers/job-tally.ts';
import type { Phase, Pod } from '../../../../src/sandbox/node-agent/pod.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 1);
const aJob = (spec: Partial<Job['spec']> = {}, status: Job['status'] = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job', uid: 'u' },
  spec: { template: { spec: { containers: [] } }, ...spec },
  status,
});
const aPod = (uid: string, phase: Phase, over: Partial<Pod['metadata']> = {}, agoS = 3600): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: uid,
    uid,
    finalizers: [TRACKING_FINALIZER],
    creationTimestamp: new Date(NOW_MS - agoS * 1000).toISOString(),
    ...over,
  },
  spec: { containers: [] },
  status: { phase },
});
const pods = (phase: Phase, count: number, agoS?: number): readonly Pod[] =>
  Array.from({ length: count }, (_, i) => aPod(`${phase}-${i}`, phase, {}, agoS));
const plan = (job: Job, present: readonly Pod[]) =>
  planJob(job, present, tallyPods(job.status ?? {}, present), { nowMs: NOW_MS });

describe('sandbox/controllers planJob', () => {
  it.each([
    { what: 'one pod by default', spec: {}, present: [], create: 1 },
    { what: 'parallelism bounds', spec: { completions: 5, parallelism: 2 }, present: [], create: 2 },
    { what: 'what is left bounds', spec: { completions: 5, parallelism: 9 }, present: pods('Succeeded', 3), create: 2 },
    { what: 'a work queue', spec: { parallelism: 3 }, present: pods('Running', 1), create: 2 },
    {
      what: 'a work queue takes none after its first success',
      spec: { parallelism: 3 },
      present: [...pods('Running', 1), ...pods('Succeeded', 1)],
      create: 0,
    },
    { what: 'enough run', spec: { completions: 5, parallelism: 2 }, present: pods('Running', 2), create: 0 },
    { what: 'a failed pod is replaced', spec: {}, present: pods('Failed', 1), create: 1 },
    { what: 'but not at once', spec: {}, present: pods('Failed', 1, 3), create: 0, againInMs: 7000 },
    { what: 'and later and later', spec: {}, present: pods('Failed', 3, 3), create: 0, againInMs: 37_000 },
  ])('$what: $create', ({ spec, present, create, ...rest }) => {
    const againInMs = 'againInMs' in rest ? { againInMs: rest.againInMs } : {};
    expect(plan(aJob(spec), present)).toEqual({ kind: 'run', create, ...againInMs });
  });

  it.each([
    { what: 'complete', spec: { completions: 2 }, present: pods('Succeeded', 2), expected: { kind: 'complete' } },
    {
      what: 'parallelism 0',
      spec: { completions: 2, parallelism: 0 },
      present: [],
      expected: { kind: 'run', create: 0 },
    },
    {
      what: 'too many failures',
      spec: { backoffLimit: 1 },
      present: pods('Failed', 2),
      expected: { kind: 'fail', reason: 'BackoffLimitExceeded' },
    },
    {
      what: 'suspended',
      spec: { suspend: true, parallelism: 2 },
      present: pods('Running', 2),
      expected: { kind: 'suspend', remove: pods('Running', 2) },
    },
    {
      what: 'less parallelism',
      spec: { parallelism: 1, completions: 9 },
      present: pods('Running', 3),
      expected: { kind: 'shrink', remove: [expect.anything(), expect.anything()] },
    },
  ])('$what', ({ spec, present, expected }) => {
    expect(plan(aJob(spec), present)).toMatchObject(expected);
  });

  it('stays with a failure that was decided before', () => {
    const decided = { type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded', message: 'late' } as const;
    expect(plan(aJob({}, { conditions: [decided] }), pods('Succeeded', 1))).toEqual({
      kind: 'fail',
      remove: [],
      reason: 'DeadlineExceeded',
      message: 'late',
    });
  });

  it('fails at its deadline, and looks again when it comes', () => {
    const startTime = new Date(NOW_MS - 60_000).toISOString();
    expect(plan(aJob({ activeDeadlineSeconds: 60 }, { startTime }), pods('Running', 1))).toMatchObject({
      kind: 'fail',
      reason: 'DeadlineExceeded',
    });
    expect(plan(aJob({ activeDeadlineSeconds: 90 }, { startTime }), pods('Running', 1))).toEqual({
      kind: 'run',
      create: 0,
      againInMs: 30_000,
    });
  });
});

describe('sandbox/controllers tallyPods', () => {
  it('counts an end only when its finalizer is gone', () => {
    const ended = aPod('a', 'Succeeded');
    const first = tallyPods({}, [ended]);
    expect(first).toMatchObject({ succeeded: 0, uncounted: { succeeded: ['a'] }, release: [ended] });
    const status = { uncountedTerminatedPods: first.uncounted };
    expect(tallyPods(status, [ended])).toEqual(first);
    expect(tallyPods(status, [aPod('a', 'Succeeded', { finalizers: [] })])).toMatchObject({
      succeeded: 1,
      release: [],
    });
    expect(tallyPods(status, [])).toMatchObject({ succeeded: 1, release: [] });
  });

  it('takes a pod that somebody deletes for a failure', () => {
    expect(tallyPods({}, [aPod('a', 'Running', { deletionTimestamp: 'now' })]).uncounted.failed).toEqual(['a']);
  });

  it('counts every end exactly once, wherever it is interrupted', () => {
    const end = fc.constantFrom('Succeeded' as const, 'Failed' as const);
    fc.assert(
      fc.property(
        fc.array(end, { maxLength: 6 }),
        fc.array(fc.tuple(fc.boolean(), fc.nat(6)), { maxLength: 30 }),
        (ends, steps) => {
          let present = ends.map((phase, i) => aPod(`p${i}`, phase));
          let status: NonNullable<Job['status']> = {};
          for (const [writes, releases] of [...steps, [true, 6], [true, 6], [true, 6]] as const) {
            const tally = tallyPods(status, present);
            if (!writes) continue; // killed before the status was written
            status = { succeeded: tally.succeeded, failed: tally.failed, uncountedTerminatedPods: tally.uncounted };
            const released = new Set(tally.release.slice(0, releases)); // killed after some finalizers went
            present = present.filter((pod) => !released.has(pod));
          }
          const count = (phase: Phase): number => ends.filter((e) => e === phase).length;
          expect([status.succeeded, status.failed]).toEqual([count('Succeeded'), count('Failed')]);
        },
      ),
    );
  });
});
