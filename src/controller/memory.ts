// What is remembered of an object between two looks. Losing it costs nothing but a look: everything that must last is in the object.
import type { HpaState } from '../hpa/state.ts';
import { EMPTY_STATE } from '../hpa/state.ts';
import type { KubeObject } from '../kube/client.ts';
import type { Binding } from './binding.ts';
import type { ScalingPolicy } from './decide/policy.ts';

/** Since when, and for how long, what was read is good. */
export interface Renewal {
  readonly fromMs: number;
  readonly inMs: number;
}

/** Of an object of whichever kind. */
export interface TriggerMemory {
  readonly uid: string;
  /** What our own last write made of the object, until the watch has caught up with it. */
  written: { readonly over: string; readonly object: KubeObject } | undefined;
  /** When the status was last written, or, not knowing, when this began. */
  statusWrittenAt: number;
  /** More exact than status.lastActiveTime, which is written once a minute. */
  lastActiveAt: number | undefined;
  /** Failed reads of its triggers, refusals and failed looks. */
  errors: number;
  /** How much later than due the last look began; undefined before the first. */
  lateMs: number | undefined;
  bindings: readonly Binding[] | undefined;
  /** Generation and `changes` that the bindings stand for; they are made anew when either has moved on. */
  boundFor: string;
  /** Counts the changes of objects that the bindings were made of (Secrets, ConfigMaps, authentications, the target). */
  changes: number;
  phaseMs: number;
  /** When sources that name their own metrics were last asked for them. */
  describedAt: number;
  /** Triggers are read from this moment on; before it, the last readings count. */
  nextLookAt: number;
  /** Failures in a row besides those that the sampler counts (from before this memory began, or of looks at which the source was not asked), by metric name, until a read succeeds. Undefined: not looked up yet. */
  failuresBefore: Map<string, number> | undefined;
  /** When the failed read was made that the last look went by, by metric name. */
  failedAt: ReadonlyMap<string, number>;
  /** So that a failure is told as an Event when it begins, not at each look. */
  toldFailures: ReadonlySet<string>;
  /** When the parameters are to be resolved again although nothing has changed; undefined: never. */
  renewal?: Renewal | undefined;
  /** Failures to do so that were told. */
  keptDespite?: ReadonlySet<string> | undefined;
}

export interface ObjectMemory extends TriggerMemory {
  /** Of the last look; undefined while the object is not in force. */
  policy: ScalingPolicy | undefined;
  /** Its triggers are put to use, as was told, and not only looked up. */
  isWatched: boolean;
  /** An object is not younger than this, whatever the API server's clock said when it made it. */
  knownSince: number;
  history: HpaState;
  /** What the triggers said when the target was last raised, by metric name. */
  raisedOn: ReadonlyMap<string, { readonly value: number; readonly at: number }>;
}

/** What is known of the object, or a new memory. Another object of the same name is another object: `forget` drops the former one's. */
export function memoryFor(
  memories: Map<string, ObjectMemory>,
  key: string,
  object: KubeObject,
  { now, forget }: { readonly now: number; readonly forget: (key: string) => void },
): ObjectMemory {
  return keptFor(memories, key, object, { create: (uid) => createMemory(uid, now), forget });
}

/** As `memoryFor`, of whichever kind. */
export function keptFor<M extends { readonly uid: string }>(
  memories: Map<string, M>,
  key: string,
  { metadata: { uid = '' } }: KubeObject,
  { create, forget }: { readonly create: (uid: string) => M; readonly forget: (key: string) => void },
): M {
  const known = memories.get(key);
  if (known && known.uid === uid) return known;
  forget(key);
  const memory = create(uid);
  memories.set(key, memory);
  return memory;
}

function createMemory(uid: string, now: number): ObjectMemory {
  return {
    ...createTriggerMemory(uid, now),
    policy: undefined,
    isWatched: false,
    knownSince: now,
    history: EMPTY_STATE,
    raisedOn: new Map(),
  };
}

export function createTriggerMemory(uid: string, now: number): TriggerMemory {
  return {
    uid,
    written: undefined,
    statusWrittenAt: now,
    lastActiveAt: undefined,
    errors: 0,
    lateMs: undefined,
    bindings: undefined,
    boundFor: '',
    changes: 0,
    phaseMs: 0,
    describedAt: 0,
    nextLookAt: 0,
    failuresBefore: undefined,
    failedAt: new Map(),
    toldFailures: new Set(),
  };
}
