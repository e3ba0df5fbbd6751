// metadata: what the server writes into it, what a client may not change, and whether names and labels are allowed.
import { type ApiObject, equal, type Json, type JsonObject, type Metadata, textAt, timeText } from './object.ts';
import { checkLabels, checkName, checkQualifiedName, generatedName } from './names.ts';
import type { ResourceType } from './resource-type.ts';
import { badRequest, conflict, invalidValue, MODIFIED, required, type StatusCause } from './status.ts';

/** The metadata of a new object. Throws 400 when the body names another namespace than the path. */
export function objectMetadata(
  given: JsonObject,
  stamp: { type: ResourceType; namespace: string | undefined; random: () => number; uid: string; nowMs: number },
): Metadata {
  const { type, namespace } = stamp;
  const {
    selfLink: _s,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _g,
    resourceVersion,
    namespace: named,
    ...rest
  } = given;
  if (resourceVersion !== undefined && resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  if (type.namespaced && named !== undefined && named !== '' && named !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const base = textAt(given, 'generateName') ?? '';
  const name = textAt(given, 'name') || (base === '' ? '' : generatedName(base, stamp.random));
  return {
    ...rest,
    name,
    ...(type.namespaced && namespace !== undefined ? { namespace } : {}),
    uid: stamp.uid,
    creationTimestamp: timeText(stamp.nowMs),
    ...(type.counted ? { generation: 1 } : {}),
    resourceVersion: '',
    managedFields: [],
  } as Metadata;
}

/**
 * The client's metadata of an existing object with everything the server owns put back. Throws 409 for a stale
 * resourceVersion or another uid.
 */
export function withServerMetadata(type: ResourceType, existing: ApiObject, given: JsonObject): JsonObject {
  const {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
  } = existing.metadata;
  const asked = textAt(given, 'resourceVersion');
  const askedUid = textAt(given, 'uid');
  if (askedUid !== undefined && askedUid !== '' && askedUid !== uid) {
    throw conflict(type, name, `Precondition failed: UID in precondition: ${askedUid}, UID in object meta: ${uid}`);
  }
  if (asked !== undefined && asked !== '' && asked !== resourceVersion) throw conflict(type, name, MODIFIED);
  for (const [field, value] of [
    ['name', name],
    ['namespace', namespace],
  ] as const) {
    const found = textAt(given, field);
    if (found !== undefined && found !== '' && found !== value) {
      throw badRequest(`the ${field} of the object (${found}) does not match the ${field} on the URL (${value ?? ''})`);
    }
  }
  return {
    ...given,
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    selfLink: undefined,
  };
}

export function checkMetadata(
  type: ResourceType,
  object: ApiObject,
  existing: ApiObject | undefined,
): readonly StatusCause[] {
  const { name, labels, annotations, finalizers = [], ownerReferences = [] } = object.metadata;
  const addedFinalizers = finalizers.filter((f) => !(existing?.metadata.finalizers ?? []).includes(f));
  return [
    ...(existing
      ? []
      : name === ''
        ? [required('metadata.name', 'name or generateName is required')]
        : checkName(type.nameRule, 'metadata.name', name)),
    ...(equal(labels, existing?.metadata.labels) ? [] : checkLabels('metadata.labels', labels ?? {})),
    ...Object.keys(annotations ?? {}).flatMap((key) => checkQualifiedName('metadata.annotations', key)),
    ...(existing?.metadata.deletionTimestamp !== undefined && addedFinalizers.length > 0
      ? [
          {
            reason: 'FieldValueForbidden',
            field: 'metadata.finalizers',
            message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(addedFinalizers)}`,
          },
        ]
      : []),
    ...ownerReferences.flatMap((owner, index) =>
      (['apiVersion', 'kind', 'name', 'uid'] as const)
        .filter((field) => !owner[field])
        .map((field) => invalidValue(`metadata.ownerReferences[${index}].${field}`, '', `${field} must not be empty`)),
    ),
  ];
}

const STANDARD_FINALIZERS: readonly string[] = ['foregroundDeletion', 'orphan', 'kubernetes'];

/** What Kubernetes remarks about finalizers that are new on an object. */
export function finalizerWarnings(object: ApiObject, existing: ApiObject | undefined): readonly string[] {
  const known = [...STANDARD_FINALIZERS, ...(existing?.metadata.finalizers ?? [])];
  return (object.metadata.finalizers ?? [])
    .filter((finalizer) => !finalizer.includes('/') && !known.includes(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: "${finalizer}": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
}

/** `metadata` of a list. */
export function listMetadata(
  revision: number,
  more?: { readonly token: string; readonly remaining: number },
): JsonObject {
  const extra: Record<string, Json> = more ? { continue: more.token, remainingItemCount: more.remaining } : {};
  return { resourceVersion: String(revision), ...extra };
}
