// A namespaced object's key as one word, `namespace/name`: what the queue, the sampler and every map here go by.
import type { KubeObject } from '../kube/client.ts';

export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

export function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function namesOf(key: string): NamespacedName {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
