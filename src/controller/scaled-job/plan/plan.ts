// How many Jobs to start: KEDA's strategies over what the triggers say. No I/O, no clock, no logger: `now` is data.
import { nextLookInMs } from '../../decide/looks.ts';
import type { TriggerState } from '../../decide/observation.ts';
import type { JobCount } from './count.ts';
import type { JobPolicy } from './policy.ts';
import { type Queue, queueOf } from './queue.ts';
import { effectiveMaxOf } from './strategies.ts';

/** Why; also the metric label, and what `sluice explain` shows. */
export type JobReason =
  | 'Paused'
  /** Fewer Jobs than minReplicaCount: they come first. */
  | 'RaisedToMin'
  | 'Created'
  /** As many Jobs as are allowed. A Job that ends is worth a look. */
  | 'AtMaximum'
  /** The Jobs that are there are enough for what waits. */
  | 'Served'
  | 'SourceUnknown'
  | 'Idle';

export interface JobObservation {
  readonly now: number;
  /** Undefined: no trigger was ever seen active. */
  readonly lastActiveAt: number | undefined;
  /** Every trigger, one that cannot even be put to use as failed. */
  readonly triggers: readonly TriggerState[];
  /** Of countJobs, which says in what order the Jobs and the triggers are to be looked at. */
  readonly jobs: JobCount;
  /** This object's moment within an interval. */
  readonly phaseMs: number;
}

export interface JobPlan {
  readonly reason: JobReason;
  /** Jobs to create now. */
  readonly create: number;
  /** Whether a trigger has work; True as well while minReplicaCount is above zero (KEDA); Unknown when one that might cannot be read. */
  readonly active: 'True' | 'False' | 'Unknown';
  readonly lastActiveAt: number | undefined;
  /** Of all active triggers together. */
  readonly queueLength: number;
  /** KEDA's two numbers of a look: the events that wait, and the Jobs that they ask for within the room. */
  readonly scaleTo: number;
  readonly maxScale: number;
  /** What the strategy leaves of maxScale. */
  readonly effectiveMax: number;
  /** Metrics that stand in fallback. */
  readonly inFallback: readonly string[];
  /** Metrics that cannot be read and have no fallback in force: they were left out. */
  readonly failing: readonly string[];
  /** In (0, pollingIntervalMs]. The triggers are to be read then. */
  readonly checkAgainInMs: number;
}

/** When the minimum has been filled, what waits beyond it is seen to at once. */
const AT_ONCE_MS = 1000;

export function planJobs(policy: JobPolicy, seen: JobObservation): JobPlan {
  const { jobs, now, lastActiveAt } = seen;
  const queue = queueOf(policy, seen.triggers, jobs);
  const { inFallback, failing } = queue;
  const regularInMs = nextLookInMs(now, policy.pollingIntervalMs, seen.phaseMs);
  if (policy.isPaused) {
    const nothing = { create: 0, queueLength: 0, scaleTo: 0, maxScale: 0, effectiveMax: 0, inFallback, failing };
    return { ...nothing, reason: 'Paused', active: 'Unknown', lastActiveAt, checkAgainInMs: regularInMs };
  }
  const active = queue.isActive || policy.minJobs > 0 ? 'True' : failing.length > 0 ? 'Unknown' : 'False';
  const { scaleTo, effectiveMax } = scaleOf(policy, queue, jobs);
  const { queueLength, maxScale } = queue;
  const create = active === 'True' ? Math.min(scaleTo, effectiveMax) : 0;
  const reason = reasonFor(policy, seen, queue, create);
  const soonAt = soonerLookAt(reason, seen, maxScale);
  return {
    reason,
    create,
    active,
    queueLength,
    scaleTo,
    maxScale,
    effectiveMax,
    inFallback,
    failing,
    lastActiveAt: active === 'True' ? now : lastActiveAt,
    checkAgainInMs: soonAt === undefined ? regularInMs : Math.min(regularInMs, Math.max(AT_ONCE_MS, soonAt - now)),
  };
}

/** KEDA: the minimum comes first, and by itself. */
function scaleOf(policy: JobPolicy, queue: Queue, jobs: JobCount): Pick<JobPlan, 'scaleTo' | 'effectiveMax'> {
  const missing = policy.minJobs - jobs.running;
  if (missing > 0) return { scaleTo: missing, effectiveMax: missing };
  return {
    scaleTo: policy.strategy.kind === 'eager' ? policy.room : Math.ceil(queue.queueLength),
    effectiveMax: Math.max(0, effectiveMaxOf(policy, queue, jobs)),
  };
}

function reasonFor(
  { minJobs, maxJobs }: JobPolicy,
  { jobs }: JobObservation,
  { isActive, maxScale, failing }: Queue,
  create: number,
): JobReason {
  if (create > 0) return jobs.running < minJobs ? 'RaisedToMin' : 'Created';
  if (maxScale > 0) return jobs.running >= maxJobs ? 'AtMaximum' : 'Served';
  if (failing.length > 0) return 'SourceUnknown';
  return isActive ? 'Served' : 'Idle';
}

/** A Job that counts by caution alone may have kept others from being started. */
function soonerLookAt(reason: JobReason, { now, jobs }: JobObservation, maxScale: number): number | undefined {
  if (reason === 'RaisedToMin' && maxScale > 0) return now + AT_ONCE_MS;
  return maxScale > 0 && reason !== 'AtMaximum' ? jobs.settlesAt : undefined;
}
