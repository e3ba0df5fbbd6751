// The writable side of a Store: what a reflector learns goes in here, and listeners hear of it.
import type { Logger } from '../log.ts';
import type { KubeObject, ObjectKey } from './client.ts';
import type { Change, Store } from './store.ts';

export interface ObjectStore<T extends KubeObject> extends Store<T> {
  /** Added or updated; nothing happens when the resourceVersion is known already. */
  put(object: T): void;
  /** `last` is the state in which it was deleted. */
  remove(last: T): void;
  /** A complete list of one scope (a namespace, or everything): the difference to what is known is what listeners hear. */
  replace(scope: string | undefined, objects: readonly T[]): void;
  markSynced(): void;
}

export function createObjectStore<T extends KubeObject>(log: Logger): ObjectStore<T> {
  const namespaces = new Map<string, Map<string, T>>();
  const listeners = new Set<(change: Change<T>) => void>();
  let synced = false;

  const spaceOf = (key: ObjectKey): Map<string, T> | undefined => namespaces.get(key.namespace ?? '');
  const tell = (listener: (change: Change<T>) => void, change: Change<T>): void => {
    try {
      listener(change);
    } catch (error) {
      log.error('a listener failed', { error, change: change.type, object: change.object.metadata.name });
    }
  };
  const publish = (change: Change<T>): void => {
    for (const listener of Array.from(listeners)) tell(listener, change);
  };
  const all = (): T[] => [...namespaces.values()].flatMap((space) => [...space.values()]);

  function put(object: T): void {
    const { namespace = '', name, resourceVersion } = object.metadata;
    const space = namespaces.get(namespace) ?? new Map<string, T>();
    namespaces.set(namespace, space);
    const previous = space.get(name);
    if (previous !== undefined && previous.metadata.resourceVersion === resourceVersion) return;
    space.set(name, object);
    // Deleted and made anew while we did not look: two objects, not one that changed.
    if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
      publish({ type: 'deleted', object: previous, previous });
      publish({ type: 'added', object });
      return;
    }
    publish(previous === undefined ? { type: 'added', object } : { type: 'updated', object, previous });
  }

  function remove(last: T): void {
    const { namespace = '', name } = last.metadata;
    const space = namespaces.get(namespace);
    const previous = space?.get(name);
    if (!space || previous === undefined) return;
    space.delete(name);
    if (space.size === 0) namespaces.delete(namespace);
    publish({ type: 'deleted', object: last, previous });
  }

  return {
    get: (key) => spaceOf(key)?.get(key.name),
    list: (namespace) => (namespace === undefined ? all() : [...(namespaces.get(namespace)?.values() ?? [])]),
    synced: () => synced,
    subscribe(listener) {
      listeners.add(listener);
      for (const object of all()) tell(listener, { type: 'added', object });
      return () => listeners.delete(listener);
    },
    put,
    remove,
    replace(scope, objects) {
      const listed = new Set(objects.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`));
      const known = scope === undefined ? all() : [...(namespaces.get(scope)?.values() ?? [])];
      for (const object of known) {
        if (!listed.has(`${object.metadata.namespace ?? ''}/${object.metadata.name}`)) remove(object);
      }
      for (const object of objects) put(object);
    },
    markSynced() {
      synced = true;
    },
  };
}
