// Takes away what is left of a ScaledJob's work: Jobs of an older definition, and finished ones beyond the limits.
import type { Clock } from '../../async.ts';
import { SluiceError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';
import type { JobAnnounce } from './announce.ts';
import { deleteJobs } from './delete-jobs.ts';
import type { OwnJobs } from './own-jobs.ts';
import { surplusHistory } from './plan/history.ts';
import type { JobView } from './plan/job-view.ts';
import type { JobPolicy } from './plan/policy.ts';
import { outdatedJobs } from './plan/rollout.ts';
import type { JobVisit } from './visit.ts';

export interface CleanUpOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly own: OwnJobs;
  readonly announce: JobAnnounce;
}

/** A failure is told and given back: it keeps nobody from starting Jobs. */
export interface CleanUp {
  rollOut(visit: JobVisit, policy: JobPolicy, jobs: readonly JobView[]): Promise<SluiceError | undefined>;
  /** Finished Jobs that are too many to keep. */
  surplusOf(visit: JobVisit, policy: JobPolicy, jobs: readonly JobView[]): readonly JobView[];
  /** To be called once status.lastJobNumber is as high as numberToStore says. */
  clear(visit: JobVisit, surplus: readonly JobView[]): Promise<SluiceError | undefined>;
}

export function createCleanUp({ client, clock, log, own, announce }: CleanUpOptions): CleanUp {
  async function remove(
    { key, signal }: JobVisit,
    jobs: readonly JobView[],
    propagation: 'Background' | 'Foreground',
  ): Promise<SluiceError | undefined> {
    try {
      await deleteJobs(jobs, { client, own, key, propagation }, signal);
      return undefined;
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      return error;
    }
  }

  return {
    async rollOut(visit, policy, jobs) {
      const { key, object } = visit;
      const outdated = outdatedJobs(policy, object.metadata.generation, jobs);
      if (outdated.length === 0) return undefined;
      announce.rolloutStarted(object, outdated.length);
      const failure = await remove(visit, outdated, policy.rollout.propagationPolicy);
      if (failure) announce.rolloutFailed(object, failure);
      else {
        announce.rolloutCompleted(object, outdated.length);
        log.info('jobs of an older definition are deleted', { object: key, jobs: outdated.length });
      }
      return failure;
    },
    surplusOf({ memory: { numbers, doubtAt } }, policy, jobs) {
      return surplusHistory(policy, jobs, { floor: numbers?.floor ?? 0, doubtAt, now: clock.now() });
    },
    clear: (visit, surplus) => remove(visit, surplus, 'Background'),
  };
}
