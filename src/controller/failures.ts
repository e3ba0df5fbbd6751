// Failed reads in a row: what a fallback goes by, also when the program begins anew or leaves a source alone.
import type { ScaledObjectStatus } from '../api/scaled-object.ts';
import type { TriggerState } from './decide/observation.ts';
import type { Sample } from './feed.ts';
import type { TriggerMemory } from './memory.ts';

type Counted = Pick<TriggerMemory, 'failuresBefore' | 'failedAt'>;
type Health = NonNullable<ScaledObjectStatus['health']>;

/** As the object itself tells them, by metric name. */
export function failuresOnRecord({ status }: { readonly status?: { readonly health?: Health } }): Map<string, number> {
  const counted = Object.entries(status?.health ?? {}).map(
    ([metric, { numberOfFailures = 0 }]) => [metric, numberOfFailures] as const,
  );
  return new Map(counted.filter(([, failures]) => failures > 0));
}

/**
 * To be called at each look that is due. A source that asked to be left alone is not asked at each of them. It has not answered all the
 * same, and there is a fallback for that.
 */
export function countUnasked(
  memory: Counted,
  triggers: readonly TriggerState[],
  latest: (metric: string) => Sample | undefined,
): void {
  const { failuresBefore: before, failedAt } = memory;
  const failed = triggers.flatMap(({ metric }) => {
    const sample = latest(metric);
    return sample && !sample.ok ? [{ metric, at: sample.at }] : [];
  });
  for (const { metric, at } of failed) {
    if (failedAt.get(metric) === at) before?.set(metric, (before.get(metric) ?? 0) + 1);
  }
  memory.failedAt = new Map(failed.map(({ metric, at }) => [metric, at]));
}

/** A program that has just started goes on counting where its predecessor ended, or a fallback in force would end with each start. */
export function withFailuresBefore(
  { failuresBefore: before }: Counted,
  triggers: readonly TriggerState[],
): readonly TriggerState[] {
  if (!before || before.size === 0) return triggers;
  return triggers.map((state) => {
    if (state.kind === 'value') before.delete(state.metric);
    else if (state.failures > 0) return { ...state, failures: state.failures + (before.get(state.metric) ?? 0) };
    return state;
  });
}

/** KEDA keeps it only while there is a fallback. Beyond the threshold the count stands still: it would be a write at each look. */
export function healthFacts(
  { fallback }: { readonly fallback: { readonly failureThreshold: number } | undefined },
  triggers: readonly TriggerState[],
): Health | null {
  if (!fallback) return null;
  return Object.fromEntries(
    triggers
      .filter(isMetric)
      .map((trigger) => [
        trigger.metric,
        trigger.kind === 'value'
          ? { numberOfFailures: 0, status: 'Happy' }
          : { numberOfFailures: Math.min(trigger.failures, fallback.failureThreshold + 1), status: 'Failing' },
      ]),
  );
}

/** A trigger that cannot be put to use has no metric yet. */
function isMetric(trigger: TriggerState): boolean {
  return trigger.kind === 'value' || trigger.failures > 0;
}
