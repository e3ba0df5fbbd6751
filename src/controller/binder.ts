// Binds an object's triggers when its definition or anything they were resolved from has changed, and only then.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { KubeLookups } from './auth/kube-lookup.ts';
import { bindTriggers, type TriggerTypes } from './bind.ts';
import type { Binding } from './binding.ts';
import type { Dependencies } from './dependencies.ts';
import { referenceTo, type Reference } from './dependencies.ts';
import { phaseOf } from './phase.ts';
import type { Clock } from '../async.ts';
import { type Describe, describeAllAgain } from './describe.ts';
import type { ObjectMemory } from './memory.ts';
import type { Sampler } from './sampler.ts';
import { targetOf } from '../api/target.ts';

export interface BinderOptions {
  readonly types: TriggerTypes;
  readonly lookups: KubeLookups;
  readonly dependencies: Dependencies;
  readonly sampler: Sampler;
  readonly clock: Clock;
  readonly clusterObjectNamespace: string;
}

/** Resolves to the bindings, and whether they are new for this definition. Rejects when the API server does not answer; the old ones stay then. */
export type Bind = (
  key: string,
  object: ScaledObject,
  memory: ObjectMemory,
  readTimeoutMs: number,
  signal: AbortSignal,
) => Promise<{ readonly bindings: readonly Binding[]; readonly isNew: boolean }>;

/** Looks that follow each other closely are content with one description. */
const DESCRIPTION_MS = 1_000;

export function createBinder(options: BinderOptions): Bind {
  const { types, lookups, dependencies, sampler, clock, clusterObjectNamespace } = options;

  function describeFor({ bindings = [] }: ObjectMemory): Describe {
    return ({ index, trigger, readTimeoutMs: timeoutMs }) => {
      const hasFailed = bindings.some((binding) => binding.kind === 'broken' && binding.index === index);
      return sampler.describe(trigger, { timeoutMs, hasFailed });
    };
  }

  function bindPolled(key: string, bindings: readonly Binding[]): void {
    sampler.bind(
      key,
      bindings.flatMap((binding) => (binding.kind === 'polled' ? [binding] : [])),
    );
  }

  async function describedNow(
    key: string,
    memory: ObjectMemory,
    former: readonly Binding[],
  ): Promise<readonly Binding[]> {
    if (Math.abs(clock.now() - memory.describedAt) < DESCRIPTION_MS) return former;
    memory.describedAt = clock.now();
    const isFailing = (metricName: string): boolean => sampler.latest(key, metricName)?.ok === false;
    return describeAllAgain(former, { describe: describeFor(memory), isFailing });
  }

  return async (key, object, memory, readTimeoutMs, signal) => {
    const generation = String(object.metadata.generation ?? object.metadata.resourceVersion);
    const boundFor = `${generation}/${memory.changes}`;
    if (memory.bindings && memory.boundFor === boundFor) {
      const bindings = await describedNow(key, memory, memory.bindings);
      if (bindings !== memory.bindings) bindPolled(key, bindings);
      memory.bindings = bindings;
      return { bindings, isNew: false };
    }

    const references = new Set<Reference>();
    const refer = (reference: Reference): void => {
      references.add(reference);
      dependencies.add(key, reference);
    };
    const { kind, namespace, name } = targetOf(object);
    refer(referenceTo(kind, namespace, name));
    const lookup = lookups.lookup(refer, signal);
    const former = memory.bindings ?? [];
    const bindings = await bindTriggers(object, {
      types,
      lookup,
      readTimeoutMs,
      clusterObjectNamespace,
      describe: describeFor(memory),
      former,
    });
    dependencies.set(key, references);
    bindPolled(key, bindings);
    memory.describedAt = clock.now();
    const isNew = !memory.boundFor.startsWith(`${generation}/`);
    // A question that was not asked before deserves an answer now.
    if (questions(bindings) !== questions(memory.bindings ?? [])) memory.nextLookAt = 0;
    memory.bindings = bindings;
    memory.boundFor = boundFor;
    memory.phaseMs = phaseOf(bindings, object);
    return { bindings, isNew };
  };
}

function questions(bindings: readonly Binding[]): string {
  return bindings.map((binding) => (binding.kind === 'polled' ? binding.question : binding.kind)).join(' ');
}
