// The Jobs of a ScaledJob, known although the watch is behind.
import { beforeEach, expect, it } from '@jest/globals';
import { scaledJobKey } from '../../../../src/controller/object-key.ts';
import type { Job } from '../../../../src/controller/scaled-job/job.ts';
import { createOwnJobs, type OwnJobs } from '../../../../src/controller/scaled-job/own-jobs.ts';
import { createObjectStore, type ObjectStore } from '../../../../src/kube/object-store.ts';
import { JOBS } from '../../../../src/kube/resources.ts';
import { silentLogger } from '../../../../src/log.ts';
import { createFakeClock, type FakeClock } from '../../../support/clock.ts';
import { createMemoryKube, type MemoryKube } from '../../../support/memory-kube.ts';

const { signal } = new AbortController();
const KEY = scaledJobKey({ namespace: 'shop', name: 'worker' });

let clock: FakeClock;
let kube: MemoryKube;
let store: ObjectStore<Job>;
let freed: string[];
let served: Set<string>;
let own: OwnJobs;
beforeEach(() => {
  clock = createFakeClock();
  kube = createMemoryKube(clock.now);
  store = createObjectStore<Job>(silentLogger);
  freed = [];
  served = new Set([KEY]);
  own = createOwnJobs({
    client: kube,
    clock,
    jobs: store,
    isServed: (key) => served.has(key),
    freed: (key) => freed.push(key),
  });
});

let version = 0;
function aJob(name: string, over: Partial<Job> = {}): Job {
  const labels = { 'scaledjob.keda.sh/name': 'worker' };
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, labels, resourceVersion: String(++version) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata, ...over };
}
const over = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
const names = (): readonly string[] => own.of(KEY).map(({ metadata }) => metadata.name);
const expectedNames = (): readonly string[] => own.expected(KEY).map(({ name }) => name);

it('expects a Job from the moment it is asked for until the watch shows it', () => {
  own.expect(KEY, { name: 'a', number: 1, state: 'unanswered', at: clock.now() });
  own.expect(KEY, { name: 'a', number: 1, state: 'created', at: clock.now() });
  expect(own.expected(KEY)).toMatchObject([{ name: 'a', state: 'created' }]);
  store.put(aJob('a'));
  expect(expectedNames()).toEqual([]);
  expect(names()).toEqual(['a']);
  // An answer that comes later than the watch.
  own.expect(KEY, { name: 'a', number: 1, state: 'created', at: clock.now() });
  expect(expectedNames()).toEqual([]);
});

it('forgets one that was refused', () => {
  own.expect(KEY, { name: 'a', number: 1, state: 'unanswered', at: clock.now() });
  own.unexpect(KEY, 'a');
  expect(expectedNames()).toEqual([]);
});

it('does not count one that we have deleted, whatever the watch still shows', () => {
  store.put(aJob('a'));
  own.deleted(KEY, { name: 'a', uid: 'uid-a' });
  expect(names()).toEqual([]);
  store.put(aJob('a', over));
  expect(names()).toEqual([]);
  store.remove(aJob('a'));
  store.put(aJob('a', { metadata: { ...aJob('a').metadata, uid: 'uid-a2' } }));
  expect(names()).toEqual(['a']);
});

it('keeps no record of a deletion that the watch has told of before the answer came', () => {
  const told = aJob('a');
  store.put(told);
  store.remove(told);
  own.deleted(KEY, { name: 'a', uid: 'uid-a' });
  // That no such Job comes again is the point: nobody would ever take the record away.
  store.put(told);
  expect(names()).toEqual(['a']);
});

it('keeps nothing of Jobs that outlive their ScaledJob', () => {
  store.put(aJob('a'));
  served.delete(KEY);
  own.forget(KEY);
  store.remove(aJob('a'));
  expect(freed).toEqual([]);
  expect(own.freedAt(KEY)).toBe(Number.NEGATIVE_INFINITY);
});

it('notes when a Job was first seen Ready, since it does not say so itself', async () => {
  const since = (): readonly unknown[] => own.of(KEY).map(({ status }) => status?.readySince);
  store.put(aJob('a', { status: { ready: 0 } }));
  expect(since()).toEqual([undefined]);
  const readyAt = clock.now();
  store.put(aJob('a', { status: { ready: 1 } }));
  await clock.advance(1_000);
  store.put(aJob('a', { status: { ready: 2 } }));
  expect(since()).toEqual([readyAt]);
  store.put(aJob('a', { status: { ready: 0 } }));
  store.put(aJob('a', { status: { ready: 1 } }));
  expect(since()).toEqual([clock.now()]);
  const job = { ...aJob('new'), status: { ready: 1 } };
  await kube.create(JOBS, job, { signal });
  await own.refresh(KEY, signal);
  expect(since()).toEqual([clock.now()]);
});

it('says when a place is free: a Job has ended, or went before it had', async () => {
  store.put(aJob('a'));
  store.put(aJob('b'));
  expect(freed).toEqual([]);
  await clock.advance(1_000);
  store.put(aJob('a', over));
  expect(freed).toEqual([KEY]);
  expect(own.freedAt(KEY)).toBe(clock.now());
  store.put(aJob('a', over));
  store.remove(aJob('a', over));
  expect(freed).toEqual([KEY]);
  store.remove(aJob('b'));
  expect(freed).toEqual([KEY, KEY]);
});

it('learns from the API server what the watch does not show yet, and what is gone', async () => {
  store.put(aJob('gone'));
  own.expect(KEY, { name: 'lost', number: 7, state: 'created', at: clock.now() });
  own.expect(KEY, { name: 'open', number: 8, state: 'unanswered', at: clock.now() });
  await kube.create(JOBS, aJob('new'), { signal });
  await kube.create(
    JOBS,
    aJob('other', { metadata: { ...aJob('other').metadata, labels: { 'scaledjob.keda.sh/name': 'b' } } }),
    {
      signal,
    },
  );
  await own.refresh(KEY, signal);
  expect(names()).toEqual(['new']);
  expect(expectedNames()).toEqual(['open']);
  store.put(kube.peek<Job>(JOBS, { namespace: 'shop', name: 'new' })!);
  expect(names()).toEqual(['new']);
});

it('keeps nothing of an object that is forgotten but what the watch shows', () => {
  store.put(aJob('a'));
  own.expect(KEY, { name: 'b', number: 2, state: 'created', at: clock.now() });
  own.forget(KEY);
  expect(names()).toEqual(['a']);
  expect(expectedNames()).toEqual([]);
});
