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
  // The target of a trigger that a formula uses says nothing.
  const isJudged = !decision.composite || state.metric === decision.composite.metric;
  const fallback = decision.inFallback.includes(state.metric) ? policy.fallback : undefined;
  return triggerLine(state, now, {
    wants: isJudged ? (value, compared) => wantedBy(value, compared, seen) : undefined,
    standsIn: fallback && fallbackReplicas(fallback, seen.replicas),
  });
}

interface Compared {
  readonly target: number;
  readonly type: 'AverageValue' | 'Value';
}

interface Judgement {
  /** What a value asks for; undefined where it is not compared with its target. */
  readonly wants: ((value: number, compared: Compared) => number) | undefined;
  /** What a failed trigger is taken to ask for. */
  readonly standsIn: number | undefined;
}

export function triggerLine(state: TriggerState, now: number, { wants, standsIn }: Judgement): TriggerLine {
  const { metric, target, type } = state;
  const compared = wants && target !== undefined && type !== undefined ? { target, type } : undefined;
  if (state.kind === 'failed') {
    const common = { metric, ...compared, message: state.message };
    return standsIn === undefined
      ? { ...common, state: 'failing' }
      : { ...common, state: 'fallback', wants: standsIn, active: true };
  }
  return {
    metric,
    state: 'value',
    value: state.value,
    ...compared,
    ...(wants && compared ? { wants: wants(state.value, compared) } : {}),
    active: state.isActive,
    ageSeconds: Math.max(0, Math.round((now - state.at) / 1_000)),
  };
}

/** Without tolerance: what the queue is worth in replicas. */
function wantedBy(
  value: number,
  { target, type }: Compared,
  { replicas, readyReplicas }: DecisionRecord['seen'],
): number {
  const counts = { spec: replicas, status: replicas, ready: readyReplicas ?? replicas };
  return replicasForMetric({ type, target, value }, counts, { up: 0, down: 0 });
}

/** `s0-redis-orders says 42, at 10 a replica`, for a sentence. */
export function saying({ metric, value, target, type, state }: TriggerLine, each = 'a replica'): string {
  if (state === 'fallback') return `${metric} cannot be read and its fallback is in force`;
  if (value === undefined) return `${metric} cannot be read`;
  if (target === undefined) return `${metric} says ${amount(value)}`;
  return type === 'Value'
    ? `${metric} says ${amount(value)} where ${amount(target)} is wanted`
    : `${metric} says ${amount(value)}, at ${amount(target)} ${each}`;
}
