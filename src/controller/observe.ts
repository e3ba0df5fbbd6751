// Samples every trigger of an object: what decide() is told.
import type { Observation, TriggerState } from './decide/observation.ts';
import type { ScalingPolicy } from './decide/policy.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { Binding } from './binding.ts';
import type { Sample } from './feed.ts';
import type { ObjectMemory } from './memory.ts';
import type { SampleOptions, Sampler } from './sampler.ts';
import type { ObservedTarget } from './scale-target.ts';
import { conditionIn } from './status.ts';

/** cpu and memory triggers are left out: the HPA alone knows their values. */
export async function sampleTriggers(
  sampler: Pick<Sampler, 'sample'>,
  key: string,
  bindings: readonly Binding[],
  options: SampleOptions,
): Promise<readonly TriggerState[]> {
  const states = bindings.flatMap((binding): Promise<TriggerState>[] => {
    switch (binding.kind) {
      case 'resource':
        return [];
      case 'broken': {
        const { code, message } = binding.error;
        const metric = `triggers[${binding.index}]`;
        return [Promise.resolve({ kind: 'failed', metric, index: binding.index, failures: 0, code, message })];
      }
      case 'polled':
        return [sampler.sample(key, binding.metricName, options).then((sample) => stateOf(binding, sample))];
    }
  });
  return Promise.all(states);
}

/** What a trigger says by a sample of it. */
export function stateOf(
  { metricName: metric, index, trigger }: Extract<Binding, { kind: 'polled' }>,
  sample: Sample | undefined,
): TriggerState {
  const { target, type } = trigger.metric;
  if (sample?.ok)
    return {
      kind: 'value',
      metric,
      index,
      value: sample.value,
      isActive: sample.isActive,
      target,
      type,
      at: sample.at,
    };
  const { failures = 0, error } = sample ?? {};
  return {
    kind: 'failed',
    metric,
    index,
    failures,
    code: error?.code ?? 'INTERNAL',
    message: error?.message ?? `${metric} is not read any more`,
    target,
    type,
  };
}

export function observationOf(
  object: ScaledObject,
  memory: ObjectMemory,
  target: ObservedTarget,
  triggers: readonly TriggerState[],
  now: number,
): Observation {
  // As with the last activity: a clock that was set back is no reason to wait until it is where it was.
  memory.knownSince = Math.min(memory.knownSince, now);
  const createdAt = Date.parse(object.metadata.creationTimestamp ?? '');
  return {
    now,
    createdAt: Number.isNaN(createdAt) ? memory.knownSince : Math.min(createdAt, memory.knownSince),
    // A time ahead of the clock (set back, or another machine's) counts as now, once: the decision carries it on.
    lastActiveAt: memory.lastActiveAt === undefined ? undefined : Math.min(memory.lastActiveAt, now),
    replicas: target.replicas,
    readyReplicas: target.readyReplicas,
    triggers,
    phaseMs: memory.phaseMs,
    history: memory.history,
  };
}

/**
 * The last activity as the object itself tells it, for a program that has just started. One that was active when it was last
 * reported may have been active until now, so now counts; so does a time that cannot be read. Undefined: never active.
 */
export function lastActivity({ status }: ScaledObject, now: number): number | undefined {
  if (conditionIn(status, 'Active')?.status === 'True') return now;
  if (status?.lastActiveTime === undefined) return undefined;
  const at = Date.parse(status.lastActiveTime);
  return Number.isNaN(at) ? now : at;
}

/** How old a reading may be at a look: readings of one moment are shared among objects that ask the same. */
export function sameMomentMs({ pollingIntervalMs }: Pick<ScalingPolicy, 'pollingIntervalMs'>): number {
  return Math.min(1_000, pollingIntervalMs / 10);
}
