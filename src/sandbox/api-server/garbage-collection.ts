// Owner references: objects whose owners are all gone go too; foreground and orphaning deletions finish here.
import type { Clock } from '../../async.ts';
import { FOREGROUND, ORPHAN, type Propagation } from './deletion.ts';
import type { ApiObject } from './object.ts';
import type { ResourceType } from './resource-type.ts';
import type { Change, Storage } from './storage.ts';

interface Node {
  readonly collection: string;
  readonly object: ApiObject;
}

/** Returns the way to stop. Work is done on the clock's next tick, never within somebody's write. */
export function collectGarbage(parts: {
  storage: Storage;
  clock: Clock;
  typeOf: (collection: string) => ResourceType | undefined;
  remove: (collection: string, object: ApiObject, propagation: Propagation) => void;
}): () => void {
  const { storage, clock, remove } = parts;
  const nodes = new Map<string, Node>();
  const dependents = new Map<string, Set<string>>();
  const due = new Set<string>();
  let cancel: (() => void) | undefined;

  const later = (uid: string): void => {
    due.add(uid);
    cancel ??= clock.schedule(0, () => {
      cancel = undefined;
      const work = [...due];
      due.clear();
      for (const each of work) look(each);
    });
  };

  const link = (object: ApiObject, how: 'add' | 'delete'): void => {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const set = dependents.get(owner.uid) ?? new Set();
      set[how](object.metadata.uid);
      if (set.size === 0) dependents.delete(owner.uid);
      else dependents.set(owner.uid, set);
    }
  };

  const onChange = ({ type, collection, object, previous }: Change): void => {
    const { uid } = object.metadata;
    if (previous) link(previous, 'delete');
    if (type === 'DELETED') {
      nodes.delete(uid);
      for (const dependent of dependents.get(uid) ?? []) later(dependent);
      for (const owner of previous?.metadata.ownerReferences ?? []) later(owner.uid);
      return;
    }
    nodes.set(uid, { collection, object });
    link(object, 'add');
    if ((object.metadata.ownerReferences ?? []).length > 0 || object.metadata.deletionTimestamp !== undefined)
      later(uid);
  };

  const dependentsOf = (uid: string): readonly Node[] =>
    [...(dependents.get(uid) ?? [])].flatMap((dependent) => nodes.get(dependent) ?? []);

  /** Drops a finalizer, and the object with it when that was what it waited for. */
  const release = ({ collection, object }: Node, finalizer: string): void => {
    const { namespace, name, finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
    const left = finalizers.filter((f) => f !== finalizer);
    if (left.length === 0 && deletionGracePeriodSeconds === 0) storage.remove(collection, namespace, name);
    else storage.put(collection, { ...object, metadata: { ...object.metadata, finalizers: left } });
  };

  const look = (uid: string): void => {
    const node = nodes.get(uid);
    if (!node) return;
    const { object, collection } = node;
    const finalizers = object.metadata.finalizers ?? [];
    const going = object.metadata.deletionTimestamp !== undefined;
    if (going && finalizers.includes(ORPHAN)) {
      for (const dependent of dependentsOf(uid)) disown(storage, dependent, uid);
      return release(node, ORPHAN);
    }
    if (going && finalizers.includes(FOREGROUND)) {
      const blocking = dependentsOf(uid).filter((d) => blocks(d.object, uid));
      if (blocking.length === 0) return release(node, FOREGROUND);
      for (const dependent of blocking) {
        if (dependent.object.metadata.deletionTimestamp === undefined)
          remove(dependent.collection, dependent.object, 'Foreground');
      }
      return;
    }
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0 || going || owners.some((owner) => nodes.has(owner.uid))) return;
    remove(collection, object, 'Background');
  };

  for (const collection of storage.collections()) {
    for (const object of storage.list(collection)) {
      onChange({ type: 'ADDED', collection, object, previous: undefined, revision: 0 });
    }
  }
  const unsubscribe = storage.subscribe('all', onChange);
  return () => {
    unsubscribe();
    cancel?.();
  };
}

function blocks(dependent: ApiObject, ownerUid: string): boolean {
  return (dependent.metadata.ownerReferences ?? []).some((o) => o.uid === ownerUid && o.blockOwnerDeletion === true);
}

function disown(storage: Storage, { collection, object }: Node, ownerUid: string): void {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
  storage.put(collection, { ...object, metadata: { ...object.metadata, ownerReferences } });
}
