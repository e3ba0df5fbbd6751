// Asking for Jobs: in order, a few at a time, by names that meet what is there already.
import { beforeEach, expect, it } from '@jest/globals';
import { createJobAnnounce } from '../../../../src/controller/scaled-job/announce.ts';
import { type CreateJobs, createJobCreator } from '../../../../src/controller/scaled-job/create-jobs.ts';
import { createOwnJobs, type OwnJobs } from '../../../../src/controller/scaled-job/own-jobs.ts';
import { buildJob } from '../../../../src/controller/scaled-job/plan/job-object.ts';
import { CREATES_AT_ONCE } from '../../../../src/controller/scaled-job/plan/numbers.ts';
import { KubeError, type KubeErrorCode } from '../../../../src/errors.ts';
import { createObjectStore } from '../../../../src/kube/object-store.ts';
import { JOBS } from '../../../../src/kube/resources.ts';
import { silentLogger } from '../../../../src/log.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { createMemoryKube, type MemoryKube } from '../../../support/memory-kube.ts';
import { aScaledJob } from '../../../support/scaled-job-world.ts';

const { signal } = new AbortController();
const KEY = 'ScaledJob/shop/worker';
const object = aScaledJob('worker', {}, { uid: 'abcde-1', generation: 1 });

let kube: MemoryKube;
let own: OwnJobs;
let create: CreateJobs;
let reasons: string[];
beforeEach(() => {
  const clock = createFakeClock();
  kube = createMemoryKube(clock.now);
  own = createOwnJobs({ client: kube, clock, jobs: createObjectStore(silentLogger), isServed: () => true, freed() {} });
  reasons = [];
  const announce = createJobAnnounce({
    record: ({ reason, note }) => void reasons.push(`${reason}: ${note}`),
    settled() {},
  });
  create = createJobCreator({ client: kube, clock, own, announce, version: '1' });
});

const wave = (count: number, over: AbortSignal = signal) =>
  create({ key: KEY, object, count, numbers: Array.from({ length: count + 10 }, (_, i) => i + 1) }, over);
const asked = (): readonly string[] =>
  kube.history.flatMap(({ verb, key }) => (verb === 'create' ? [key?.name.replace('worker-abcde-', '') ?? ''] : []));
const failing = (code: KubeErrorCode): KubeError => new KubeError(`it is ${code}`, { code, retry: 'backoff' });
const fail = (when: (name: string) => boolean, code: KubeErrorCode): void => {
  kube.intercept = ({ verb, key }) => {
    if (verb === 'create' && when(key?.name ?? '')) throw failing(code);
  };
};

it('asks for as many as wanted, in the order of their numbers, and says how many there are', async () => {
  expect(await wave(3)).toEqual({ created: 3, taken: [], failure: undefined });
  expect(asked()).toEqual(['1', '2', '3']);
  expect(reasons).toEqual(['KEDAJobsCreated: Created 3 jobs']);
  expect(own.expected(KEY)).toMatchObject([{ number: 1, state: 'created' }, { number: 2 }, { number: 3 }]);
});

it('never asks for one whose forerunner so far below it has not been answered', async () => {
  const answer = Promise.withResolvers<void>();
  kube.intercept = ({ key }) => (key?.name.endsWith('-2') ? answer.promise : undefined);
  const running = wave(40);
  for (let i = 0; i < 200; i++) await Promise.resolve();
  expect(asked().at(-1)).toBe(String(2 + CREATES_AT_ONCE - 1));
  answer.resolve();
  expect((await running).created).toBe(40);
});

it('takes one that is there by its name for the one it asks for', async () => {
  await kube.create(JOBS, buildJob({ object, number: 2, version: '1' }), { signal });
  expect(await wave(3)).toMatchObject({ created: 3, failure: undefined });
  expect(own.expected(KEY)).toHaveLength(3);
});

it('passes over a name that somebody else has taken, or that is just going', async () => {
  const theirs = buildJob({ object, number: 1, version: '1' });
  await kube.create(JOBS, { ...theirs, metadata: { ...theirs.metadata, labels: {} } }, { signal });
  const going = buildJob({ object, number: 2, version: '1' });
  await kube.create(JOBS, { ...going, metadata: { ...going.metadata, finalizers: ['x/y'] } }, { signal });
  await kube.delete(JOBS, { namespace: 'shop', name: going.metadata.name }, { signal });
  kube.history.length = 0;
  expect(await wave(2)).toEqual({ created: 2, taken: [1, 2], failure: undefined });
  expect(asked()).toEqual(['1', '2', '3', '4']);
});

it('goes on with the others when one is refused, and tells of it', async () => {
  fail((name) => name.endsWith('-2'), 'KUBE_FORBIDDEN');
  expect(await wave(4)).toMatchObject({ created: 3, failure: { code: 'KUBE_FORBIDDEN' } });
  expect(reasons).toEqual([
    'KEDAJobCreateFailed: Job "worker-abcde-2" is not created: it is KUBE_FORBIDDEN',
    'KEDAJobsCreated: Created 3 jobs',
  ]);
  expect(own.expected(KEY).map(({ number }) => number)).toEqual([1, 3, 4]);
});

it('gives up when all are refused, not after five hundred of them', async () => {
  fail(() => true, 'KUBE_INVALID');
  expect(await wave(500)).toMatchObject({ created: 0, failure: { code: 'KUBE_INVALID' } });
  expect(asked().length).toBeLessThanOrEqual(CREATES_AT_ONCE + 3);
});

it('remembers what was not answered, and asks for nothing more', async () => {
  fail((name) => name.endsWith('-2'), 'KUBE_UNAVAILABLE');
  expect(await wave(500)).toMatchObject({ failure: { code: 'KUBE_UNAVAILABLE' } });
  expect(asked().length).toBeLessThanOrEqual(CREATES_AT_ONCE + 2);
  expect(own.expected(KEY).filter(({ state }) => state === 'unanswered')).toMatchObject([{ number: 2 }]);
});

it('remembers what was under way when it is broken off, and tells of what is there', async () => {
  const stop = new AbortController();
  kube.intercept = ({ key }) => {
    if (key?.name.endsWith('-3')) stop.abort(new Error('not ours any more'));
  };
  await expect(wave(5, stop.signal)).rejects.toThrow('not ours any more');
  expect(own.expected(KEY)).toMatchObject([
    { number: 1, state: 'created' },
    { number: 2, state: 'created' },
    { number: 3, state: 'unanswered' },
    { number: 4, state: 'unanswered' },
    { number: 5, state: 'unanswered' },
  ]);
  expect(reasons).toEqual(['KEDAJobsCreated: Created 2 jobs']);
});
