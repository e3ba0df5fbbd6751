// Takes away Jobs that are too many to keep, or of an older definition.
import { createLimiter } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { JOBS } from '../../kube/resources.ts';
import { namesOf } from '../object-key.ts';
import type { OwnJobs } from './own-jobs.ts';
import type { JobView } from './plan/job-view.ts';

export interface DeleteOptions {
  readonly client: KubeClient;
  readonly own: OwnJobs;
  /** The ScaledJob's. */
  readonly key: string;
  readonly propagation: 'Background' | 'Foreground';
}

const AT_ONCE = 10;

/** Rejects with the first failure, once all have been tried. */
export async function deleteJobs(
  jobs: readonly JobView[],
  { client, own, key, propagation }: DeleteOptions,
  signal: AbortSignal,
): Promise<void> {
  const limit = createLimiter(AT_ONCE);
  const { namespace } = namesOf(key);
  async function remove({ name, uid }: JobView): Promise<void> {
    signal.throwIfAborted();
    try {
      await client.delete(JOBS, { namespace, name }, { signal, propagation, uid });
    } catch (error) {
      // There is another one of that name, so the one that was meant is gone.
      if (!(error instanceof KubeError && error.code === 'KUBE_CONFLICT' && error.reason !== 'Fenced')) throw error;
    }
    // With Foreground it stays until its pods are gone, and takes its place until then.
    if (propagation === 'Background') own.deleted(key, { name, uid });
  }
  const results = await Promise.allSettled(jobs.map((job) => limit(() => remove(job))));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
