// The objects that are this replica's: counted, and looked at when they become so or cease to be.
import type { KubeObject } from '../../kube/client.ts';
import type { Store } from '../../kube/store.ts';
import type { Ownership } from './ownership.ts';

export interface ShareOptions {
  readonly ownership: Ownership;
  readonly objects: Store<KubeObject>;
  /** It has become ours, is not ours any more, or is ours and may be acted on again; one of `together` at this moment. */
  readonly look: (object: KubeObject, together: number) => void;
  readonly counted: (owned: number) => void;
}

export function followShare({ ownership, objects, look, counted }: ShareOptions): void {
  const ours = new Set<string>();
  const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';

  objects.subscribe(({ type, object }) => {
    const uid = uidOf(object);
    if (type !== 'deleted' && ownership.owns(uid)) ours.add(uid);
    else ours.delete(uid);
    counted(ours.size);
  });
  ownership.subscribe((change) => {
    const due = objects.list().filter((object) => {
      const uid = uidOf(object);
      const isOurs = ownership.owns(uid);
      const wasOurs = ours.has(uid);
      if (isOurs) ours.add(uid);
      else ours.delete(uid);
      return isOurs !== wasOurs || (isOurs && change === 'resumed');
    });
    for (const object of due) look(object, due.length);
    counted(ours.size);
  });
}
