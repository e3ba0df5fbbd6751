// What a Job needs now: pods to start, pods to end, or its end. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/job/
import type { Pod } from '../node-agent/pod.ts';
import { findCondition } from './conditions.ts';
import { completionsOf, type Job } from './job-object.ts';
import type { Tally } from './job-tally.ts';
import { isActive, restarts } from './pod-lifecycle.ts';
import { chooseVictims } from './victims.ts';

export type JobPlan =
  /** Start pods; look again when time alone changes the plan. */
  | { readonly kind: 'run'; readonly create: number; readonly againInMs?: number }
  /** Too many pods; their end is not a failure. */
  | { readonly kind: 'shrink' | 'suspend'; readonly remove: readonly Pod[] }
  /** Over without success: all pods go, and once they are counted, the Job says why. */
  | { readonly kind: 'fail'; readonly remove: readonly Pod[]; readonly reason: string; readonly message: string }
  | { readonly kind: 'complete'; readonly reason: string; readonly message: string };

const BACKOFF_MAX_MS = 600_000;
/** The most pods that one reconcile creates, as in Kubernetes. */
const BURST = 500;

/** `backoffMs` is the wait after the first failed pod; it doubles with each further one. Kubernetes: 10 s. */
export function planJob(
  job: Job,
  pods: readonly Pod[],
  tally: Tally,
  options: { readonly nowMs: number; readonly backoffMs?: number | undefined },
): JobPlan {
  const active = pods.filter(isActive);
  const deadlineInMs = deadlineLeftMs(job, options.nowMs);
  const failure = failureOf(job, tally, active, deadlineInMs);
  if (failure !== undefined) return { kind: 'fail', remove: active, ...failure };
  if (job.spec.suspend) return { kind: 'suspend', remove: active };

  const succeeded = tally.succeeded + tally.uncounted.succeeded.length;
  const completions = completionsOf(job);
  const isDone = succeeded >= (completions ?? 1);
  if (isDone && active.length === 0) {
    const message = `${succeeded} pods succeeded, ${completions ?? 'at least one'} wanted`;
    return { kind: 'complete', reason: 'CompletionsReached', message };
  }
  const wanted = wantedActive(job, succeeded, active.length);
  if (active.length > wanted) return { kind: 'shrink', remove: chooseVictims(active, active.length - wanted) };
  const missing = Math.min(BURST, wanted - active.length);
  const waitMs = missing > 0 ? backoffLeftMs(pods, options.nowMs, options.backoffMs ?? 10_000) : 0;
  const againInMs = Math.min(deadlineInMs ?? Number.POSITIVE_INFINITY, waitMs || Number.POSITIVE_INFINITY);
  return { kind: 'run', create: waitMs > 0 ? 0 : missing, ...(Number.isFinite(againInMs) ? { againInMs } : {}) };
}

/** Never more than parallelism, nor than successes still wanted; a work queue takes no new pods after its first success. */
function wantedActive(job: Job, succeeded: number, active: number): number {
  const { parallelism = 1 } = job.spec;
  const completions = completionsOf(job);
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.min(parallelism, Math.max(0, completions - succeeded));
}

function failureOf(
  { spec, status }: Job,
  tally: Tally,
  active: readonly Pod[],
  deadlineInMs: number | undefined,
): { readonly reason: string; readonly message: string } | undefined {
  const decided = findCondition(status?.conditions, 'FailureTarget');
  if (decided?.status === 'True') return { reason: decided.reason ?? '', message: decided.message ?? '' };
  const { backoffLimit = 6, activeDeadlineSeconds, template } = spec;
  const failed = tally.failed + tally.uncounted.failed.length;
  // With OnFailure a container starts again in its pod: its restarts are the failures.
  const restarted =
    template.spec.restartPolicy === 'OnFailure' ? active.reduce((sum, pod) => sum + restarts(pod), 0) : 0;
  if (failed > backoffLimit || restarted > Math.max(0, backoffLimit - 1)) {
    const message = `${failed} failed pods and ${restarted} restarts; backoffLimit is ${backoffLimit}`;
    return { reason: 'BackoffLimitExceeded', message };
  }
  if (deadlineInMs !== 0) return undefined;
  return { reason: 'DeadlineExceeded', message: `longer active than activeDeadlineSeconds, ${activeDeadlineSeconds}` };
}

/** 0 when it has passed, undefined when there is none. */
function deadlineLeftMs({ spec, status }: Job, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend || status?.startTime === undefined) return undefined;
  return Math.max(0, Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - nowMs);
}

/** How long the next pod still has to wait after the latest failures in a row. */
function backoffLeftMs(pods: readonly Pod[], nowMs: number, backoffMs: number): number {
  const ends = (phase: 'Succeeded' | 'Failed'): readonly number[] =>
    pods.filter((pod) => pod.status?.phase === phase).map(endedMs);
  const lastSuccess = Math.max(0, ...ends('Succeeded'));
  const failures = ends('Failed').filter((at) => at > lastSuccess);
  if (failures.length === 0) return 0;
  const delayMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2 ** Math.min(failures.length - 1, 30));
  return Math.max(0, Math.max(...failures) + delayMs - nowMs);
}

function endedMs(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map((c) => Date.parse(c.state.terminated?.finishedAt ?? '') || 0);
  return Math.max(Date.parse(pod.metadata.creationTimestamp ?? '') || 0, ...ends);
}
