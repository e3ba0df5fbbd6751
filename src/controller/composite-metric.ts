// Answers for the metric that a formula computes: every trigger that it may need, asked of the sampler at the same time.
import type { Clock } from '../async.ts';
import { COMPOSITE_METRIC } from '../api/names.ts';
import { MetricError } from '../errors.ts';
import type { ExternalMetric } from '../metrics-adapter/provider.ts';
import type { Binding } from './binding.ts';
import type { Bystander } from './bystander.ts';
import { metricsOf } from './decide/composite.ts';
import { fallbackReplicas, fallbackValue, isInFallback } from './decide/fallback.ts';
import type { Observation, TriggerState } from './decide/observation.ts';
import { freshnessMs, lastGoodMs, type ScalingPolicy } from './decide/policy.ts';
import type { DecisionLog } from './decisions.ts';
import { namesOf } from './object-key.ts';
import { sampleTriggers, stateOf } from './observe.ts';
import type { Sampler } from './sampler.ts';

export interface CompositeOptions {
  readonly clock: Clock;
  readonly sampler: Sampler;
  readonly decisions: DecisionLog;
  readonly bystander: Pick<Bystander, 'failures' | 'size'>;
}

type Size = Pick<Observation, 'replicas' | 'readyReplicas'>;

/** Throws a MetricError when there is nothing that the formula or the fallback gives. */
export type ReadComposite = (
  key: string,
  policy: ScalingPolicy,
  bindings: readonly Binding[],
  signal: AbortSignal,
) => Promise<ExternalMetric>;

export function createCompositeReader({ clock, sampler, decisions, bystander }: CompositeOptions): ReadComposite {
  /** A trigger that fails counts by its last good value for a while, unless its fallback is in force. */
  async function stateNow(
    key: string,
    policy: ScalingPolicy,
    binding: Binding,
    signal: AbortSignal,
  ): Promise<readonly TriggerState[]> {
    if (binding.kind !== 'polled') {
      return sampleTriggers(sampler, key, [binding], { maxAgeMs: Number.POSITIVE_INFINITY, signal });
    }
    const { metricName, useCachedMetrics } = binding;
    const maxAgeMs = freshnessMs(policy.pollingIntervalMs, useCachedMetrics);
    const sample = await sampler.sample(key, metricName, { maxAgeMs, signal });
    const state = stateOf(binding, sample);
    if (state.kind === 'value' || !sample || sample.ok) return [state];
    const failed = { ...state, failures: Math.max(state.failures, bystander.failures(key, metricName)) };
    const { last } = sample;
    const isGood = last && Math.abs(clock.now() - last.at) <= lastGoodMs(policy.pollingIntervalMs);
    return [isGood && !isInFallback(failed, policy.fallback) ? stateOf(binding, { ok: true, ...last }) : failed];
  }

  /** Only the fallback, and what a nil gives way to, depend on it. */
  async function sizeFor(key: string, isNeeded: boolean, signal: AbortSignal): Promise<Size> {
    const size = isNeeded ? (decisions.get(namesOf(key))?.seen ?? (await bystander.size(key, signal))) : undefined;
    return size ?? { replicas: 0, readyReplicas: undefined };
  }

  function standIn(policy: ScalingPolicy, failed: TriggerState, size: Size): number | undefined {
    const { fallback, composite } = policy;
    if (!fallback || !composite || !isInFallback(failed, fallback)) return undefined;
    const value = fallbackValue(composite, fallbackReplicas(fallback, size.replicas), size.readyReplicas);
    // As with single metrics: 0 would have the HPA scale in because of a failure.
    return value === 0 ? undefined : value;
  }

  return async (key, policy, bindings, signal) => {
    const triggers = (await Promise.all(bindings.map((binding) => stateNow(key, policy, binding, signal)))).flat();
    const mayBeNil = policy.composite?.formula.mayBeNil ?? false;
    const size = await sizeFor(key, mayBeNil || triggers.some(({ kind }) => kind === 'failed'), signal);
    const now = clock.now();
    const [metric] = metricsOf(policy, { ...size, now, triggers });
    if (metric?.kind === 'value') return { name: COMPOSITE_METRIC, value: metric.value, at: metric.at };
    const value = metric && standIn(policy, metric, size);
    if (value !== undefined) return { name: COMPOSITE_METRIC, value, at: now };
    const why = metric ? `${metric.message} [${metric.code}]` : 'nothing is read for it';
    throw new MetricError('METRIC_UNAVAILABLE', `no value of ${COMPOSITE_METRIC} of ScaledObject ${key}: ${why}`);
  };
}
