// The Jobs of each ScaledJob: what the watch shows, and what we did or asked for that it does not show yet.
import { labels } from '../../api/names.ts';
import type { Clock } from '../../async.ts';
import type { KubeClient } from '../../kube/client.ts';
import { JOBS } from '../../kube/resources.ts';
import type { Change, Store } from '../../kube/store.ts';
import { namesOf } from '../object-key.ts';
import { asSeen, isFinished, type Job, ownerKeyOf, pruneJob } from './job.ts';
import { EXPECTED_FOR_MS } from './plan/count.ts';
import type { ExpectedJob } from './plan/job-view.ts';

export interface OwnJobs {
  /** All that are known to be there, by the ScaledJob's key; without those that we have deleted. */
  of(key: string): readonly Job[];
  /** Those that were asked for and are not among them yet. */
  expected(key: string): readonly ExpectedJob[];
  expect(key: string, job: ExpectedJob): void;
  /** The API server has said no. */
  unexpect(key: string, name: string): void;
  /** It is gone, whatever the watch still shows. */
  deleted(key: string, job: { readonly name: string; readonly uid: string }): void;
  /** Whether the watch has begun to tell. Until then `of` knows what `refresh` found, and that grows old. */
  isFollowed(): boolean;
  /** Asks the API server itself: from then on nothing that anybody did before is missing. */
  refresh(key: string, signal: AbortSignal): Promise<void>;
  /** When a Job was last seen to end, or to be gone before it had; a reading that is older may still count its message. */
  freedAt(key: string): number;
  forget(key: string): void;
}

export interface OwnJobsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly jobs: Store<Job>;
  /** Whether there is such a ScaledJob: its Jobs may outlive it. */
  readonly isServed: (key: string) => boolean;
  /** There may be room for another Job. */
  readonly freed: (key: string) => void;
}

/** All by the ScaledJob's key, then by a Job's name, uids where there is one. */
type Kept<T> = Map<string, Map<string, T>>;

export function createOwnJobs({ client, clock, jobs, isServed, freed }: OwnJobsOptions): OwnJobs {
  const seen: Kept<Job> = new Map();
  /** From a list that was newer than the watch. */
  const listed: Kept<{ readonly job: Job; readonly at: number }> = new Map();
  const expected: Kept<ExpectedJob> = new Map();
  const gone: Kept<true> = new Map();
  const freedAt = new Map<string, number>();

  const isGone = (key: string, { metadata: { uid = '' } }: Job): boolean => gone.get(key)?.has(uid) ?? false;

  function known(key: string, { name, uid }: { readonly name: string; readonly uid?: string }): Job | undefined {
    const there = [seen.get(key)?.get(name), listed.get(key)?.get(name)?.job];
    return there.find((job) => job?.metadata.uid === uid);
  }

  function follow(change: Change<Job>): void {
    const { type, object } = change;
    const { name, uid = '' } = object.metadata;
    const key = ownerKeyOf(object);
    // Somebody has given it to another ScaledJob.
    if (type === 'updated' && ownerKeyOf(change.previous) !== key) take(seen, ownerKeyOf(change.previous), name);
    const before = known(key, object.metadata);
    for (const kept of [listed, expected]) take<unknown>(kept, key, name);
    if (type === 'deleted') take(seen, key, name);
    else put(seen, key, name, asSeen(object, before, clock.now()));
    const wasRunning = type === 'added' ? false : !isFinished(change.previous);
    // Of one that we deleted to leave, its pods are gone or going as well.
    if (type === 'deleted' || object.metadata.deletionTimestamp !== undefined) take(gone, key, uid);
    if (!wasRunning || (type !== 'deleted' && !isFinished(object)) || !isServed(key)) return;
    freedAt.set(key, clock.now());
    freed(key);
  }

  jobs.subscribe(follow);
  return {
    of(key) {
      const now = clock.now();
      const newer = [...(listed.get(key)?.values() ?? [])].filter(({ at }) => now - at < EXPECTED_FOR_MS);
      return [...(seen.get(key)?.values() ?? []), ...newer.map(({ job }) => job)].filter((job) => !isGone(key, job));
    },
    expected: (key) => [...(expected.get(key)?.values() ?? [])],
    expect(key, job) {
      if (!seen.get(key)?.has(job.name)) put(expected, key, job.name, job);
    },
    unexpect: (key, name) => take(expected, key, name),
    deleted(key, { name, uid }) {
      // The watch may have told of it before the answer came, and tells of it once.
      if (known(key, { name, uid })) put(gone, key, uid, true);
    },
    isFollowed: jobs.synced,
    async refresh(key, signal) {
      const { namespace, name } = namesOf(key);
      const labelSelector = `${labels.scaledJobName}=${name}`;
      const before = [...(seen.get(key)?.values() ?? [])];
      const { items } = await client.list<Job>(JOBS, { namespace, labelSelector, prune: pruneJob, signal });
      const there = new Set(items.map(({ metadata }) => metadata.uid));
      for (const { metadata } of before) if (!there.has(metadata.uid)) put(gone, key, metadata.uid ?? '', true);
      learn(key, items);
    },
    freedAt: (key) => freedAt.get(key) ?? Number.NEGATIVE_INFINITY,
    forget(key) {
      for (const kept of [listed, expected, gone, freedAt]) kept.delete(key);
    },
  };

  /** A complete list, newer than the watch. */
  function learn(key: string, items: readonly Job[]): void {
    const shown = seen.get(key) ?? new Map<string, Job>();
    const now = clock.now();
    const newer = items.map((item) => asSeen(item, known(key, item.metadata), now));
    listed.delete(key);
    for (const job of newer) {
      const { name, uid } = job.metadata;
      take(expected, key, name);
      if (shown.get(name)?.metadata.uid !== uid) put(listed, key, name, { job, at: now });
    }
    const answered = [...(expected.get(key)?.values() ?? [])].filter(({ state }) => state === 'created');
    for (const { name } of answered) take(expected, key, name);
    // What has gone from the watch's copy in the meantime is not told again.
    const uids = new Set([...shown.values()].map(({ metadata }) => metadata.uid));
    for (const uid of gone.get(key)?.keys() ?? []) if (!uids.has(uid)) take(gone, key, uid);
  }
}

function put<T>(kept: Kept<T>, key: string, name: string, value: T): void {
  const part = kept.get(key) ?? new Map<string, T>();
  kept.set(key, part.set(name, value));
}

function take<T>(kept: Kept<T>, key: string, name: string): void {
  const part = kept.get(key);
  if (part?.delete(name) && part.size === 0) kept.delete(key);
}
