// What is remembered of an object between two looks. Losing it costs nothing but a look: everything that must last is in the object.
import type { HpaState } from '../hpa/state.ts';
import { EMPTY_STATE } from '../hpa/state.ts';
import type { KubeObject } from '../kube/client.ts';
import type { Binding } from './binding.ts';
import type { ScalingPolicy } from './decide/policy.ts';

export interface ObjectMemory {
  readonly uid: string;
  /** What our own last write made of the object, until the watch has caught up with it. */
  written: { readonly over: string; readonly object: KubeObject } | undefined;
  bindings: readonly Binding[] | undefined;
  /** Of the last look; undefined while the object is not in force. */
  policy: ScalingPolicy | undefined;
  /** Generation and `changes` that the bindings stand for; they are made anew when either has moved on. */
  boundFor: string;
  /** Counts the changes of objects that the bindings were made of (Secrets, ConfigMaps, authentications, the target). */
  changes: number;
  phaseMs: number;
  /** When sources that name their own metrics were last asked for them. */
  describedAt: number;
  /** More exact than status.lastActiveTime, which is written once a minute. */
  lastActiveAt: number | undefined;
  /** Triggers are read from this moment on; before it, the last readings count. */
  nextLookAt: number;
  history: HpaState;
  /** What the triggers said when the target was last raised, by metric name. */
  raisedOn: ReadonlyMap<string, { readonly value: number; readonly at: number }>;
  /** When the status was last written, or, not knowing, when this began. */
  statusWrittenAt: number;
  /** So that a failure is told as an Event when it begins, not at each look. */
  toldFailures: ReadonlySet<string>;
}

/** What is known of the object, or a new memory. Another object of the same name is another object: `forget` drops the former one's. */
export function memoryFor(
  memories: Map<string, ObjectMemory>,
  key: string,
  { metadata }: KubeObject,
  { now, forget }: { readonly now: number; readonly forget: (key: string) => void },
): ObjectMemory {
  const known = memories.get(key);
  if (known && known.uid === metadata.uid) return known;
  forget(key);
  const memory = createMemory(metadata.uid ?? '', now);
  memories.set(key, memory);
  return memory;
}

function createMemory(uid: string, now: number): ObjectMemory {
  return {
    uid,
    written: undefined,
    bindings: undefined,
    policy: undefined,
    boundFor: '',
    changes: 0,
    phaseMs: 0,
    describedAt: 0,
    lastActiveAt: undefined,
    nextLookAt: 0,
    history: EMPTY_STATE,
    raisedOn: new Map(),
    statusWrittenAt: now,
    toldFailures: new Set(),
  };
}
