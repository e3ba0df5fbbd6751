// The state of the cluster: objects by collection, one revision counter, and a bounded history for watches.
import type { ApiObject } from './object.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  /** With DELETED: the last state, under the revision of its removal. */
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
  readonly revision: number;
}

/** Survives the server that uses it. Collections are named `group/plural`; keys are `namespace/name`. */
export interface Storage {
  revision(): number;
  get(collection: string, namespace: string | undefined, name: string): ApiObject | undefined;
  /** Sorted by namespace and name. */
  list(collection: string, namespace?: string): readonly ApiObject[];
  collections(): readonly string[];
  /** Stores the object under the next revision and tells the listeners before it returns. */
  put(collection: string, object: ApiObject): ApiObject;
  /** The removed object, or undefined when there was none. */
  remove(collection: string, namespace: string | undefined, name: string): ApiObject | undefined;
  /** Changes after `revision`, or undefined when history does not reach back that far. */
  changesSince(collection: string, revision: number): readonly Change[] | undefined;
  /** Listens to one collection, or with `all` to every one. Returns the way out. */
  subscribe(collection: string, listener: (change: Change) => void): () => void;
  /** The oldest revision from which changes can be told. */
  oldestRevision(collection: string): number;
  /** Forgets all history: every older resourceVersion is answered with 410. */
  compact(): void;
}

interface Collection {
  readonly objects: Map<string, ApiObject>;
  sortedKeys: readonly string[] | undefined;
  history: Change[];
  /** Changes up to and including this revision are forgotten. */
  forgottenUpTo: number;
}

/** Revisions start above zero so that "0" keeps its meaning ("any"). */
const FIRST_REVISION = 1000;

export function createStorage(options: { historyLimit: number }): Storage {
  const collections = new Map<string, Collection>();
  const listeners = new Map<string, Set<(change: Change) => void>>();
  let revision = FIRST_REVISION;
  let compactedUpTo = 0;

  const collection = (name: string): Collection => {
    let found = collections.get(name);
    if (!found) {
      found = { objects: new Map(), sortedKeys: undefined, history: [], forgottenUpTo: compactedUpTo };
      collections.set(name, found);
    }
    return found;
  };

  const tell = (into: Collection, change: Change): void => {
    into.history.push(change);
    // Cut in halves, so that the cost of a cut is spread over many changes.
    if (into.history.length > options.historyLimit * 2) {
      const cut = into.history.splice(0, into.history.length - options.historyLimit);
      into.forgottenUpTo = cut.at(-1)?.revision ?? into.forgottenUpTo;
    }
    for (const name of [change.collection, 'all']) for (const listener of listeners.get(name) ?? []) listener(change);
  };

  const stamp = (object: ApiObject): ApiObject => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(++revision) },
  });

  return {
    revision: () => revision,
    collections: () => [...collections.keys()],
    get: (name, namespace, object) => collections.get(name)?.objects.get(keyOf(namespace, object)),
    list(name, namespace) {
      const { objects } = collection(name);
      const keys = (collection(name).sortedKeys ??= [...objects.keys()].sort());
      const all = keys.flatMap((key) => objects.get(key) ?? []);
      return namespace === undefined ? all : all.filter((o) => o.metadata.namespace === namespace);
    },
    put(name, object) {
      const into = collection(name);
      const key = keyOf(object.metadata.namespace, object.metadata.name);
      const previous = into.objects.get(key);
      const stored = stamp(object);
      into.objects.set(key, stored);
      if (!previous) into.sortedKeys = undefined;
      tell(into, { type: previous ? 'MODIFIED' : 'ADDED', collection: name, object: stored, previous, revision });
      return stored;
    },
    remove(name, namespace, objectName) {
      const into = collection(name);
      const key = keyOf(namespace, objectName);
      const previous = into.objects.get(key);
      if (!previous) return undefined;
      into.objects.delete(key);
      into.sortedKeys = undefined;
      const last = stamp(previous);
      tell(into, { type: 'DELETED', collection: name, object: last, previous, revision });
      return last;
    },
    changesSince(name, since) {
      const { history, forgottenUpTo } = collection(name);
      if (since < forgottenUpTo) return undefined;
      return history.slice(firstAfter(history, since));
    },
    oldestRevision: (name) => collection(name).forgottenUpTo,
    subscribe(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    compact() {
      compactedUpTo = revision;
      for (const c of collections.values()) {
        c.history = [];
        c.forgottenUpTo = revision;
      }
    },
  };
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** The index of the first change after `revision`, by bisection. */
function firstAfter(history: readonly Change[], revision: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((history[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
