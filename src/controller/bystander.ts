// What a replica knows of objects that another one acts on: their triggers are bound here as well as long as somebody asks for their
// metrics. Nothing is written.
import { type Clock } from '../async.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import { targetOf } from '../api/target.ts';
import { ConfigError, MetricError, SluiceError } from '../errors.ts';
import type { KubeObject } from '../kube/client.ts';
import type { TriggerTypes } from './bind.ts';
import type { Bind } from './binder.ts';
import { policyOf } from './decide/policy.ts';
import { checkScaledObject, loadScaledObject, readPause } from './load.ts';
import { memoryFor, type ObjectMemory } from './memory.ts';
import type { Ownership } from './membership/ownership.ts';
import { podCountFor } from './ready-pods.ts';
import { type Sampler, untilAborted } from './sampler.ts';
import type { ObservedTarget, ScaleTargets } from './scale-target.ts';
import { triggersOf } from './triggered.ts';

export interface BystanderOptions {
  readonly clock: Clock;
  readonly types: TriggerTypes;
  readonly ownership: Ownership;
  readonly sampler: Sampler;
  readonly targets: ScaleTargets;
  readonly bind: Bind;
  readonly memories: Map<string, ObjectMemory>;
  readonly readTimeoutMs: number;
  /** The object as the watch knows it, by `namespace/name`. */
  readonly find: (key: string) => KubeObject | undefined;
  readonly forget: (key: string) => void;
  /** Has `visit` called in so many milliseconds. */
  readonly visitIn: (key: string, delayMs: number) => void;
  readonly shutdown: AbortSignal;
}

export interface Bystander {
  /** To be called before a question about the object is answered. Throws a MetricError when the API server keeps it from that. */
  prepare(key: string, signal: AbortSignal): Promise<void>;
  /**
   * The object or what its triggers were resolved from has changed, or it was ours until now. Resolves to the milliseconds after
   * which nobody will have asked for long enough; undefined when it was dropped.
   */
  visit(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** What the owner raised the target on, if it did a moment ago. */
  raisedOn(key: string, metricName: string): { readonly value: number; readonly at: number } | undefined;
  size(key: string, signal: AbortSignal): Promise<Pick<ObservedTarget, 'replicas' | 'readyReplicas'> | undefined>;
  /** Failed reads in a row that the owner has put on record. */
  failures(key: string, metricName: string): number;
}

/** The HPA asks every 15 s, one replica or the other. */
const IDLE_MS = 120_000;

export function createBystander(options: BystanderOptions): Bystander {
  const { clock, ownership, sampler, memories, find, forget } = options;
  /** When somebody asked last, longest ago first. */
  const askedAt = new Map<string, number>();
  const binding = new Map<string, Promise<void>>();

  const objectOf = (key: string): ScaledObject | undefined => {
    const object = find(key);
    return object && attempted(() => loadScaledObject(object));
  };

  async function bindNow(key: string, stored: KubeObject): Promise<void> {
    const memory = memoryFor(memories, key, stored, { now: clock.now(), forget });
    try {
      const object = loadScaledObject(stored);
      const pause = readPause(object);
      const policy = policyOf(object, pause, options);
      if (pause.kind !== 'running') return rest(key, memory);
      checkScaledObject(object, options.types);
      await options.bind(key, triggersOf(object), memory, policy.readTimeoutMs, options.shutdown);
      memory.policy = policy;
    } catch (error) {
      // The owner tells its author.
      if (!(error instanceof ConfigError)) throw error;
      rest(key, memory);
    } finally {
      // It was forgotten meanwhile, and nobody would come back to what was bound since.
      if (!find(key)) forget(key);
    }
  }

  function rest(key: string, memory: ObjectMemory): void {
    sampler.unbind(key);
    memory.bindings = undefined;
    memory.boundFor = '';
    memory.policy = undefined;
  }

  /** Many may ask at one time. */
  function bindOnce(key: string, stored: KubeObject): Promise<void> {
    const running = binding.get(key) ?? bindNow(key, stored).finally(() => binding.delete(key));
    binding.set(key, running);
    return running;
  }

  function noteQuestion(key: string): void {
    askedAt.delete(key);
    askedAt.set(key, clock.now());
    for (const [other, at] of askedAt) {
      if (clock.now() - at <= IDLE_MS) break;
      askedAt.delete(other);
    }
    options.visitIn(key, IDLE_MS);
  }

  return {
    async prepare(key, signal) {
      const stored = find(key);
      if (!stored || ownership.owns(stored.metadata.uid ?? '')) return;
      noteQuestion(key);
      try {
        await untilAborted(bindOnce(key, stored), signal);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        const message = `the triggers of ScaledObject ${key} cannot be resolved now: ${error.message} [${error.code}]`;
        throw new MetricError('METRIC_UNAVAILABLE', message, { cause: error });
      }
    },
    async visit(key, signal) {
      // What a source pushes is its owner's to act on.
      sampler.unwatch(key);
      const stored = find(key);
      const leftMs = Math.min(IDLE_MS, (askedAt.get(key) ?? Number.NEGATIVE_INFINITY) + IDLE_MS - clock.now());
      if (!stored || leftMs <= 0) {
        askedAt.delete(key);
        forget(key);
        return undefined;
      }
      await untilAborted(bindOnce(key, stored), signal);
      return leftMs;
    },
    raisedOn(key, metricName) {
      const told = ownership.noteOn(find(key)?.metadata.uid ?? '');
      const value = valueIn(told?.note, metricName);
      return told && value !== undefined ? { value, at: clock.now() - told.ageMs } : undefined;
    },
    async size(key, signal) {
      const object = objectOf(key);
      return object && options.targets.observe(targetOf(object), signal, podCountFor(object.spec));
    },
    failures: (key, metricName) => objectOf(key)?.status?.health?.[metricName]?.numberOfFailures ?? 0,
  };
}

/** A note comes from another process, which may be another version. */
function valueIn(note: unknown, metricName: string): number | undefined {
  if (typeof note !== 'object' || note === null) return undefined;
  const value: unknown = new Map<string, unknown>(Object.entries(note)).get(metricName);
  return typeof value === 'number' ? value : undefined;
}

function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
