// Leases a watch of the cluster as other sources lease a connection: one for all triggers that look at the same objects.
import { InternalError } from '../errors.ts';
import type { ClusterWatch, WatchedObjects } from './cluster.ts';
import type { Lease, ScalerDeps } from './scaler.ts';

/** The watch that all triggers of one source share; `keep` has to be the same for all of them. */
export async function leaseWatch<T>(
  deps: ScalerDeps,
  sourceId: string,
  what: WatchedObjects,
  keep: (object: unknown) => T,
): Promise<Lease<ClusterWatch<T>>> {
  const { cluster } = deps;
  if (!cluster) throw new InternalError(`${sourceId}: there is no cluster to look at`);
  return deps.clients.share(
    sourceId,
    async () => cluster.watch(what, keep),
    (watch) => watch.close(),
  );
}
