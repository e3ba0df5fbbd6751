// Replicas of anything that can be scaled, through its `/scale` subresource.
import type { KubeClient, KubeObject, ObjectKey, Resource } from './client.ts';

export interface Scale {
  /** What is asked for; 0 when the object does not say. */
  readonly replicas: number;
  /** What there is. */
  readonly currentReplicas: number;
  /** Label selector of the pods, as text; empty when the object's CRD gives none. */
  readonly selector: string;
  readonly resourceVersion: string;
  readonly uid: string;
}

interface ScaleObject extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

/** Rejects with KUBE_NOT_FOUND when there is no such object, or none with a `/scale`. */
export async function readScale(
  client: KubeClient,
  resource: Resource,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<Scale> {
  return scaleOf(await client.get<ScaleObject>(resource, key, { subresource: 'scale', signal }));
}

/**
 * With a `resourceVersion` the write is refused with KUBE_CONFLICT when anybody wrote the object after it was read; without
 * one it always wins.
 */
export async function writeScale(
  client: KubeClient,
  resource: Resource,
  key: ObjectKey,
  wanted: { readonly replicas: number; readonly resourceVersion?: string },
  signal: AbortSignal,
): Promise<Scale> {
  const { replicas, resourceVersion } = wanted;
  const metadata = resourceVersion === undefined ? {} : { resourceVersion };
  const body = { metadata, spec: { replicas } };
  const written = await client.patch<ScaleObject>(
    resource,
    key,
    { type: 'merge', body },
    { subresource: 'scale', signal },
  );
  return scaleOf(written);
}

function scaleOf({ metadata, spec, status }: ScaleObject): Scale {
  return {
    replicas: spec?.replicas ?? 0,
    currentReplicas: status?.replicas ?? 0,
    selector: status?.selector ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    uid: metadata.uid ?? '',
  };
}
