// Do the HPAs get the metrics that they ask for?
import { labels } from '../../api/names.ts';
import type { KubeObject } from '../../kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { type Check, firstOf, tellOf } from './finding.ts';

const MOST = 10;
const tell = tellOf('HPAs');

interface Hpa extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** A target at zero switches its HPA off; every other reason is trouble. */
export async function* checkHpas({ client, signal, sluice }: ClusterView): Check {
  const served = sluice.parts.watchNamespaces;
  const prune = ({ apiVersion, kind, metadata, status }: Hpa): Hpa => ({
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace: metadata.namespace ?? '' },
    status: { conditions: (status?.conditions ?? []).filter(({ type }) => type === 'ScalingActive') },
  });
  const lists = await Promise.all(
    (served.length === 0 ? [undefined] : served).map((namespace) =>
      client.list<Hpa>(HORIZONTAL_POD_AUTOSCALERS, {
        namespace,
        labelSelector: labels.scaledObjectName,
        prune,
        signal,
      }),
    ),
  );
  const all = lists.flatMap(({ items }) => items);
  const bad = all.filter(({ status }) => {
    const scaling = status?.conditions?.[0];
    return scaling?.status === 'False' && scaling.reason !== 'ScalingDisabled';
  });
  if (bad.length === 0) yield tell.ok(`${all.length} made for ScaledObjects, all with their metrics`);
  const findings = bad.map(({ metadata, status }) =>
    tell.warning(
      `${metadata.namespace}/${metadata.name} has no metrics: ${status?.conditions?.[0]?.message ?? 'no reason given'}`,
      `kubectl -n ${metadata.namespace} describe hpa ${metadata.name}`,
    ),
  );
  yield* firstOf(findings, MOST, (left) => tell.warning(`${left} more have no metrics`));
}
