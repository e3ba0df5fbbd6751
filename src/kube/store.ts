// What a reflector keeps: the newest known state of a set of objects, with listeners. Read-only for everybody else.
import type { KubeObject, ObjectKey } from './client.ts';

export type Change<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  /** `object` is the state in which it was deleted, `previous` the one that was known before. */
  | { readonly type: 'deleted'; readonly object: T; readonly previous: T };

export interface Store<T extends KubeObject> {
  get(key: ObjectKey): T | undefined;
  /** All, or those of one namespace. */
  list(namespace?: string): readonly T[];
  /** True from the first complete list on. */
  synced(): boolean;
  /** Called for every change after subscription, and once with `added` for each object already known. Returns the way out. */
  subscribe(listener: (change: Change<T>) => void): () => void;
}
