// Takes out of a status what cannot be read there, so that it neither stays for ever nor is taken for something that we wrote.
import { scaledObjects } from '../api/names.ts';
import type { ScaledObject } from '../api/scaled-object.ts';
import type { KubeClient } from '../kube/client.ts';
import { unreadableStatus } from './load.ts';
import { timestamp } from './status.ts';
import { atVersionOf } from './written.ts';

/** A last activity that cannot be read may have been a moment ago, so it counts as now. Resolves to the object with what can be read. */
export async function mendStatus(
  object: ScaledObject,
  { client, now }: { readonly client: KubeClient; readonly now: number },
  signal: AbortSignal,
): Promise<ScaledObject> {
  const unreadable = unreadableStatus(object);
  if (unreadable.length === 0) return object;
  const active = unreadable.includes('lastActiveTime') ? { lastActiveTime: timestamp(now) } : {};
  const status = { ...Object.fromEntries(unreadable.map((field) => [field, null])), ...active };
  const { name, namespace, resourceVersion, uid } = object.metadata;
  const body = { metadata: { resourceVersion, uid }, status };
  const options = { subresource: 'status', signal } as const;
  const written = await client.patch(scaledObjects, { namespace, name }, { type: 'merge', body }, options);
  return { ...atVersionOf(object, written), status: { ...object.status, ...active } };
}
