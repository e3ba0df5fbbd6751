// What a look came to, as the series and the traces are told.
import type { Telemetry } from '../telemetry.ts';
import type { DecisionSpan, MetricSpan } from '../telemetry/decision-span.ts';
import type { Observation, TriggerState } from './decide/observation.ts';
import type { TriggerMemory } from './memory.ts';
import { kindOf } from './object-key.ts';
import type { Sampler } from './sampler.ts';

export interface LookTold {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly decision: { readonly reason: string; readonly active: string; readonly composite?: TriggerState };
  readonly seen: Pick<Observation, 'now' | 'triggers'>;
  /** Replicas, or Jobs that are not finished, before and after. */
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

export function createLookTeller(options: {
  readonly telemetry: Pick<Telemetry, 'decision' | 'readingUsed' | 'traceDecision'> | undefined;
  readonly sampler: Pick<Sampler, 'latest' | 'figures'>;
  readonly memoryOf: (key: string) => Pick<TriggerMemory, 'bindings'> | undefined;
}): (told: LookTold) => void {
  const { telemetry, sampler, memoryOf } = options;

  function typesOf(key: string): ReadonlyMap<string, string> {
    const polled = (memoryOf(key)?.bindings ?? []).filter((binding) => binding.kind === 'polled');
    return new Map(polled.map(({ metricName, trigger }) => [metricName, trigger.type]));
  }

  function spanOf(told: LookTold, types: ReadonlyMap<string, string>): DecisionSpan {
    const { key, decision, seen, ...rest } = told;
    const metrics = decision.composite ? [...seen.triggers, decision.composite] : seen.triggers;
    return {
      ...rest,
      kind: kindOf(key),
      reason: decision.reason,
      active: decision.active,
      metrics: metrics.map((state) => {
        const { tookMs } = sampler.figures(key, state.metric) ?? {};
        const readAt = sampler.latest(key, state.metric)?.at;
        const read = tookMs === undefined || readAt === undefined ? {} : { tookMs, readAt };
        return { ...metricSpan(state, seen.now), type: types.get(state.metric) ?? '', ...read };
      }),
    };
  }

  return (told) => {
    const { key, decision, seen } = told;
    telemetry?.decision(decision.reason, kindOf(key));
    const types = typesOf(key);
    for (const state of seen.triggers) {
      const type = types.get(state.metric);
      if (state.kind !== 'value' || type === undefined) continue;
      telemetry?.readingUsed({ type, ageSeconds: Math.max(0, seen.now - state.at) / 1000 });
    }
    telemetry?.traceDecision(() => spanOf(told, types));
  };
}

function metricSpan(state: TriggerState, now: number): Omit<MetricSpan, 'type'> {
  const { metric, target } = state;
  const aim = target === undefined ? {} : { target };
  return state.kind === 'value'
    ? { metric, ...aim, value: state.value, ageMs: Math.max(0, now - state.at) }
    : { metric, ...aim, code: state.code };
}
