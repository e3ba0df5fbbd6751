// The heart: from what is wanted and what is seen to what is done. No I/O, no clock, no logger: `now` is data.
// The rules are KEDA's (its scale executor), with the differences that docs/migrating-from-keda.md lists.
import { metricsOf } from './composite.ts';
import { cooldownEnd } from './cooldown.ts';
import { demand } from './demand.ts';
import { isInFallback } from './fallback.ts';
import { nextLookInMs } from './looks.ts';
import type { Observation, TriggerState } from './observation.ts';
import type { ScalingPolicy } from './policy.ts';
import type { HpaState } from '../../hpa/state.ts';
import type { StepUp } from '../../hpa/step-up.ts';

/** Why; also the metric label, and what `sluice explain` shows. */
export type Reason =
  | 'Paused'
  | 'Activated'
  | 'Raised'
  | 'Active'
  | 'ScaleOutPaused'
  | 'SourceUnknown'
  | 'CoolingDown'
  | 'ScaleInPaused'
  | 'Deactivated'
  | 'RaisedToMin'
  | 'Idle';

export interface Decision {
  readonly reason: Reason;
  /** Present only when /scale must be written; never the present size. */
  readonly scaleTo?: number;
  /** Whether a trigger wants the target awake; Unknown when one that might cannot be read. */
  readonly active: 'True' | 'False' | 'Unknown';
  readonly lastActiveAt: number | undefined;
  /** In (0, pollingIntervalMs]. */
  readonly checkAgainInMs: number;
  /** Metrics that stand in fallback. */
  readonly inFallback: readonly string[];
  /** Metrics that cannot be read and have no fallback in force. */
  readonly failing: readonly string[];
  /** What the formula made of the triggers, where there is one: it decided instead of them. */
  readonly composite?: TriggerState;
  /** Where the step went and what held it back, when one was computed. */
  readonly demand?: Pick<StepUp, 'desiredReplicas' | 'metric' | 'limitedBy'>;
  readonly history: HpaState;
}

type Action = Pick<Decision, 'reason'> &
  Partial<Pick<Decision, 'scaleTo' | 'demand' | 'history'>> & {
    /** When to look, if that is earlier than the next regular look. */
    readonly checkAt?: number;
  };

export function decide(policy: ScalingPolicy, seen: Observation): Decision {
  const metrics = metricsOf(policy, seen);
  const { active, inFallback, failing } = judge(policy, seen, metrics);
  const { checkAt, scaleTo = seen.replicas, ...done } = actionFor(active, policy, seen, metrics);
  const regularInMs = nextLookInMs(seen.now, intervalMs(policy, scaleTo), seen.phaseMs);
  return {
    history: seen.history,
    ...done,
    ...(scaleTo === seen.replicas ? {} : { scaleTo }),
    active,
    lastActiveAt: active === 'True' ? seen.now : seen.lastActiveAt,
    checkAgainInMs: checkAt === undefined ? regularInMs : Math.min(regularInMs, checkAt - seen.now),
    inFallback,
    failing,
    ...(policy.composite && metrics[0] ? { composite: metrics[0] } : {}),
  };
}

/** Whether the target should be awake, and which metrics say nothing about it. */
function judge(
  policy: ScalingPolicy,
  { triggers }: Observation,
  metrics: readonly TriggerState[],
): Pick<Decision, 'active' | 'inFallback' | 'failing'> {
  const failed = [...new Set([...triggers, ...metrics])].filter(({ kind }) => kind === 'failed');
  const isStoodInFor = (state: TriggerState): boolean => isInFallback(state, policy.fallback);
  const inFallback = failed.filter(isStoodInFor).map(({ metric }) => metric);
  const failing = failed.map(({ metric }) => metric).filter((metric) => !inFallback.includes(metric));
  const isActive =
    policy.isForcedActive ||
    // KEDA: an object with cpu and memory triggers only is always active.
    metrics.length === 0 ||
    metrics.some((state) => (state.kind === 'value' ? state.isActive : isStoodInFor(state)));
  if (policy.pause.kind !== 'running') return { active: 'Unknown', inFallback, failing };
  // Unknown is not inactive: one that cannot be read might want the target awake.
  const isUnknown = metrics.some(({ metric }) => failing.includes(metric));
  return { active: isActive ? 'True' : isUnknown ? 'Unknown' : 'False', inFallback, failing };
}

function actionFor(
  active: Decision['active'],
  policy: ScalingPolicy,
  seen: Observation,
  metrics: readonly TriggerState[],
): Action {
  if (policy.pause.kind !== 'running') return whilePaused(policy);
  switch (active) {
    case 'True':
      return whileActive(policy, seen, metrics);
    case 'Unknown':
      return { reason: 'SourceUnknown' };
    case 'False':
      return whileInactive(policy, seen);
  }
}

/** KEDA: paused-replicas brings the target to that number; paused leaves it alone. */
function whilePaused({ pause }: ScalingPolicy): Action {
  return { reason: 'Paused', ...(pause.kind === 'paused-at' ? { scaleTo: pause.replicas } : {}) };
}

function whileActive(policy: ScalingPolicy, seen: Observation, metrics: readonly TriggerState[]): Action {
  const awake = Math.max(1, policy.minReplicas);
  const sleeps = seen.replicas === 0 || (policy.idleReplicas !== undefined && seen.replicas < policy.minReplicas);
  const mayScaleOut = policy.pause.kind === 'running' && policy.pause.scaleOut === 'allowed';
  if (!mayScaleOut) return { reason: sleeps ? 'ScaleOutPaused' : 'Active' };
  if (policy.scaleUp === 'HPA') return sleeps ? { reason: 'Activated', scaleTo: awake } : { reason: 'Active' };
  const { desiredReplicas, metric, limitedBy, state } = demand(policy, seen, metrics);
  const step = {
    history: state,
    demand: {
      desiredReplicas,
      ...(metric === undefined ? {} : { metric }),
      ...(limitedBy === undefined ? {} : { limitedBy }),
    },
  };
  if (desiredReplicas <= seen.replicas) return { reason: 'Active', ...step };
  return { reason: sleeps ? 'Activated' : 'Raised', scaleTo: desiredReplicas, ...step };
}

/** Every trigger answered, and none is active. Between the maximum and one replica the way down is the HPA's. */
function whileInactive(policy: ScalingPolicy, seen: Observation): Action {
  const { minReplicas, idleReplicas, pause } = policy;
  const floor = idleReplicas ?? minReplicas;
  const mayRest = idleReplicas === undefined ? minReplicas === 0 : true;
  if (seen.replicas > floor && mayRest) {
    if (pause.kind === 'running' && pause.scaleIn === 'paused') return { reason: 'ScaleInPaused' };
    const end = cooldownEnd(policy, seen);
    return seen.now < end ? { reason: 'CoolingDown', checkAt: end } : { reason: 'Deactivated', scaleTo: floor };
  }
  if (idleReplicas === undefined && seen.replicas < minReplicas) return { reason: 'RaisedToMin', scaleTo: minReplicas };
  return { reason: 'Idle' };
}

function intervalMs(policy: ScalingPolicy, replicas: number): number {
  return replicas > 0 && policy.pause.kind === 'running' ? policy.awakeIntervalMs : policy.pollingIntervalMs;
}
