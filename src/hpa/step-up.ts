// The direct step upwards: to the size the metrics ask for, at once, from zero as well; slower only where the user's own scaleUp rules say so.
import type { HpaScalingRules } from '../api/hpa-behavior.ts';
import { scaleUpLimit, scaleUpRules, toleranceOf } from './behavior.ts';
import { type ObservedMetric, replicasForMetrics } from './desired-replicas.ts';
import type { LimitReason } from './recommend.ts';
import { stabilize } from './stabilization.ts';
import { EMPTY_STATE, type HpaState, recordRecommendation, startingFrom } from './state.ts';

export interface StepUpInput {
  readonly nowMs: number;
  /** What the target's scale asks for now; 0 is allowed. */
  readonly currentReplicas: number;
  /** Pods that are Ready; only targets of type Value need it, and the current size stands for it. */
  readonly readyReplicas?: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly ObservedMetric[];
  /** The user's behavior.scaleUp. Only what is written in it slows the step: Kubernetes' default policies do not. */
  readonly scaleUp?: HpaScalingRules | undefined;
  readonly tolerance?: number;
}

export interface StepUp {
  /** Never below the current size (a size above the maximum is left to the HPA), never below max(1, minReplicas). */
  readonly desiredReplicas: number;
  /** The metric that asked for the most; absent when none could be read. */
  readonly metric?: string;
  readonly missing: readonly string[];
  readonly limitedBy?: LimitReason | 'ScaleUpStabilized';
  readonly state: HpaState;
}

/** Pure. For a target that should be awake: from zero it goes to max(1, minReplicas) at least, whatever the policies say, as KEDA's activation does. */
export function stepUp(input: StepUpInput, before: HpaState = EMPTY_STATE): StepUp {
  const { nowMs, currentReplicas: current, maxReplicas, scaleUp } = input;
  const awake = Math.max(1, input.minReplicas);
  const replicas = { spec: current, status: current, ready: input.readyReplicas ?? current };
  const known = input.metrics.filter((metric) => metric.value !== undefined);
  const missing = input.metrics.filter((metric) => metric.value === undefined).map((metric) => metric.name);
  const demand = replicasForMetrics(known, replicas, {
    up: toleranceOf(scaleUp, input.tolerance),
    down: 0,
  });
  if (demand.kind === 'unknown') {
    return { desiredReplicas: Math.max(current, awake), missing, state: before };
  }

  const rules = scaleUpRules(scaleUp);
  const { stabilizationMs } = rules;
  const state = startingFrom(before, current, nowMs);
  const stable = stabilize(demand.replicas, current, state, { nowMs, upMs: stabilizationMs, downMs: 0 });
  const hasRate = scaleUp?.policies !== undefined || scaleUp?.selectPolicy !== undefined;
  const limit = hasRate ? scaleUpLimit(current, rules, state, nowMs) : Number.POSITIVE_INFINITY;
  const desiredReplicas = Math.max(current, awake, Math.min(stable, limit, maxReplicas));
  const limitedBy = limitOf(demand.replicas, desiredReplicas, { stable, limit, maxReplicas });
  return {
    desiredReplicas,
    metric: demand.metric,
    missing,
    ...(limitedBy === undefined ? {} : { limitedBy }),
    state: recordRecommendation(state, demand.replicas, nowMs, stabilizationMs),
  };
}

/** What kept the step below `wanted`: the tightest of the three. */
function limitOf(
  wanted: number,
  desired: number,
  bounds: { readonly stable: number; readonly limit: number; readonly maxReplicas: number },
): StepUp['limitedBy'] {
  if (desired >= wanted) return undefined;
  const tightest = Math.min(bounds.stable, bounds.limit, bounds.maxReplicas);
  if (tightest === bounds.maxReplicas) return 'TooManyReplicas';
  return tightest === bounds.limit ? 'ScaleUpLimit' : 'ScaleUpStabilized';
}
