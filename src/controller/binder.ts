// Binds an object's triggers when its definition or anything they were resolved from has changed, and only then.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { KubeLookups } from './auth/kube-lookup.ts';
import { type Binding, bindTriggers, type TriggerTypes } from './bind.ts';
import type { Dependencies } from './dependencies.ts';
import { referenceTo, type Reference } from './dependencies.ts';
import { phaseOf } from './phase.ts';
import type { ObjectMemory } from './memory.ts';
import type { Sampler } from './sampler.ts';
import { targetOf } from '../api/target.ts';

export interface BinderOptions {
  readonly types: TriggerTypes;
  readonly lookups: KubeLookups;
  readonly dependencies: Dependencies;
  readonly sampler: Sampler;
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

export function createBinder({ types, lookups, dependencies, sampler, clusterObjectNamespace }: BinderOptions): Bind {
  return async (key, object, memory, readTimeoutMs, signal) => {
    const generation = String(object.metadata.generation ?? object.metadata.resourceVersion);
    const boundFor = `${generation}/${memory.changes}`;
    if (memory.bindings && memory.boundFor === boundFor) return { bindings: memory.bindings, isNew: false };

    const references = new Set<Reference>();
    const refer = (reference: Reference): void => {
      references.add(reference);
      dependencies.add(key, reference);
    };
    const { kind, namespace, name } = targetOf(object);
    refer(referenceTo(kind, namespace, name));
    const lookup = lookups.lookup(refer, signal);
    const bindings = await bindTriggers(object, { types, lookup, readTimeoutMs, clusterObjectNamespace });
    dependencies.set(key, references);
    sampler.bind(
      key,
      bindings.flatMap((binding) => (binding.kind === 'polled' ? [binding] : [])),
    );
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
