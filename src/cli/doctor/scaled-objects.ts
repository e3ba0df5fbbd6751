// What becomes of the objects: which are not ready, which fight for a target, and does anybody look after them at all?
import { pauseOf } from '../../api/annotations.ts';
import { scaledObjects } from '../../api/names.ts';
import type { KubeObject } from '../../kube/client.ts';
import { API_SERVICES } from '../../kube/resources.ts';
import type { ApiService } from '../../kube/api-service.ts';
import { getOrUndefined } from '../../controller/auth/kube-lookup.ts';
import type { ClusterView } from './cluster.ts';
import { type Condition, type Judged, listServed, nameOf, neglected, notReady, summary } from './conditions.ts';
import { type Check, type Finding, type Findings, firstOf, tellOf } from './finding.ts';

/** What is needed of one; of ten thousand the rest is not kept. */
interface Scaled extends Judged {
  readonly target: string;
  readonly triggerTypes: readonly string[];
}
interface Written extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
    readonly triggers?: readonly { readonly type?: string }[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const MOST = 10;
const tell = tellOf('ScaledObjects');

export async function* checkScaledObjects(view: ClusterView): Check {
  const objects = await listServed(view, scaledObjects, (object) => pruned(object as Written));
  yield summary(tell, objects);
  yield* neglected(tell, objects, view.now());
  yield* rivals(objects);
  yield* notReady(tell, scaledObjects, objects);
  yield await resourceMetrics(view, objects);
}

function pruned({ apiVersion, kind, metadata, spec, status }: Written): Scaled {
  const { name, namespace = '', creationTimestamp = '' } = metadata;
  const {
    apiVersion: version = 'apps/v1',
    kind: targetKind = 'Deployment',
    name: target = '',
  } = spec?.scaleTargetRef ?? {};
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, creationTimestamp },
    target: `${version} ${targetKind} ${namespace}/${target}`,
    triggerTypes: (spec?.triggers ?? []).map(({ type = '' }) => type),
    ready: status?.conditions?.find(({ type }) => type === 'Ready'),
    isPaused: pauseOf({ metadata }).kind !== 'running',
  };
}

function rivals(objects: readonly Scaled[]): Findings {
  const found = [...Map.groupBy(objects, ({ target }) => target)].filter(([, claimants]) => claimants.length > 1);
  const findings = found.map(([target, claimants]) =>
    tell.warning(
      `${claimants.map(nameOf).join(' and ')} name the same target, ${target}: only the oldest has it`,
      claimants
        .slice(1)
        .map(({ metadata }) => `kubectl -n ${metadata.namespace} delete scaledobject ${metadata.name}`)
        .join(' && '),
    ),
  );
  return firstOf(findings, MOST, (left) => tell.warning(`${left} more targets are named twice`));
}

/** cpu and memory triggers are the HPA's own business, and it asks metrics-server. */
async function resourceMetrics({ client, signal }: ClusterView, objects: readonly Scaled[]): Promise<Finding> {
  const check = tellOf('resource metrics');
  const users = objects.filter(({ triggerTypes }) => triggerTypes.some((type) => type === 'cpu' || type === 'memory'));
  const name = 'v1beta1.metrics.k8s.io';
  const found = await getOrUndefined<ApiService>(client, API_SERVICES, { name }, signal);
  const isAvailable = found?.status?.conditions?.some((c) => c.type === 'Available' && c.status === 'True') === true;
  if (isAvailable) return check.ok(`${name} is available`);
  if (users.length === 0) return check.ok('not there, and no cpu or memory trigger asks for them');
  return check.problem(
    `${users.length === 1 ? '1 ScaledObject has' : `${users.length} ScaledObjects have`} cpu or memory triggers, but ${found === undefined ? `there is no APIService ${name}` : `APIService ${name} is not available`}`,
    found === undefined ? 'install metrics-server' : `kubectl describe apiservice ${name}`,
  );
}
