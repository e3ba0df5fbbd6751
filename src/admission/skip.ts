// Writes that no rule has a say in: what goes away, and what leaves everything that the rules look at as it is.
import { isDeepStrictEqual } from 'node:util';
import type { ReviewRequest, WrittenObject } from './review.ts';

/** `judge`: it may be refused. `warn`: nothing in it is new, so what is wrong was so before. `skip`: nothing to say. */
export type Attention = 'judge' | 'warn' | 'skip';

/** KEDA's rule, that an object which gives up a finalizer unchanged is let go, and a gentler one of ours: metadata can be changed (an object can be paused) whatever has become of its surroundings. */
export function attentionFor({ operation, subresource, object, old }: ReviewRequest): Attention {
  if ((operation !== 'CREATE' && operation !== 'UPDATE') || subresource !== '' || object === undefined) return 'skip';
  if (operation === 'CREATE' || old === undefined || !isDeepStrictEqual(object['spec'], old['spec'])) return 'judge';
  const isLeaving = textOf(metadataOf(object)['deletionTimestamp']) !== '';
  return isLeaving || finalizersOf(object) < finalizersOf(old) ? 'skip' : 'warn';
}

function metadataOf(object: WrittenObject): Readonly<Record<string, unknown>> {
  const { metadata } = object;
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : {};
}

function finalizersOf(object: WrittenObject): number {
  const { finalizers } = metadataOf(object);
  return Array.isArray(finalizers) ? finalizers.length : 0;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
