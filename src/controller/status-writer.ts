// Writes the status of a ScaledObject or a ScaledJob, when there is something to say.
import type { ScaledObjectStatus } from '../api/scaled-object.ts';
import type { Clock } from '../async.ts';
import { isAccessTrouble, KubeError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { isWorthWriting, mergePatch } from './status.ts';
import { atVersionOf } from './written.ts';

/** Any status of which ScaledObjectStatus has every field that matters here. */
export type Reported<S extends ScaledObjectStatus = ScaledObjectStatus> = KubeObject & { readonly status?: S };

export interface StatusWrite<S extends ScaledObjectStatus, O extends Reported<S>> {
  readonly resource: Resource;
  /** When it was last written by us. Moves on with a write. */
  readonly memory: { statusWrittenAt: number };
  /** The status that `object`, at whichever version it is, should have. */
  readonly after: (object: O) => S;
  /** Of what anybody may have written, as much as can be read. */
  readonly readable: (found: unknown) => S | undefined;
  /** Whether it has to be written now, even if it would not be worth it otherwise. */
  readonly isUrgent?: (before: S | undefined) => boolean;
  /** What the write has changed. */
  readonly wrote: (before: O, after: S) => void;
  /** The API server does not take it, for a reason of its own: told when that begins, and thrown at each attempt. */
  readonly refused?: (object: O, error: KubeError) => void;
}

/**
 * Writes the status if that is worth a write. Somebody else's write in between is read and written over field by field. Resolves to the
 * object as it is now; an object that is gone is left alone.
 */
export type WriteStatus = <S extends ScaledObjectStatus, O extends Reported<S>>(
  object: O,
  write: StatusWrite<S, O>,
  signal: AbortSignal,
) => Promise<O>;

const MOST_CONFLICTS = 5;

export function createStatusWriter({
  client,
  clock,
}: {
  readonly client: KubeClient;
  readonly clock: Clock;
}): WriteStatus {
  const refusals = new WeakMap<object, string>();

  /** The same one is told once, until a write succeeds. */
  function isNewRefusal(memory: object, error: unknown): error is KubeError {
    if (!(error instanceof KubeError) || isAccessTrouble(error) || refusals.get(memory) === error.message) return false;
    refusals.set(memory, error.message);
    return true;
  }

  return async (object, { resource, memory, after: statusOf, readable, isUrgent, wrote, refused }, signal) => {
    const key = { namespace: object.metadata.namespace, name: object.metadata.name };
    let base = object;
    for (let conflicts = 0; ; conflicts++) {
      const before = base.status;
      const after = statusOf(base);
      const isDue = isUrgent?.(before) || isWorthWriting(before, after, clock.now() - memory.statusWrittenAt);
      if (!isDue) return base;
      const { resourceVersion, uid } = base.metadata;
      const body = { metadata: { resourceVersion, uid }, status: mergePatch(before ?? {}, after) };
      try {
        const options = { subresource: 'status', signal } as const;
        const written = await client.patch(resource, key, { type: 'merge', body }, options);
        memory.statusWrittenAt = clock.now();
        refusals.delete(memory);
        wrote(base, after);
        return { ...atVersionOf(base, written), status: after };
      } catch (error) {
        if (isSaid('KUBE_NOT_FOUND', error)) return base;
        if (!isSaid('KUBE_CONFLICT', error)) {
          if (isNewRefusal(memory, error)) refused?.(base, error);
          throw error;
        }
        if (conflicts >= MOST_CONFLICTS) throw error;
        const newest = await client.get<typeof object>(resource, key, { signal });
        if (newest.metadata.uid !== uid) return base;
        const status = readable(newest.status);
        base = { ...atVersionOf(base, newest), ...(status ? { status } : {}) };
      }
    }
  };
}

function isSaid(code: KubeError['code'], error: unknown): boolean {
  return error instanceof KubeError && error.code === code;
}
