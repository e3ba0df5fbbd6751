// An object after a write of ours, as the watch is going to show it, and whoever goes on with it.
import type { KubeObject } from '../kube/client.ts';

/**
 * `object` at the resourceVersion of `answer`. Nothing else is taken from there: the answer has what the watch leaves out (managed
 * fields, kubectl's copy of the object), and may have somebody else's change, which is looked at when the watch shows it.
 */
export function atVersionOf<O extends KubeObject>(object: O, { metadata }: KubeObject): O {
  const { resourceVersion } = metadata;
  return { ...object, metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } };
}

/** Goes on with `object`, and has it remembered, unless nothing was written. */
export function goOnWith<O extends KubeObject>(visit: { object: O; wrote(object: O): void }, object: O): void {
  if (object === visit.object) return;
  visit.object = object;
  visit.wrote(object);
}
