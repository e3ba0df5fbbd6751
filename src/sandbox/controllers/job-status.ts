// The status of a Job after its plan was carried out. Pure.
import { type Pod, timestamp } from '../node-agent/pod.ts';
import { type Condition, findCondition, withCondition } from './conditions.ts';
import type { Job, JobStatus } from './job-object.ts';
import type { JobPlan } from './job-plan.ts';
import type { Tally } from './job-tally.ts';
import { hasEnded, isReady } from './pod-lifecycle.ts';

/** `pods` as they were before the plan, `remaining` the active ones after it. */
export function jobStatus(
  job: Job,
  plan: JobPlan,
  outcome: { readonly tally: Tally; readonly pods: readonly Pod[]; readonly remaining: readonly Pod[] },
  nowMs: number,
): JobStatus {
  const { tally, pods, remaining } = outcome;
  const { startTime, active: _active, conditions: before = [], ...rest } = job.status ?? {};
  // Nobody is to be told that it is over while a pod still runs, even one that is being deleted, or isn't counted yet.
  const isOver = tally.release.length === 0 && pods.every(hasEnded);
  const suspended = findCondition(before, 'Suspended')?.status === 'True';
  const begins = startTime === undefined || (suspended && !job.spec.suspend);
  const conditions = [...changes(plan, suspended, isOver)].reduce<readonly Condition[]>(
    (list, condition) => withCondition(list, condition, nowMs),
    before,
  );
  return {
    ...rest,
    ...(job.spec.suspend ? {} : { startTime: begins ? timestamp(nowMs) : startTime }),
    ready: remaining.filter(isReady).length,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !hasEnded(pod)).length,
    ...filled({ active: remaining.length, succeeded: tally.succeeded, failed: tally.failed }, (count) => count > 0),
    uncountedTerminatedPods: filled(tally.uncounted, (uids) => uids.length > 0),
    ...(plan.kind === 'complete' && isOver ? { completionTime: timestamp(nowMs) } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function* changes(plan: JobPlan, suspended: boolean, isOver: boolean): Iterable<Condition> {
  if (plan.kind === 'suspend') yield { type: 'Suspended', status: 'True', reason: 'JobSuspended' };
  else if (suspended) yield { type: 'Suspended', status: 'False', reason: 'JobResumed' };
  if (plan.kind !== 'fail' && plan.kind !== 'complete') return;
  // The API server takes the end of a Job only together with the condition that announced it.
  const { reason, message } = plan;
  yield { type: plan.kind === 'fail' ? 'FailureTarget' : 'SuccessCriteriaMet', status: 'True', reason, message };
  if (isOver) yield { type: plan.kind === 'fail' ? 'Failed' : 'Complete', status: 'True', reason, message };
}

/** Without the empty ones, as in Kubernetes' own encoding. */
function filled<T>(fields: Readonly<Record<string, T>>, isFilled: (value: T) => boolean): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => isFilled(value)));
}
