// Answers the metrics API from the sampler: the same readings that scaling goes by, with their age.
import { COMPOSITE_METRIC, labels } from '../api/names.ts';
import type { Clock } from '../async.ts';
import { MetricError } from '../errors.ts';
import type { ExternalMetric, MetricQuery, MetricsProvider } from '../metrics-adapter/provider.ts';
import type { Binding } from './binding.ts';
import type { Bystander } from './bystander.ts';
import { createCompositeReader } from './composite-metric.ts';
import { fallbackReplicas, fallbackValue } from './decide/fallback.ts';
import { freshnessMs, lastGoodMs, type ScalingPolicy } from './decide/policy.ts';
import type { DecisionLog } from './decisions.ts';
import type { Sample } from './feed.ts';
import type { ObjectMemory } from './memory.ts';
import { namesOf } from './object-key.ts';
import type { Sampler } from './sampler.ts';

export interface MetricsOptions {
  readonly clock: Clock;
  readonly sampler: Sampler;
  readonly decisions: DecisionLog;
  readonly memories: ReadonlyMap<string, ObjectMemory>;
  /** For objects that another replica acts on. */
  readonly bystander: Bystander;
  /** Whether there is such a ScaledObject, by `namespace/name`. */
  readonly exists: (key: string) => boolean;
}

type Failure = Extract<Sample, { ok: false }>;
type Polled = Extract<Binding, { kind: 'polled' }>;

/**
 * A value at most pollingInterval old with useCachedMetrics, otherwise at most min(pollingInterval, 15 s); when it is older, one
 * shared read. A trigger that fails has its fallback once that is in force, before that its last good value within a bound, and then none.
 */
export function createMetricsProvider(options: MetricsOptions): MetricsProvider {
  const { clock, sampler, decisions, memories, bystander } = options;
  const readComposite = createCompositeReader(options);

  function keyIn({ namespace, labels: selector }: MetricQuery): string {
    const name = selector.get(labels.scaledObjectName);
    if (name === undefined) {
      const message = `expected a label selector ${labels.scaledObjectName}=<name of a ScaledObject>, found none`;
      throw new MetricError('METRIC_BAD_REQUEST', message);
    }
    const key = `${namespace}/${name}`;
    if (!options.exists(key)) throw new MetricError('METRIC_NOT_FOUND', `there is no ScaledObject ${key}`);
    return key;
  }

  function inForce(key: string): { readonly policy: ScalingPolicy; readonly bindings: readonly Binding[] } {
    const { bindings, policy } = memories.get(key) ?? {};
    if (bindings && policy) return { policy, bindings };
    const message = `ScaledObject ${key} has no metrics now: it is paused, not in order (see its condition Ready), or not looked at yet`;
    throw new MetricError('METRIC_UNAVAILABLE', message);
  }

  function bound(key: string, metric: string, bindings: readonly Binding[]): Polled {
    const polled = bindings.filter((binding) => binding.kind === 'polled');
    const binding = polled.find(({ metricName }) => isSameMetric(metricName, metric));
    if (binding) return binding;
    const isIncomplete = bindings.some(({ kind }) => kind === 'broken');
    const there = polled.map(({ metricName }) => metricName).join(', ') || 'none';
    throw new MetricError(
      isIncomplete ? 'METRIC_UNAVAILABLE' : 'METRIC_NOT_FOUND',
      `ScaledObject ${key} has no metric ${metric}; it has ${there}`,
    );
  }

  /**
   * The HPA remembers only what it was told itself. Told the demand that the step was made on, it holds that size for its
   * stabilization window, as if it had made the step; otherwise its first look at a shrinking queue would undo a part of it.
   */
  function heldByStep(key: string, metric: ExternalMetric, maxAgeMs: number): ExternalMetric {
    const raisedOn = memories.get(key)?.raisedOn.get(metric.name) ?? bystander.raisedOn(key, metric.name);
    const isHeld = raisedOn && raisedOn.value > metric.value && Math.abs(clock.now() - raisedOn.at) <= maxAgeMs;
    return isHeld ? { name: metric.name, value: raisedOn.value, at: raisedOn.at } : metric;
  }

  /** What stands in for a reading that failed; undefined when nothing does. */
  async function standIn(
    key: string,
    policy: ScalingPolicy,
    { metricName, trigger }: Polled,
    failed: Failure,
    signal: AbortSignal,
  ): Promise<ExternalMetric | undefined> {
    const now = clock.now();
    const { fallback } = policy;
    const failures = Math.max(failed.failures, bystander.failures(key, metricName));
    if (fallback && failures > fallback.failureThreshold) {
      const seen = decisions.get(namesOf(key))?.seen ?? (await bystander.size(key, signal));
      const value =
        seen && fallbackValue(trigger.metric, fallbackReplicas(fallback, seen.replicas), seen.readyReplicas);
      // A fallback of no replicas leaves the size to the HPA's last word: 0 would have it scale in because of a failure.
      return value === undefined || value === 0 ? undefined : { name: metricName, value, at: now };
    }
    const { last } = failed;
    if (!last || Math.abs(now - last.at) > lastGoodMs(policy.pollingIntervalMs)) return undefined;
    return { name: metricName, value: last.value, at: last.at };
  }

  return {
    async read(query, signal) {
      const key = keyIn(query);
      await bystander.prepare(key, signal);
      const { policy, bindings } = inForce(key);
      if (policy.composite && isSameMetric(query.metric, COMPOSITE_METRIC)) {
        const composite = await readComposite(key, policy, bindings, signal);
        return [heldByStep(key, composite, freshnessMs(policy.pollingIntervalMs, false))];
      }
      const binding = bound(key, query.metric, bindings);
      const { metricName, useCachedMetrics } = binding;
      const maxAgeMs = freshnessMs(policy.pollingIntervalMs, useCachedMetrics);
      const sample = await sampler.sample(key, metricName, { maxAgeMs, signal });
      if (sample?.ok) return [heldByStep(key, { name: metricName, value: sample.value, at: sample.at }, maxAgeMs)];
      const metric = sample && (await standIn(key, policy, binding, sample, signal));
      if (metric) return [metric];
      const why = sample ? `${sample.error.message} [${sample.error.code}]` : 'it is not read any more';
      throw new MetricError('METRIC_UNAVAILABLE', `no value of ${metricName} of ScaledObject ${key}: ${why}`);
    },
  };
}

/** KEDA compares metric names without regard to case. */
function isSameMetric(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
