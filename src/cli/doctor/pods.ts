// Do Sluice's own pods run?
import type { KubeObject } from '../../kube/client.ts';
import { PODS } from '../../kube/resources.ts';
import type { ClusterView, Deployment } from './cluster.ts';
import { type Check, type Finding, type Findings, tellOf } from './finding.ts';

interface State {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
}
interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly restartCount?: number;
      readonly state?: State;
      readonly lastState?: State;
    }[];
  };
}

const MANY_RESTARTS = 3;

export async function* checkPods({ client, signal, sluice }: ClusterView): Check {
  const { deployment } = sluice;
  // Whoever looked for it has told that there is none.
  if (deployment === undefined) return;
  yield checkDeployment(deployment);
  const labels = Object.entries(deployment.spec.selector.matchLabels ?? {});
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const { items } = await client.list<Pod>(PODS, { namespace: sluice.namespace, labelSelector, signal });
  yield* items.flatMap(checkPod);
}

function checkDeployment({ metadata, spec, status }: Deployment): Finding {
  const tell = tellOf('Deployment');
  const where = `${metadata.namespace}/${metadata.name}`;
  const wanted = spec.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const version = metadata.labels?.['app.kubernetes.io/version'];
  const what = `${where}${version === undefined ? '' : ` (${version})`}: ${ready} of ${wanted} pods ready`;
  if (wanted === 0)
    return tell.problem(
      `${where} is scaled to zero`,
      `kubectl -n ${metadata.namespace} scale deployment ${metadata.name} --replicas=1`,
    );
  if (ready === 0) return tell.problem(what, `kubectl -n ${metadata.namespace} describe deployment ${metadata.name}`);
  return ready < wanted ? tell.warning(what, `kubectl -n ${metadata.namespace} get pods`) : tell.ok(what);
}

function checkPod({ metadata, status }: Pod): Findings {
  const tell = tellOf('pod');
  const pod = `-n ${metadata.namespace} ${metadata.name}`;
  const containers = status?.containerStatuses ?? [];
  const restarts = containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  const history = restarts === 0 ? '' : `; restarted ${restarts} times${reasonOf(containers)}`;
  const held = containers
    .flatMap(({ state }) => state?.waiting ?? [])
    .find(({ reason }) => reason !== 'ContainerCreating');
  if (held) {
    const { reason = 'waits', message = '' } = held;
    const mend = reason === 'CrashLoopBackOff' ? `kubectl logs --previous ${pod}` : `kubectl describe pod ${pod}`;
    return [tell.problem(`${metadata.name}: ${reason} ${message}${history}`, mend)];
  }
  const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
  const phase = status?.phase ?? 'of unknown phase';
  if (!isReady) return [tell.warning(`${metadata.name} is not ready (${phase})${history}`, `kubectl logs ${pod}`)];
  return restarts > MANY_RESTARTS ? [tell.warning(`${metadata.name}${history}`, `kubectl logs --previous ${pod}`)] : [];
}

/** Why the first of them that ended did. */
function reasonOf(containers: readonly { readonly lastState?: State }[]): string {
  const [last] = containers.flatMap(({ lastState }) => lastState?.terminated ?? []);
  return last === undefined ? '' : `, the last time because of ${last.reason ?? `exit code ${last.exitCode}`}`;
}
