// Binds an object's triggers when its definition or anything they were resolved from has changed, or is to be read again.
import type { KubeLookups } from './auth/kube-lookup.ts';
import type { Lookup } from './auth/lookup.ts';
import { bindTriggers, type TriggerTypes } from './bind.ts';
import type { Binding } from './binding.ts';
import type { Dependencies } from './dependencies.ts';
import { referenceTo, type Reference } from './dependencies.ts';
import { phaseOf } from './phase.ts';
import type { Clock } from '../async.ts';
import { type Describe, describeAllAgain } from './describe.ts';
import type { TriggerMemory } from './memory.ts';
import { isDue, soonest, type TellKept } from './renewal.ts';
import type { Sampler } from './sampler.ts';
import type { Triggered } from './triggered.ts';

export interface BinderOptions {
  readonly types: TriggerTypes;
  readonly lookups: KubeLookups;
  readonly dependencies: Dependencies;
  readonly sampler: Sampler;
  readonly clock: Clock;
  readonly clusterObjectNamespace: string;
  readonly restrictSecretAccess: boolean;
  /** Has the object looked at in so many milliseconds. */
  readonly lookIn: (key: string, delayMs: number) => void;
  readonly tellKept: TellKept;
}

/** Resolves to the bindings, and whether they are new for this definition. Rejects when the API server does not answer; the old ones stay then. */
export type Bind = (
  key: string,
  object: Triggered,
  memory: TriggerMemory,
  readTimeoutMs: number,
  signal: AbortSignal,
) => Promise<{ readonly bindings: readonly Binding[]; readonly isNew: boolean }>;

/** Looks that follow each other closely are content with one description. */
const DESCRIPTION_MS = 1_000;

export function createBinder(options: BinderOptions): Bind {
  const { types, lookups, dependencies, sampler, clock, clusterObjectNamespace } = options;

  function describeFor({ bindings = [] }: TriggerMemory): Describe {
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
    memory: TriggerMemory,
    former: readonly Binding[],
  ): Promise<readonly Binding[]> {
    if (Math.abs(clock.now() - memory.describedAt) < DESCRIPTION_MS) return former;
    memory.describedAt = clock.now();
    const isFailing = (metricName: string): boolean => sampler.latest(key, metricName)?.ok === false;
    return describeAllAgain(former, { describe: describeFor(memory), isFailing });
  }

  /** After each look, for whatever brings one about takes the place of what was planned. */
  function planRenewal(key: string, { renewal }: TriggerMemory): void {
    if (renewal) options.lookIn(key, Math.max(0, renewal.fromMs + renewal.inMs - clock.now()));
  }

  /** What the triggers resolve to now; memory.renewal says until when. */
  async function bindAnew(
    [key, object, memory, readTimeoutMs, signal]: Parameters<Bind>,
    keeps: 'nothing' | 'when-away' | 'always',
  ): Promise<readonly Binding[]> {
    const references = new Set<Reference>();
    const refer = (reference: Reference): void => {
      references.add(reference);
      dependencies.add(key, reference);
    };
    const next = soonest(clock);
    const lookup = withOwnPods(object, lookups.lookup(refer, signal, next.note), refer);
    const former = memory.bindings ?? [];
    let isKept = false;
    const bindings = await bindTriggers(object, {
      types,
      lookup,
      readTimeoutMs,
      clusterObjectNamespace,
      restrictSecretAccess: options.restrictSecretAccess,
      describe: describeFor(memory),
      former,
      keeps,
      kept(index, error) {
        isKept = true;
        options.tellKept(key, memory, index, error);
      },
    });
    dependencies.set(key, references);
    memory.renewal = next.renewal;
    if (!isKept) memory.keptDespite = undefined;
    return bindings;
  }

  return async (...asked) => {
    const [key, object, memory] = asked;
    const generation = String(object.metadata.generation ?? object.metadata.resourceVersion);
    const boundFor = `${generation}/${memory.changes}`;
    const isSame = memory.bindings !== undefined && memory.boundFor === boundFor;
    if (memory.bindings && isSame && !isDue(memory, clock)) {
      const bindings = await describedNow(key, memory, memory.bindings);
      if (bindings !== memory.bindings) bindPolled(key, bindings);
      memory.bindings = bindings;
      planRenewal(key, memory);
      return { bindings, isNew: false };
    }
    const isNew = !memory.boundFor.startsWith(`${generation}/`);
    const bindings = await bindAnew(asked, isNew ? 'nothing' : isSame ? 'always' : 'when-away');
    bindPolled(key, bindings);
    memory.describedAt = clock.now();
    planRenewal(key, memory);
    // A question that was not asked before deserves an answer now.
    if (questions(bindings) !== questions(memory.bindings ?? [])) memory.nextLookAt = 0;
    memory.bindings = bindings;
    memory.boundFor = boundFor;
    memory.phaseMs = phaseOf(bindings, object);
    return { bindings, isNew };
  };
}

/** What an object says of its pods itself needs no lookup. */
function withOwnPods(
  { podTemplate, target }: Triggered,
  lookup: Lookup,
  refer: (reference: Reference) => void,
): Lookup {
  if (podTemplate) return { ...lookup, podTemplate: () => Promise.resolve(podTemplate) };
  refer(referenceTo(target.kind, target.namespace, target.name));
  return lookup;
}

function questions(bindings: readonly Binding[]): string {
  return bindings.map((binding) => (binding.kind === 'polled' ? binding.question : binding.kind)).join(' ');
}
