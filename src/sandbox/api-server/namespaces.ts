// Namespaces: nothing is created where there is none, and a deleted one takes its content with it.
import type { Clock } from '../../async.ts';
import type { ApiObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import { forbidden, notFound } from './status.ts';
import type { Storage } from './storage.ts';

export const NAMESPACES = '/namespaces';
const NAMESPACE = { group: '', plural: 'namespaces' } as const;

/** Throws 404 when the namespace does not exist and 403 when it is going. */
export function checkNamespaceOpen(storage: Storage, type: ResourceType, namespace: string, name: string): void {
  const found = storage.get(NAMESPACES, undefined, namespace);
  if (!found) throw notFound(NAMESPACE, namespace);
  if (found.metadata.deletionTimestamp !== undefined) {
    throw forbidden(
      type,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
  }
}

/** Empties terminating namespaces with `removeContent` and removes each one when nothing is left. Returns the way to stop. */
export function watchNamespaces(parts: {
  storage: Storage;
  clock: Clock;
  /** Begins the deletion of an object of a namespace that goes. */
  removeContent: (collection: string, object: ApiObject) => void;
}): () => void {
  const { storage, clock, removeContent } = parts;
  const due = new Map<string, () => void>();

  const look = (namespace: string): void => {
    due.delete(namespace);
    const found = storage.get(NAMESPACES, undefined, namespace);
    if (found?.metadata.deletionTimestamp === undefined) return;
    const content = storage
      .collections()
      .flatMap((collection) => storage.list(collection, namespace).map((object) => ({ collection, object })));
    for (const { collection, object } of content) {
      if (object.metadata.deletionTimestamp === undefined) removeContent(collection, object);
    }
    if (content.length === 0 && (found.metadata.finalizers ?? []).length === 0) {
      storage.remove(NAMESPACES, undefined, namespace);
    }
  };
  const soon = (namespace: string | undefined): void => {
    if (namespace === undefined || due.has(namespace)) return;
    if (storage.get(NAMESPACES, undefined, namespace)?.metadata.deletionTimestamp === undefined) return;
    due.set(
      namespace,
      clock.schedule(0, () => look(namespace)),
    );
  };

  for (const namespace of storage.list(NAMESPACES)) soon(namespace.metadata.name);
  const unsubscribe = storage.subscribe('all', (change) => {
    if (change.collection === NAMESPACES) soon(change.object.metadata.name);
    else if (change.type === 'DELETED') soon(change.object.metadata.namespace);
  });
  return () => {
    unsubscribe();
    for (const cancel of due.values()) cancel();
  };
}
