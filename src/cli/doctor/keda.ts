// Does KEDA's operator act on the same objects?
import type { KubeObject } from '../../kube/client.ts';
import { DEPLOYMENTS, LEASES } from '../../kube/resources.ts';
import type { ClusterView, Deployment } from './cluster.ts';
import { type Check, tellOf } from './finding.ts';

const tell = tellOf('KEDA');
/** KEDA's --leader-election-id, as all its manifests have it. */
const LEASE = 'operator.keda.sh';
const STALE_MS = 60_000;

interface Lease extends KubeObject {
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

export async function* checkKeda({ client, signal, now, sluice }: ClusterView): Check {
  const { items: deployments } = await client.list<Deployment>(DEPLOYMENTS, {
    labelSelector: 'app.kubernetes.io/name=keda-operator',
    signal,
  });
  const running = deployments.filter(({ status }) => (status?.readyReplicas ?? 0) > 0);
  const rivals = running.filter((deployment) => overlaps(namespacesOf(deployment), sluice.parts.watchNamespaces));
  for (const { metadata } of rivals) {
    yield tell.problem(
      `KEDA's operator runs as Deployment ${metadata.namespace}/${metadata.name} and acts on the same objects: two autoscalers undo each other's work`,
      `kubectl -n ${metadata.namespace} scale deployment ${metadata.name} --replicas=0`,
    );
  }
  if (rivals.length === 0 && running.length > 0) yield tell.ok('it serves other namespaces');
  if (running.length > 0) return;
  // One outside of the cluster, or under other labels, still holds its Lease.
  const { items: leases } = await client.list<Lease>(LEASES, { fieldSelector: `metadata.name=${LEASE}`, signal });
  const held = leases.find(({ spec }) => spec?.holderIdentity && now() - Date.parse(spec.renewTime ?? '') < STALE_MS);
  if (held === undefined) {
    yield tell.ok(deployments.length > 0 ? 'its operator is scaled to zero' : 'it is not here');
    return;
  }
  yield tell.warning(
    `somebody (${held.spec?.holderIdentity}) holds KEDA's Lease ${held.metadata.namespace}/${LEASE}: an operator runs that acts on the same objects, unless it serves other namespaces`,
    `kubectl -n ${held.metadata.namespace} get deployments`,
  );
}

function namespacesOf({ spec }: Deployment): readonly string[] {
  const value = spec.template.spec.containers
    .flatMap((c) => c.env ?? [])
    .find(({ name }) => name === 'WATCH_NAMESPACE')?.value;
  return (value ?? '')
    .replace(/^""$/, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Empty stands for all. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((name) => b.includes(name));
}
