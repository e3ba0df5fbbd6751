// What a Job says of itself, as counting and cleaning up see it.
import { expect, it } from '@jest/globals';
import { type Job, pruneJob } from '../../../../src/controller/scaled-job/job.ts';
import { viewOf } from '../../../../src/controller/scaled-job/views.ts';

const at = '2026-01-01T00:00:10Z';
const ms = Date.parse(at);
const aJob = (status: Job['status'], metadata: Partial<Job['metadata']> = {}): Job =>
  pruneJob({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'a',
      namespace: 'shop',
      uid: 'u',
      creationTimestamp: at,
      labels: { 'scaledjob.keda.sh/name': 'worker', other: 'label' },
      annotations: { 'scaledjob.keda.sh/generation': '2', 'sluice.dev/job-number': '7', 'other/one': 'x' },
      ...metadata,
    },
    ...(status ? { status } : {}),
  });

it('has the generation and the number that are written on it', () => {
  expect(viewOf(aJob(undefined), [])).toEqual({
    name: 'a',
    uid: 'u',
    createdAt: ms,
    generation: '2',
    number: 7,
    isBeingDeleted: false,
    finished: undefined,
    pods: [],
  });
  const theirs = viewOf(aJob(undefined, { annotations: {}, deletionTimestamp: at }), []);
  expect(theirs).toMatchObject({ generation: undefined, number: undefined, isBeingDeleted: true });
});

it.each<[string, Job['status'], unknown]>([
  ['a Job that runs', { conditions: [{ type: 'Suspended', status: 'True' }] }, undefined],
  [
    'one that will fail, as Kubernetes says before it has',
    { conditions: [{ type: 'FailureTarget', status: 'True' }] },
    undefined,
  ],
  [
    'a complete one',
    {
      completionTime: at,
      conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2026-01-01T00:01:00Z' }],
    },
    { as: 'Complete', at: ms },
  ],
  [
    'a failed one, which has no completionTime',
    {
      conditions: [
        { type: 'Complete', status: 'False' },
        { type: 'Failed', status: 'True', lastTransitionTime: at },
      ],
    },
    { as: 'Failed', at: ms },
  ],
])('knows when it has ended: %s', (_what, status, finished) => {
  expect(viewOf(aJob(status), []).finished).toEqual(finished);
});

it('goes by the Job’s own word where nobody watches its pods', () => {
  const phases = (status: Job['status']): readonly string[] =>
    viewOf(aJob(status), undefined).pods.map(({ phase }) => phase);
  expect(phases({ ready: 0 })).toEqual([]);
  expect(phases({ ready: 1 })).toEqual(['Running']);
  expect(phases({ succeeded: 1 })).toEqual(['Succeeded']);
});

it('takes a Job for started, without its pods, only from when it was first seen Ready', () => {
  const since = (status: Job['status']): readonly unknown[] =>
    viewOf({ ...aJob(undefined), ...(status ? { status } : {}) }, undefined).pods.map(
      ({ runningSince }) => runningSince,
    );
  expect(since({ ready: 1, readySince: ms })).toEqual([ms]);
  expect(since({ succeeded: 1 })).toEqual([undefined]);
});
