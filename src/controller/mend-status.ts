// Takes out of a status what cannot be read there, so that it neither stays for ever nor is taken for something that we wrote.
import type { KubeClient, Resource } from '../kube/client.ts';
import { timestamp } from './status.ts';
import type { Reported } from './status-writer.ts';
import { atVersionOf } from './written.ts';

export interface MendOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  /** Names of the fields that cannot be read; the object has been read without them. */
  readonly unreadable: readonly string[];
  readonly now: number;
}

/** A last activity that cannot be read may have been a moment ago, so it counts as now. Resolves to the object with what can be read. */
export async function mendStatus<O extends Reported>(
  object: O,
  { client, resource, unreadable, now }: MendOptions,
  signal: AbortSignal,
): Promise<O> {
  if (unreadable.length === 0) return object;
  const active = unreadable.includes('lastActiveTime') ? { lastActiveTime: timestamp(now) } : {};
  const status = { ...Object.fromEntries(unreadable.map((field) => [field, null])), ...active };
  const { name, namespace, resourceVersion, uid } = object.metadata;
  const body = { metadata: { resourceVersion, uid }, status };
  const options = { subresource: 'status', signal } as const;
  const written = await client.patch(resource, { namespace, name }, { type: 'merge', body }, options);
  return { ...atVersionOf(object, written), status: { ...object.status, ...active } };
}
