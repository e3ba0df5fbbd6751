// An object after a write of ours, as the watch is going to show it, and whoever goes on with it.
import type { KubeObject } from '../kube/client.ts';
import type { TriggerMemory } from './memory.ts';

/**
 * `object` at the resourceVersion of `answer`. Nothing else is taken from there: the answer has what the watch leaves out (managed
 * fields, kubectl's copy of the object), and may have somebody else's change, which is looked at when the watch shows it.
 */
export function atVersionOf<O extends KubeObject>(object: O, { metadata }: KubeObject): O {
  const { resourceVersion } = metadata;
  return { ...object, metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}

/** The object as it is now, by our own last write or by the watch, and where to note the next write. It is not checked. */
export function newestOf<O extends KubeObject>(
  stored: KubeObject,
  memory: Pick<TriggerMemory, 'written'>,
): { object: O; wrote(object: KubeObject): void } {
  const over = stored.metadata.resourceVersion ?? '';
  // Once the watch has caught up, our copy is only weight.
  if (memory.written?.over !== over) memory.written = undefined;
  return {
    object: (memory.written?.object ?? stored) as O,
    wrote: (object) => {
      memory.written = { over, object };
    },
  };
}

/** Goes on with `object`, and has it remembered, unless nothing was written. */
export function goOnWith<O extends KubeObject>(visit: { object: O; wrote(object: O): void }, object: O): void {
  if (object === visit.object) return;
  visit.object = object;
  visit.wrote(object);
}
