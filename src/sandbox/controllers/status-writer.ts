// Writing a status only when it says something new.
import type { KubeClient, KubeObject, Resource } from '../../kube/client.ts';
import { sameJson } from './canonical-json.ts';

/** Replaces the status of the object as it was read; a write in between is a KUBE_CONFLICT. The newest object either way. */
export async function writeStatus<T extends KubeObject & { readonly status?: object }>(
  client: KubeClient,
  resource: Resource,
  object: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
): Promise<T> {
  if (sameJson(object.status, status)) return object;
  return client.replace<T>(resource, { ...object, status }, { subresource: 'status', signal });
}
