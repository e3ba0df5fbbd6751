// What a delete does to an object: gone at once, or marked and waiting for finalizers, for its pod to stop, for its content.
import { type ApiObject, textAt, timeText, numberAt, type Json } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest, conflict } from './status.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  readonly propagation: Propagation;
  readonly graceSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** Reads a DeleteOptions body and the query that may stand for it. */
export function readDeleteOptions(type: ResourceType, body: Json | undefined, query: URLSearchParams): DeleteOptions {
  const asked = textAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? undefined;
  if (asked !== undefined && !['Background', 'Foreground', 'Orphan'].includes(asked)) {
    throw badRequest(`invalid propagationPolicy ${JSON.stringify(asked)}: expected Background, Foreground or Orphan`);
  }
  const graceInQuery = query.get('gracePeriodSeconds');
  return {
    propagation: (asked as Propagation | undefined) ?? defaultPropagation(type),
    graceSeconds: numberAt(body, 'gracePeriodSeconds') ?? (graceInQuery === null ? undefined : Number(graceInQuery)),
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
  };
}

/** Jobs leave their pods unless told otherwise (Kubernetes: batch/v1 keeps the old default). */
function defaultPropagation(type: ResourceType): Propagation {
  return type.collection === 'batch/jobs' ? 'Orphan' : 'Background';
}

export interface Removal {
  readonly now: boolean;
  /** The last or the marked state. */
  readonly object: ApiObject;
}

/** Throws 409 when a precondition does not hold. */
export function decideRemoval(type: ResourceType, object: ApiObject, how: DeleteOptions, nowMs: number): Removal {
  const { name, uid, resourceVersion } = object.metadata;
  if (how.uid !== undefined && how.uid !== uid) {
    throw conflict(type, name, `Precondition failed: UID in precondition: ${how.uid}, UID in object meta: ${uid}`);
  }
  if (how.resourceVersion !== undefined && how.resourceVersion !== resourceVersion) {
    throw conflict(
      type,
      name,
      `Precondition failed: ResourceVersion in precondition: ${how.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
  const grace = graceOf(type, object, how);
  const finalizers = finalizersOf(object, how.propagation);
  const waits = finalizers.length > 0 || grace > 0 || type.collection === '/namespaces';
  if (!waits) return { now: true, object };
  return { now: false, object: marked(type, object, finalizers, grace, nowMs) };
}

/** A pod that a node runs gets time to end; later deletes can only shorten it. */
function graceOf(type: ResourceType, object: ApiObject, how: DeleteOptions): number {
  if (type.collection !== '/pods') return 0;
  const bound = textAt(object, 'spec', 'nodeName');
  const phase = textAt(object, 'status', 'phase');
  if (!bound || phase === 'Succeeded' || phase === 'Failed') return 0;
  const asked = how.graceSeconds ?? numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30;
  const already = object.metadata.deletionGracePeriodSeconds;
  return Math.max(0, already === undefined ? asked : Math.min(asked, already));
}

function finalizersOf(object: ApiObject, propagation: Propagation): readonly string[] {
  const others = (object.metadata.finalizers ?? []).filter((f) => f !== FOREGROUND && f !== ORPHAN);
  if (propagation === 'Foreground') return [...others, FOREGROUND];
  return propagation === 'Orphan' ? [...others, ORPHAN] : others;
}

function marked(
  type: ResourceType,
  object: ApiObject,
  finalizers: readonly string[],
  grace: number,
  nowMs: number,
): ApiObject {
  const { metadata } = object;
  const shortened = metadata.deletionTimestamp !== undefined && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  const timestamp =
    metadata.deletionTimestamp === undefined || shortened ? timeText(nowMs + grace * 1000) : metadata.deletionTimestamp;
  const next: ApiObject = {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp,
      deletionGracePeriodSeconds: grace,
      ...(type.counted && metadata.deletionTimestamp === undefined
        ? { generation: (metadata.generation ?? 1) + 1 }
        : {}),
      ...(finalizers.length > 0 ? { finalizers } : {}),
    },
  };
  return type.collection === '/namespaces' ? { ...next, status: { phase: 'Terminating' } } : next;
}
