// Which Jobs a change of the definition ends.
import type { JobView } from './job-view.ts';
import type { JobPolicy } from './policy.ts';

/**
 * Jobs that were made of another generation of the ScaledJob, or of one that they do not tell; finished ones too (KEDA). None with
 * rollout gradual. To be deleted with policy.rollout.propagationPolicy, at any look: a Job whose creation was late is seen later.
 */
export function outdatedJobs(
  { rollout }: Pick<JobPolicy, 'rollout'>,
  generation: number | undefined,
  jobs: readonly JobView[],
): readonly JobView[] {
  if (rollout.strategy === 'gradual') return [];
  return jobs.filter((job) => job.generation !== String(generation) && !job.isBeingDeleted);
}
