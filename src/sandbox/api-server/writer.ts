// The one way an object is created, changed or removed: decode, default, own, validate, admit, store.
import type { Clock } from '../../async.ts';
import { randomUUID } from 'node:crypto';
import type { Admission, AdmissionRequest } from './admission/admission.ts';
import { decodeObject } from './decode.ts';
import { decideRemoval, type DeleteOptions } from './deletion.ts';
import { checkMetadata, finalizerWarnings, objectMetadata, withServerMetadata } from './metadata.ts';
import { checkNamespaceOpen } from './namespaces.ts';
import { type ApiObject, equal, type Json, type JsonObject, objectAt, textAt, timeText } from './object.ts';
import { afterUpdate, type Writer as Owner } from './patch/managed-fields.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';
import { alreadyExists, conflict, invalid, MODIFIED, notFound } from './status.ts';
import type { Storage } from './storage.ts';
import type { WriteOptions } from './write-options.ts';

/** A change to an object: given the newest state, the wanted one, and the owners if it decided on them itself (apply). */
export type Edit = (existing: ApiObject) => {
  readonly object: JsonObject;
  readonly managedFields?: ApiObject['metadata']['managedFields'];
};

export interface ObjectWriter {
  create(
    type: ResourceType,
    namespace: string | undefined,
    body: Json,
    options: WriteOptions,
    owners?: ApiObject['metadata']['managedFields'],
  ): Promise<ApiObject>;
  /** Retried when another writer was faster, unless the edit names the resourceVersion it is for. */
  update(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    edit: Edit,
    options: WriteOptions,
  ): Promise<ApiObject>;
  /** The removed object, or the one that waits for its finalizers or its pod's grace. */
  remove(
    type: ResourceType,
    existing: ApiObject,
    how: DeleteOptions,
    options: WriteOptions,
  ): Promise<{ readonly gone: boolean; readonly object: ApiObject }>;
}

/** An edit is tried this often against other writers before it fails with a conflict. */
const ATTEMPTS = 5;

export function createWriter(parts: {
  storage: Storage;
  admission: Admission;
  clock: Clock;
  random: () => number;
}): ObjectWriter {
  const { storage, admission, clock, random } = parts;

  const ownerOf = (type: ResourceType, options: WriteOptions): Owner => ({
    manager: options.manager,
    operation: 'Update',
    apiVersion: apiVersionOf(type),
    subresource: options.subresource,
    time: timeText(clock.now()),
  });

  const admit = async (request: AdmissionRequest, options: WriteOptions): Promise<void> => {
    const remarks = request.object ? finalizerWarnings(request.object, request.old) : [];
    for (const warning of [...remarks, ...(await admission.review(request, options.signal))]) options.warn(warning);
  };

  const check = (type: ResourceType, object: ApiObject, existing: ApiObject | undefined): void => {
    const causes = [
      ...checkMetadata(type, object, existing),
      ...type.validate(object, { nowMs: clock.now(), random, existing }),
    ];
    if (causes.length > 0) throw invalid(type, object.metadata.name, causes);
  };

  return {
    async create(type, namespace, body, options, owners) {
      const decoded = decodeObject(type, body, options);
      if (type.namespaced)
        checkNamespaceOpen(storage, type, namespace ?? '', textAt(decoded, 'metadata', 'name') ?? '');
      const { status: _status, ...statusless } = decoded;
      const empty = type.origin === 'built-in' ? { status: {} } : {};
      const fresh = type.hasStatus ? { ...statusless, ...empty } : decoded;
      const metadata = objectMetadata(objectAt(fresh, 'metadata'), {
        type,
        namespace,
        random,
        uid: randomUUID(),
        nowMs: clock.now(),
      });
      const prepared = type.prepare({ ...fresh, metadata }, { nowMs: clock.now(), random, existing: undefined });
      const object = owned(type, undefined, toApiObject(type, prepared), owners, ownerOf(type, options));
      check(type, object, undefined);
      await admit({ type, operation: 'CREATE', object, old: undefined, options }, options);
      if (storage.get(type.collection, object.metadata.namespace, object.metadata.name)) {
        throw alreadyExists(type, object.metadata.name);
      }
      return options.dryRun ? object : type.fromStored(storage.put(type.collection, type.toStored(object)));
    },

    async update(type, namespace, name, edit, options) {
      for (let attempt = 1; ; attempt++) {
        const stored = storage.get(type.collection, namespace, name);
        if (!stored) throw notFound(type, name);
        const existing = type.fromStored(stored);
        const next = nextState(type, existing, edit(existing), options);
        if (next === existing) return existing;
        check(type, next, existing);
        await admit({ type, operation: 'UPDATE', object: next, old: existing, options }, options);
        if (storage.get(type.collection, namespace, name) !== stored) {
          if (attempt === ATTEMPTS) throw conflict(type, name, MODIFIED);
          continue;
        }
        if (options.dryRun) return next;
        if (
          next.metadata.deletionTimestamp !== undefined &&
          (next.metadata.finalizers ?? []).length === 0 &&
          mayGo(type, next)
        ) {
          return type.fromStored(storage.remove(type.collection, namespace, name) ?? next);
        }
        return type.fromStored(storage.put(type.collection, type.toStored(next)));
      }
    },

    async remove(type, existing, how, options) {
      const { name, namespace } = existing.metadata;
      await admit({ type, operation: 'DELETE', object: undefined, old: existing, options }, options);
      const stored = storage.get(type.collection, namespace, name);
      if (!stored) throw notFound(type, name);
      const removal = decideRemoval(type, type.fromStored(stored), how, clock.now());
      if (options.dryRun) return { gone: removal.now, object: removal.object };
      if (removal.now)
        return { gone: true, object: type.fromStored(storage.remove(type.collection, namespace, name) ?? existing) };
      if (equal(removal.object, existing)) return { gone: false, object: existing };
      return { gone: false, object: type.fromStored(storage.put(type.collection, type.toStored(removal.object))) };
    },
  };

  function nextState(
    type: ResourceType,
    existing: ApiObject,
    wanted: ReturnType<Edit>,
    options: WriteOptions,
  ): ApiObject {
    const decoded = decodeObject(type, wanted.object, options);
    const scoped = withinScope(type, existing, decoded, options.subresource);
    const metadata = withServerMetadata(type, existing, objectAt(scoped, 'metadata'));
    const prepared = type.prepare({ ...scoped, metadata }, { nowMs: clock.now(), random, existing });
    const changed = countGeneration(type, existing, toApiObject(type, prepared));
    const next = owned(type, existing, changed, wanted.managedFields, ownerOf(type, options));
    return sameButForTime(existing, next) ? existing : next;
  }
}

function toApiObject(type: ResourceType, object: JsonObject): ApiObject {
  const { apiVersion: _a, kind: _k, metadata, ...rest } = object;
  return { apiVersion: apiVersionOf(type), kind: type.kind, metadata: metadata as ApiObject['metadata'], ...rest };
}

/** Pods wait for their node, namespaces for their content. */
function mayGo(type: ResourceType, object: ApiObject): boolean {
  if (type.collection === '/pods') return object.metadata.deletionGracePeriodSeconds === 0;
  return type.collection !== '/namespaces';
}

/** /status changes nothing but status; everything else changes anything but status. */
function withinScope(
  type: ResourceType,
  existing: ApiObject,
  wanted: JsonObject,
  subresource: WriteOptions['subresource'],
): JsonObject {
  if (!type.hasStatus) return wanted;
  if (subresource !== 'status') {
    const { status: _ignored, ...rest } = wanted;
    return existing['status'] === undefined ? rest : { ...rest, status: existing['status'] };
  }
  // A node's agent also reports labels and annotations with its status.
  const metadata = ['Pod', 'Node'].includes(type.kind)
    ? {
        ...objectAt(wanted, 'metadata'),
        finalizers: existing.metadata.finalizers,
        ownerReferences: existing.metadata.ownerReferences,
      }
    : { ...existing.metadata, resourceVersion: textAt(wanted, 'metadata', 'resourceVersion') };
  const { status: _old, ...rest } = existing;
  return { ...rest, metadata, ...(wanted['status'] === undefined ? {} : { status: wanted['status'] }) };
}

function countGeneration(type: ResourceType, existing: ApiObject, next: ApiObject): ApiObject {
  if (!type.counted) return next;
  const content = (object: ApiObject): Json => {
    const { metadata: _m, status, apiVersion: _a, kind: _k, ...rest } = object;
    const annotations = type.collection === 'apps/deployments' ? countedAnnotations(object) : undefined;
    return type.hasStatus ? { ...rest, annotations } : { ...rest, status };
  };
  if (equal(content(existing), content(next))) return next;
  return { ...next, metadata: { ...next.metadata, generation: (existing.metadata.generation ?? 0) + 1 } };
}

/** Kubernetes counts a Deployment's annotations too, but its controller writes its own ones through /status. */
function countedAnnotations(object: ApiObject): JsonObject {
  const annotations = Object.entries(object.metadata.annotations ?? {});
  return Object.fromEntries(annotations.filter(([key]) => !key.startsWith('deployment.kubernetes.io/')));
}

function owned(
  type: ResourceType,
  existing: ApiObject | undefined,
  next: ApiObject,
  decided: ApiObject['metadata']['managedFields'],
  owner: Owner,
): ApiObject {
  const managedFields = decided ?? afterUpdate(type.schema, existing, next, owner);
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

/** Nothing changed but, at most, the time in managedFields: then nothing is written. */
function sameButForTime(a: ApiObject, b: ApiObject): boolean {
  const timeless = (object: ApiObject): Json => ({
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: '' })),
    },
  });
  return equal(timeless(a), timeless(b));
}
