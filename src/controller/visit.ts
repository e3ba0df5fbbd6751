// One reconcile of one object, from the moment it was loaded: the object as it is now, and what was found on the way.
import type { ScaledObject } from '../api/scaled-object.ts';
import type { KubeObject } from '../kube/client.ts';
import type { ObjectMemory } from './memory.ts';
import type { Outcome } from './outcome.ts';
import type { Reporter } from './report.ts';
import type { Findings } from './status-facts.ts';
import { goOnWith } from './written.ts';

export interface Visit {
  /** `namespace/name`. */
  readonly key: string;
  readonly memory: ObjectMemory;
  readonly signal: AbortSignal;
  /** Moves on with our own writes. */
  object: ScaledObject;
  found: Findings;
  /** Remembers what our write made of the object, until the watch shows it. */
  wrote(object: KubeObject): void;
}

/** Brings the status in line with `outcome`. */
export async function report(visit: Visit, reporter: Reporter, outcome: Outcome): Promise<void> {
  const { found, memory, signal } = visit;
  const after = await reporter.report(visit.object, memory, { outcome, found }, signal);
  goOnWith(visit, after);
}
