// An object's key as one word: what the queue, the sampler and every map here go by. A ScaledObject's is `namespace/name`, a
// ScaledJob's is `ScaledJob/namespace/name`: the two may have the same name.
import type { KubeObject } from '../kube/client.ts';

export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** The kinds that the controller acts on. */
export type ScaledKind = 'ScaledObject' | 'ScaledJob';

const SCALED_JOB = 'ScaledJob/';

export function keyOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${kind === 'ScaledJob' ? SCALED_JOB : ''}${metadata.namespace ?? ''}/${metadata.name}`;
}

export function scaledJobKey({ namespace, name }: NamespacedName): string {
  return `${SCALED_JOB}${namespace}/${name}`;
}

/** A slash stands in no name, so two of them are a ScaledJob's. */
export function kindOf(key: string): ScaledKind {
  return key.indexOf('/') === key.lastIndexOf('/') ? 'ScaledObject' : 'ScaledJob';
}

export function namesOf(key: string): NamespacedName {
  const words = key.slice(kindOf(key) === 'ScaledJob' ? SCALED_JOB.length : 0);
  const slash = words.indexOf('/');
  return { namespace: words.slice(0, slash), name: words.slice(slash + 1) };
}
