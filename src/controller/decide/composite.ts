// The metric that a formula computes of all triggers (KEDA: scalingModifiers), and what stands in for it while a trigger cannot be read.
import { COMPOSITE_METRIC } from '../../api/names.ts';
import { FormulaError } from '../../formula/formula-error.ts';
import { fallbackReplicas, fallbackValue, isInFallback } from './fallback.ts';
import type { Observation, TriggerState } from './observation.ts';
import type { CompositePolicy, ScalingPolicy } from './policy.ts';

type Seen = Pick<Observation, 'now' | 'replicas' | 'readyReplicas' | 'triggers'>;
type Failed = Extract<TriggerState, { kind: 'failed' }>;

/** What decides: the triggers themselves, or the one metric that the formula makes of them. */
export function metricsOf(policy: Pick<ScalingPolicy, 'composite' | 'fallback'>, seen: Seen): readonly TriggerState[] {
  return policy.composite ? [compositeState(policy.composite, policy.fallback, seen)] : seen.triggers;
}

/**
 * KEDA's rules: a trigger in fallback puts the whole in fallback, unless fallback.behavior is scalingModifiers: then it is nil to the
 * formula. A formula that gives nil gives way to the fallback. What is no finite number is no value: nothing scales by it.
 */
function compositeState(composite: CompositePolicy, fallback: ScalingPolicy['fallback'], seen: Seen): TriggerState {
  const { formula, names, target, type, activation } = composite;
  const used = seen.triggers.flatMap((state) => {
    const name = state.index === undefined ? undefined : names[state.index];
    return name !== undefined && formula.uses.has(name) ? [{ name, state }] : [];
  });
  const failed = (message: string, cause?: Failed): TriggerState => {
    const { failures = 0, code = 'SOURCE_ANSWER' } = cause ?? {};
    return { kind: 'failed', metric: COMPOSITE_METRIC, failures, code, message, target, type };
  };
  const mayBeNil = fallback?.behavior === 'scalingModifiers';
  const failures = used.flatMap(({ state }) => (state.kind === 'failed' ? [state] : []));
  const decisive = mayBeNil
    ? failures.find((state) => !isInFallback(state, fallback))
    : failures.toSorted((a, b) => b.failures - a.failures)[0];
  if (decisive) return failed(decisive.message, decisive);
  const twice = used.find(({ name }, i) => used.findIndex((other) => other.name === name) !== i);
  if (twice) return failed(`the trigger ${JSON.stringify(twice.name)} has several metrics: a formula needs one`);

  const values = new Map(used.map(({ name, state }) => [name, state.kind === 'value' ? state.value : undefined]));
  try {
    const result = formula.evaluate((name) => values.get(name), seen.now) ?? nilValue(composite, fallback, seen);
    if (result === undefined) return failed('the formula gives nil, and there is no fallback for it');
    if (!Number.isFinite(result))
      return failed(`the formula gives ${result}, which is no number to scale by: does it divide by zero?`);
    const at = Math.min(seen.now, ...used.flatMap(({ state }) => (state.kind === 'value' ? [state.at] : [])));
    // KEDA cuts off what is finer than a thousandth; an HPA takes nothing below zero.
    const value = Math.max(0, Math.trunc(result * 1_000) / 1_000);
    return { kind: 'value', metric: COMPOSITE_METRIC, value, isActive: result > activation, target, type, at };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return failed(`the formula cannot be computed: ${error.message}`);
  }
}

function nilValue(metric: CompositePolicy, fallback: ScalingPolicy['fallback'], seen: Seen): number | undefined {
  if (!fallback) return undefined;
  const ready = seen.replicas === 0 ? 1 : (seen.readyReplicas ?? seen.replicas);
  return fallbackValue(metric, fallbackReplicas(fallback, seen.replicas), ready);
}
