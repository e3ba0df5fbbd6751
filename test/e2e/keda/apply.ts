// Objects into a real control plane, in order: found by discovery, written by server-side apply.
import { systemClock } from '../../../src/async.ts';
import { applyObjects } from '../../../src/cli/manifests/apply.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client.ts';

const { signal } = new AbortController();

export function applyAll(client: KubeClient, objects: readonly KubeObject[]): Promise<unknown> {
  return applyObjects(objects, { client, fieldManager: 'installer', namespace: 'default', clock: systemClock, signal });
}
