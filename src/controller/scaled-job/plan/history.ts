// Which finished Jobs are too many to keep.
import type { JobView } from './job-view.ts';
import type { JobPolicy } from './policy.ts';

/** No creation is under way for longer (kube-apiserver: --request-timeout). */
export const LATE_MS = 60_000;

export interface Deletable {
  /** JobNumbers.floor. Above it a gap would look like a Job on its way. */
  readonly floor: number;
  /**
   * When somebody may last have asked for a Job without hearing of it: this process (an unanswered creation), or another one before this
   * one began with an object that is older than it. A Job that is deleted too soon after would be made again by a creation that is late.
   */
  readonly doubtAt: number | undefined;
  readonly now: number;
}

/**
 * Finished Jobs beyond successfulJobsHistoryLimit and failedJobsHistoryLimit, the longest finished first; to be deleted with
 * propagation Background, once status.lastJobNumber is as high as `numberToStore` says: who takes over must not take them for Jobs on
 * their way. KEDA goes by status.completionTime, which failed Jobs do not have.
 */
export function surplusHistory(
  { history }: Pick<JobPolicy, 'history'>,
  jobs: readonly JobView[],
  { floor, doubtAt = Number.NEGATIVE_INFINITY, now }: Deletable,
): readonly JobView[] {
  if (now - doubtAt < LATE_MS) return [];
  const oldest = (as: 'Complete' | 'Failed', limit: number): readonly JobView[] => {
    const finished = jobs.filter((job) => job.finished?.as === as && !job.isBeingDeleted).toSorted(byAge);
    return finished.slice(0, Math.max(0, finished.length - limit));
  };
  const surplus = [...oldest('Complete', history.completeJobs), ...oldest('Failed', history.failedJobs)];
  return surplus.filter(({ number = 0 }) => number <= floor);
}

/** What status.lastJobNumber must be at least before these Jobs are deleted; `stored` where it is enough. */
export function numberToStore(surplus: readonly JobView[], stored: number | undefined): number {
  return surplus.reduce((most, { number = 0 }) => Math.max(most, number), stored ?? 0);
}

/** Whole seconds are often equal: of Jobs that finished together the older goes first. */
function byAge(a: JobView, b: JobView): number {
  const finished = (a.finished?.at ?? 0) - (b.finished?.at ?? 0);
  return finished || a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1);
}
