// The finalizer of a ScaledJob: it keeps nothing of its own, and its Jobs go by their owner references.
import { FINALIZER, scaledJobs } from '../../api/names.ts';
import type { ScaledJob } from '../../api/scaled-job.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { atVersionOf } from '../written.ts';

/** Resolves to the object with the finalizer. */
export async function claimScaledJob(object: ScaledJob, client: KubeClient, signal: AbortSignal): Promise<ScaledJob> {
  const { name, namespace, resourceVersion, uid, finalizers = [] } = object.metadata;
  if (finalizers.includes(FINALIZER)) return object;
  const ours = { finalizers: [...finalizers, FINALIZER] };
  const body = { metadata: { resourceVersion, uid, ...ours } };
  const written = await client.patch(scaledJobs, { namespace, name }, { type: 'merge', body }, { signal });
  return atVersionOf({ ...object, metadata: { ...object.metadata, ...ours } }, written);
}

/** Lets it go; false when it was let go before. */
export async function releaseScaledJob(object: KubeObject, client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const { name, namespace, resourceVersion, uid, finalizers = [] } = object.metadata;
  if (!finalizers.includes(FINALIZER)) return false;
  const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const body = { metadata: { resourceVersion, uid, finalizers: rest } };
  try {
    await client.patch(scaledJobs, { namespace, name }, { type: 'merge', body }, { signal });
    return true;
  } catch (error) {
    // We let it go a moment ago, and the watch has not told yet.
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return false;
    throw error;
  }
}
