// Is a rollout getting anywhere? The condition Progressing of a Deployment, and its deadline. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
import { timestamp } from '../node-agent/pod.ts';
import { type Condition, findCondition, withCondition, withoutCondition } from './conditions.ts';
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  type ReplicaSet,
  replicasOf,
} from './workload-objects.ts';

/** The largest int32: Kubernetes takes it for no deadline at all. */
const NO_DEADLINE_S = 2 ** 31 - 1;

const CONDITIONS = {
  paused: { status: 'Unknown', reason: 'DeploymentPaused', what: 'is paused' },
  resumed: { status: 'Unknown', reason: 'DeploymentResumed', what: 'is resumed' },
  begun: { status: 'True', reason: 'NewReplicaSetCreated', what: 'was created' },
  moving: { status: 'True', reason: 'ReplicaSetUpdated', what: 'is progressing' },
  complete: { status: 'True', reason: 'NewReplicaSetAvailable', what: 'has all its replicas available' },
  stuck: { status: 'False', reason: 'ProgressDeadlineExceeded', what: 'made no progress before its deadline' },
} as const;
type Progress = keyof typeof CONDITIONS;

/** All replicas are of the newest template and available, and the controller has seen the newest spec. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** The Deployment's conditions with Progressing as these new counts make it. */
export function withProgress(
  deployment: Deployment,
  counts: DeploymentStatus,
  current: ReplicaSet | undefined,
  nowMs: number,
): readonly DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? [];
  const deadlineMs = deadlineOf(deployment);
  if (deadlineMs === undefined) return withoutCondition(conditions, 'Progressing');
  const was = findCondition(conditions, 'Progressing');
  const progress = progressOf(deployment, counts, was, nowMs - deadlineMs);
  if (progress === undefined) return conditions;
  const subject = current === undefined ? deployment : current;
  const { status, reason, what } = CONDITIONS[progress];
  const next = { type: 'Progressing', status, reason, message: `${subject.kind} ${subject.metadata.name} ${what}` };
  // Each movement starts the deadline anew, also when status and reason stay.
  return progress === 'moving' ? updated(conditions, next, nowMs) : withUpdated(conditions, next, nowMs);
}

/** The condition in place, with `lastUpdateTime`; a new message alone changes nothing, as in Kubernetes. */
export function withUpdated(
  conditions: readonly DeploymentCondition[],
  next: Condition,
  nowMs: number,
): readonly DeploymentCondition[] {
  const was = findCondition(conditions, next.type);
  return was?.status === next.status && was.reason === next.reason ? conditions : updated(conditions, next, nowMs);
}

/** How long until the rollout counts as stuck, in milliseconds; undefined when it can't. */
export function progressDeadlineInMs(
  deployment: Deployment,
  status: DeploymentStatus,
  nowMs: number,
): number | undefined {
  const progressing = findCondition(status.conditions, 'Progressing');
  const deadlineMs = deadlineOf(deployment);
  if (deadlineMs === undefined || progressing === undefined || deployment.spec.paused) return undefined;
  if (isComplete(deployment, status) || progressing.reason === CONDITIONS.stuck.reason) return undefined;
  // One second more, because lastUpdateTime has whole seconds.
  return Math.max(0, updatedMs(progressing) + deadlineMs - nowMs) + 1000;
}

/** Undefined when nothing is to be said that isn't said already. */
function progressOf(
  deployment: Deployment,
  counts: DeploymentStatus,
  was: DeploymentCondition | undefined,
  stuckBeforeMs: number,
): Progress | undefined {
  if (deployment.spec.paused) return was?.reason === CONDITIONS.stuck.reason ? undefined : 'paused';
  if (was?.reason === CONDITIONS.paused.reason) return 'resumed';
  if (isComplete(deployment, counts)) return 'complete';
  if (was === undefined) return 'begun';
  const wasComplete = was.reason === CONDITIONS.complete.reason;
  // After a completed rollout, a pod that comes or goes is no new rollout.
  if (wasComplete && counts.replicas === counts.updatedReplicas) return undefined;
  if (hasMoved(deployment.status ?? {}, counts)) return 'moving';
  return !wasComplete && updatedMs(was) < stuckBeforeMs ? 'stuck' : undefined;
}

/** More pods of the new template, fewer of the old, more Ready or more available than before. */
function hasMoved(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const grew = (field: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas'): boolean =>
    (now[field] ?? 0) > (before[field] ?? 0);
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return grew('updatedReplicas') || grew('readyReplicas') || grew('availableReplicas') || old(now) < old(before);
}

function updated(
  conditions: readonly DeploymentCondition[],
  next: Condition,
  nowMs: number,
): readonly DeploymentCondition[] {
  return withCondition(conditions, next, nowMs).map((condition) =>
    condition.type === next.type ? { ...condition, lastUpdateTime: timestamp(nowMs) } : condition,
  );
}

function deadlineOf({ spec: { progressDeadlineSeconds = 600 } }: Deployment): number | undefined {
  return progressDeadlineSeconds === NO_DEADLINE_S ? undefined : progressDeadlineSeconds * 1000;
}

function updatedMs(condition: DeploymentCondition): number {
  return Date.parse(condition.lastUpdateTime ?? condition.lastTransitionTime ?? '') || 0;
}
