// Do as many replicas share the objects as there are?
import { type Lease, RING_LABEL } from '../../kube/leases.ts';
import { LEASES } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { type Check, tellOf } from './finding.ts';
import { installCommand } from './installation.ts';

const tell = tellOf('membership');

/** Clocks of the cluster and of this machine differ; a member renews every second or so. */
const STALE_MS = 30_000;

export async function* checkMembership({ client, signal, sluice, now }: ClusterView): Check {
  const replicas = sluice.deployment?.spec.replicas ?? 1;
  if (!sluice.parts.membership) {
    yield replicas <= 1
      ? tell.ok('one replica, which shares with nobody')
      : tell.problem(
          `${replicas} replicas without --membership: each acts on every object`,
          `${installCommand(sluice)} --set operator.replicaCount=${replicas}`,
        );
    return;
  }
  const { namespace } = sluice;
  const { items } = await client.list<Lease>(LEASES, { namespace, labelSelector: RING_LABEL, signal });
  // One that is empty was given up.
  const members = items.filter(({ spec }) => spec?.holderIdentity);
  const isLive = ({ spec }: Lease): boolean => now() - Date.parse(spec?.renewTime ?? '') < STALE_MS;
  const stale = members.filter((lease) => !isLive(lease)).map(({ metadata }) => metadata.name);
  const live = members.length - stale.length;
  const message = `${live} live ${live === 1 ? 'member' : 'members'} for ${replicas} replicas`;
  yield live === replicas ? tell.ok(message) : tell.warning(message, `kubectl -n ${namespace} get leases`);
  if (stale.length === 0) return;
  yield tell.warning(
    `not renewed for ${STALE_MS / 1_000} s: ${stale.join(', ')}`,
    `kubectl -n ${namespace} delete lease ${stale.join(' ')}`,
  );
}
