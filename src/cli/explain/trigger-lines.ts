// One line for each metric: what it said, how long ago, and how many replicas it asks for by itself.
import { fallbackReplicas } from '../../controller/decide/fallback.ts';
import type { TriggerState } from '../../controller/decide/observation.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import { replicasForMetric } from '../../hpa/desired-replicas.ts';
import type { TriggerLine } from './explanation.ts';
import { amount } from './wording.ts';

/** The metrics that decide first: with a formula that is the one it computes. */
export function triggerLines(record: DecisionRecord, now: number): readonly TriggerLine[] {
  const { decision, seen } = record;
  const states = decision.composite ? [decision.composite, ...seen.triggers] : seen.triggers;
  return states.map((state) => line(state, record, now));
}

function line(state: TriggerState, { decision, seen, policy }: DecisionRecord, now: number): TriggerLine {
  const { metric, target, type } = state;
  // The target of a trigger that a formula uses says nothing.
  const isJudged = !decision.composite || state.metric === decision.composite.metric;
  const judged = isJudged && target !== undefined && type !== undefined ? { target, type } : undefined;
  if (state.kind === 'failed') {
    const stands = decision.inFallback.includes(metric) ? policy.fallback : undefined;
    const common = { metric, ...judged, message: state.message };
    return stands
      ? { ...common, state: 'fallback', wants: fallbackReplicas(stands, seen.replicas), active: true }
      : { ...common, state: 'failing' };
  }
  return {
    metric,
    state: 'value',
    value: state.value,
    ...judged,
    ...(judged ? { wants: wantedBy(state.value, judged, seen) } : {}),
    active: state.isActive,
    ageSeconds: Math.max(0, Math.round((now - state.at) / 1_000)),
  };
}

/** Without tolerance: what the queue is worth in replicas. */
function wantedBy(
  value: number,
  { target, type }: { readonly target: number; readonly type: 'AverageValue' | 'Value' },
  { replicas, readyReplicas }: DecisionRecord['seen'],
): number {
  const counts = { spec: replicas, status: replicas, ready: readyReplicas ?? replicas };
  return replicasForMetric({ type, target, value }, counts, { up: 0, down: 0 });
}

/** `s0-redis-orders says 42 at 10 a replica`, for a sentence. */
export function saying({ metric, value, target, type, state }: TriggerLine): string {
  if (state === 'fallback') return `${metric} cannot be read and its fallback is in force`;
  if (value === undefined) return `${metric} cannot be read`;
  if (target === undefined) return `${metric} says ${amount(value)}`;
  return type === 'Value'
    ? `${metric} says ${amount(value)} where ${amount(target)} is wanted`
    : `${metric} says ${amount(value)}, at ${amount(target)} a replica`;
}
