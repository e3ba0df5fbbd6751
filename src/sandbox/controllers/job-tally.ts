// Counting how a Job's pods ended, each exactly once, whatever happens between two writes. Pure.
// A tracked pod that ended first enters the status by UID; then its finalizer goes; then its UID turns into a count.
import type { Pod } from '../node-agent/pod.ts';
import { isTracked, type JobStatus } from './job-object.ts';

export interface Tally {
  /** Counted for good. */
  readonly succeeded: number;
  readonly failed: number;
  /** Ended, in the status by UID, finalizer not yet seen gone. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  /** Pods to be released once the status with these UIDs is written. */
  readonly release: readonly Pod[];
}

export function tallyPods(status: JobStatus, pods: readonly Pod[]): Tally {
  const tracked = new Map(pods.filter(isTracked).map((pod) => [pod.metadata.uid ?? '', pod]));
  const { succeeded: oldSucceeded = [], failed: oldFailed = [] } = status.uncountedTerminatedPods ?? {};
  const known = new Set([...oldSucceeded, ...oldFailed]);
  const isHeld = (uid: string): boolean => tracked.has(uid);
  const fresh = (end: End): readonly string[] =>
    [...tracked].filter(([uid, pod]) => !known.has(uid) && endOf(pod) === end).map(([uid]) => uid);
  const uncounted = {
    succeeded: [...oldSucceeded.filter(isHeld), ...fresh('succeeded')],
    failed: [...oldFailed.filter(isHeld), ...fresh('failed')],
  };
  return {
    succeeded: (status.succeeded ?? 0) + oldSucceeded.filter((uid) => !isHeld(uid)).length,
    failed: (status.failed ?? 0) + oldFailed.filter((uid) => !isHeld(uid)).length,
    uncounted,
    release: [...uncounted.succeeded, ...uncounted.failed].flatMap((uid) => tracked.get(uid) ?? []),
  };
}

type End = 'succeeded' | 'failed';

/** A pod that somebody deletes before it succeeded counts as failed: it may never get to say so itself. */
function endOf(pod: Pod): End | undefined {
  if (pod.status?.phase === 'Succeeded') return 'succeeded';
  return pod.status?.phase === 'Failed' || pod.metadata.deletionTimestamp !== undefined ? 'failed' : undefined;
}
