// One look of a HorizontalPodAutoscaler, as Kubernetes' own controller takes it: metrics and memory in, a size and memory out.
import type { HpaBehavior } from '../api/hpa-behavior.ts';
import {
  DEFAULT_SCALE_DOWN_WINDOW_MS,
  scaleDownLimit,
  scaleDownRules,
  scaleUpLimit,
  scaleUpRules,
  tolerancesOf,
} from './behavior.ts';
import { type ObservedMetric, type ReplicaCounts, replicasForMetrics } from './desired-replicas.ts';
import { highestRecent, stabilize } from './stabilization.ts';
import { type HpaState, recordRecommendation, startingFrom } from './state.ts';

export interface RecommendInput {
  readonly nowMs: number;
  readonly replicas: ReplicaCounts;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly ObservedMetric[];
  /** Undefined is not the same as empty: without it Kubernetes uses older, slightly different rules. */
  readonly behavior?: HpaBehavior | undefined;
  /** For directions without a tolerance of their own; Kubernetes: --horizontal-pod-autoscaler-tolerance, 0.1. */
  readonly tolerance?: number;
  /** Kubernetes: --horizontal-pod-autoscaler-downscale-stabilization, five minutes. */
  readonly scaleDownWindowMs?: number;
}

export type LimitReason = 'TooManyReplicas' | 'TooFewReplicas' | 'ScaleUpLimit' | 'ScaleDownLimit';
export type StabilizedReason = 'ScaleUpStabilized' | 'ScaleDownStabilized';

export interface Recommendation {
  /** The present size whenever nothing should change. */
  readonly desiredReplicas: number;
  /**
   * Why: `ScalingDisabled` at zero replicas; `AboveMaximum` and `BelowMinimum` correct a size without asking metrics;
   * `MetricsMissing` holds; the rest is what the metrics say after stabilization and limits.
   */
  readonly reason:
    | 'ScalingDisabled'
    | 'AboveMaximum'
    | 'BelowMinimum'
    | 'MetricsMissing'
    | 'AboveTarget'
    | 'BelowTarget'
    | 'OnTarget';
  /** The metric that asked for the most. */
  readonly metric?: string;
  /** Metrics without a value. */
  readonly missing: readonly string[];
  readonly stabilizedBy?: StabilizedReason;
  readonly limitedBy?: LimitReason;
  /** Hand it to the next look; after a successful write, through `recordScale` first. */
  readonly state: HpaState;
}

/** False when the present size alone says what to do: nothing at zero, into the bounds when outside. */
export function asksMetrics(current: number, minReplicas: number, maxReplicas: number): boolean {
  return current > 0 && current >= minReplicas && current <= maxReplicas;
}

/** Pure: the same input and state give the same answer. The answer lies within [minReplicas, maxReplicas] unless a policy forbids the way there. */
export function recommend(input: RecommendInput, before: HpaState): Recommendation {
  const { nowMs, replicas, minReplicas, maxReplicas, metrics, behavior } = input;
  const current = replicas.spec;
  const state = startingFrom(before, current, nowMs);
  const hold = { desiredReplicas: current, missing: [], state };
  if (current === 0) return { ...hold, reason: 'ScalingDisabled' };
  if (current > maxReplicas) return { ...hold, desiredReplicas: maxReplicas, reason: 'AboveMaximum' };
  if (current < minReplicas) return { ...hold, desiredReplicas: minReplicas, reason: 'BelowMinimum' };

  const demand = replicasForMetrics(metrics, replicas, tolerancesOf(behavior, input.tolerance));
  if (demand.kind === 'unknown') return { ...hold, missing: demand.missing, reason: 'MetricsMissing' };

  const step = behavior === undefined ? stepByDefault : stepByBehavior;
  const { desiredReplicas, stable, limitedBy, keepMs } = step(demand.replicas, input, behavior ?? {}, state);
  return {
    desiredReplicas,
    reason: demand.replicas > current ? 'AboveTarget' : demand.replicas < current ? 'BelowTarget' : 'OnTarget',
    metric: demand.metric,
    missing: demand.missing,
    ...(stable === demand.replicas
      ? {}
      : {
          stabilizedBy:
            behavior !== undefined && demand.replicas >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
        }),
    ...(limitedBy === undefined || desiredReplicas === stable ? {} : { limitedBy }),
    state: recordRecommendation(state, demand.replicas, nowMs, keepMs),
  };
}

interface Step {
  readonly desiredReplicas: number;
  readonly stable: number;
  readonly limitedBy?: LimitReason;
  readonly keepMs: number;
}

function stepByDefault(wanted: number, input: RecommendInput, _behavior: HpaBehavior, state: HpaState): Step {
  const keepMs = input.scaleDownWindowMs ?? DEFAULT_SCALE_DOWN_WINDOW_MS;
  const stable = highestRecent(wanted, state, keepMs, input.nowMs);
  const rateLimit = Math.max(2 * input.replicas.spec, 4);
  if (stable < input.minReplicas) {
    return { desiredReplicas: input.minReplicas, stable, limitedBy: 'TooFewReplicas', keepMs };
  }
  const limitedBy = input.maxReplicas > rateLimit ? 'ScaleUpLimit' : 'TooManyReplicas';
  return { desiredReplicas: Math.min(stable, rateLimit, input.maxReplicas), stable, limitedBy, keepMs };
}

function stepByBehavior(wanted: number, input: RecommendInput, behavior: HpaBehavior, state: HpaState): Step {
  const { nowMs, minReplicas, maxReplicas } = input;
  const current = input.replicas.spec;
  const up = scaleUpRules(behavior.scaleUp);
  const down = scaleDownRules(behavior.scaleDown, input.scaleDownWindowMs);
  const keepMs = Math.max(up.stabilizationMs, down.stabilizationMs);
  const stable = stabilize(wanted, current, state, { nowMs, upMs: up.stabilizationMs, downMs: down.stabilizationMs });
  if (stable > current) {
    const limit = scaleUpLimit(current, up, state, nowMs);
    const limitedBy = maxReplicas > limit ? 'ScaleUpLimit' : 'TooManyReplicas';
    return { desiredReplicas: Math.min(stable, limit, maxReplicas), stable, limitedBy, keepMs };
  }
  const limit = scaleDownLimit(current, down, state, nowMs);
  const limitedBy = minReplicas < limit ? 'ScaleDownLimit' : 'TooFewReplicas';
  return { desiredReplicas: Math.max(stable, limit, minReplicas), stable, limitedBy, keepMs };
}
