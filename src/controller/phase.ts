// Each object looks at its own moment of an interval, so that ten thousand of them do not ask in the same second.
import { createHash } from 'node:crypto';
import type { KubeObject } from '../kube/client.ts';
import type { Binding } from './binding.ts';

/**
 * A number to be taken modulo the interval. Triggers that a source answers in one call share a moment, and so do identical
 * questions; everything else is spread by the object's uid.
 */
export function phaseOf(bindings: readonly Binding[], { metadata }: Pick<KubeObject, 'metadata'>): number {
  const first = bindings.find((binding) => binding.kind === 'polled');
  if (!first) return hash(metadata.uid ?? metadata.name);
  return hash(first.trigger.batches ? first.trigger.sourceId : first.question);
}

function hash(text: string): number {
  return createHash('sha1').update(text).digest().readUInt32BE(0);
}

/** How long after the start an object is first looked at: at most 200 in a second, so that a start is no storm. */
export function firstLookInMs(uid: string, objects: number): number {
  return hash(uid) % Math.max(1, objects * 5);
}
