// Do the HPAs get the metrics that they ask for?
import { labels } from '../../api/names.ts';
import { isSameTarget } from '../../api/target.ts';
import type { KubeObject } from '../../kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { type Check, type Findings, firstOf, tellOf } from './finding.ts';

const MOST = 10;
const tell = tellOf('HPAs');

interface Hpa extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** A target at zero switches its HPA off; every other reason is trouble, and so is a second HPA on the target. */
export async function* checkHpas({ client, signal, sluice }: ClusterView): Check {
  const served = sluice.parts.watchNamespaces;
  const lists = await Promise.all(
    (served.length === 0 ? [undefined] : served).map((namespace) =>
      client.list<Hpa>(HORIZONTAL_POD_AUTOSCALERS, { namespace, prune, signal }),
    ),
  );
  const all = lists.flatMap(({ items }) => items);
  const ours = all.filter(isOurs);
  const bad = ours.filter(({ status }) => {
    const scaling = status?.conditions?.[0];
    return scaling?.status === 'False' && scaling.reason !== 'ScalingDisabled';
  });
  if (bad.length === 0) yield tell.ok(`${ours.length} made for ScaledObjects, all with their metrics`);
  const findings = bad.map(({ metadata, status }) =>
    tell.warning(
      `${metadata.namespace}/${metadata.name} has no metrics: ${status?.conditions?.[0]?.message ?? 'no reason given'}`,
      `kubectl -n ${metadata.namespace} describe hpa ${metadata.name}`,
    ),
  );
  yield* firstOf(findings, MOST, (left) => tell.warning(`${left} more have no metrics`));
  yield* rivals(all);
}

function prune({ apiVersion, kind, metadata: { name, namespace = '', labels: given }, spec, status }: Hpa): Hpa {
  const owner = given?.[labels.scaledObjectName];
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ...(owner === undefined ? {} : { labels: { [labels.scaledObjectName]: owner } }) },
    ...(spec === undefined ? {} : { spec: { scaleTargetRef: spec.scaleTargetRef } }),
    status: { conditions: (status?.conditions ?? []).filter(({ type }) => type === 'ScalingActive') },
  };
}

const isOurs = ({ metadata }: Hpa): boolean => metadata.labels?.[labels.scaledObjectName] !== undefined;

/** HPAs of others on a target of ours. */
function rivals(all: readonly Hpa[]): Findings {
  const inNamespaces = Map.groupBy(all.filter(isOurs), ({ metadata }) => metadata.namespace);
  const findings = all.flatMap((other) => {
    if (isOurs(other)) return [];
    const target = other.spec?.scaleTargetRef;
    const rival = (inNamespaces.get(other.metadata.namespace) ?? []).find(
      ({ spec }) => target !== undefined && spec !== undefined && isSameTarget(spec.scaleTargetRef, target),
    );
    if (target === undefined || rival === undefined) return [];
    const { namespace, name } = other.metadata;
    return [
      tell.warning(
        `${namespace}/${name} scales ${target.kind} "${target.name}", and so does ${rival.metadata.name} of ScaledObject "${rival.metadata.labels?.[labels.scaledObjectName]}": what one does the other undoes`,
        `kubectl -n ${namespace} delete hpa ${name}`,
      ),
    ];
  });
  return firstOf(findings, MOST, (left) => tell.warning(`${left} more scale a target that a ScaledObject scales`));
}
