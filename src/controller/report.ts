// Tells the user: the status, and Events when something has changed.
import { scaledObjects } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { Clock } from '../async.ts';
import { KubeError } from '../errors.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Announce } from './announce.ts';
import type { ObjectMemory } from './memory.ts';
import { conditionsAfter, type Outcome } from './outcome.ts';
import { isWorthWriting, mergePatch, statusAfter } from './status.ts';
import { type Findings, statusFacts } from './status-facts.ts';
import { atVersionOf } from './written.ts';

export interface Reporter {
  /**
   * Writes the status if that is worth a write, and announces what has changed. Somebody else's write in between is read and
   * written over field by field. Resolves to the object as it is now; an object that is gone is left alone.
   */
  report(
    object: ScaledObject,
    memory: ObjectMemory,
    told: { readonly outcome: Outcome; readonly found: Findings },
    signal: AbortSignal,
  ): Promise<ScaledObject>;
}

const MOST_CONFLICTS = 5;

export function createReporter(options: {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly announce: Announce;
}): Reporter {
  const { client, clock, announce } = options;

  async function report(
    object: ScaledObject,
    memory: ObjectMemory,
    { outcome, found }: { readonly outcome: Outcome; readonly found: Findings },
    signal: AbortSignal,
  ): Promise<ScaledObject> {
    const key = { namespace: object.metadata.namespace, name: object.metadata.name };
    let base = object;
    for (let conflicts = 0; ; conflicts++) {
      const before = base.status;
      const conditions = conditionsAfter(base, outcome);
      const after = statusAfter(before, { ...statusFacts(base, outcome, found), conditions });
      const sinceLastWriteMs = clock.now() - memory.statusWrittenAt;
      if (!isWorthWriting(before, after, sinceLastWriteMs)) return base;
      const { resourceVersion, uid } = base.metadata;
      const body = { metadata: { resourceVersion, uid }, status: mergePatch(before ?? {}, after) };
      try {
        const options = { subresource: 'status', signal } as const;
        const written = await client.patch<ScaledObject>(scaledObjects, key, { type: 'merge', body }, options);
        memory.statusWrittenAt = clock.now();
        announce.conditions(base, after);
        return { ...atVersionOf(base, written), status: after };
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        if (error.code === 'KUBE_NOT_FOUND') return base;
        if (error.code !== 'KUBE_CONFLICT' || conflicts >= MOST_CONFLICTS) throw error;
        const newest = await client.get<ScaledObject>(scaledObjects, key, { signal });
        if (newest.metadata.uid !== uid) return base;
        base = { ...atVersionOf(base, newest), ...(newest.status ? { status: newest.status } : {}) };
      }
    }
  }

  return { report };
}
