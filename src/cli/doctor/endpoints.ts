// Is there somebody behind a Service?
import { getOrUndefined } from '../../controller/auth/kube-lookup.ts';
import type { ServiceName } from '../../kube/api-service.ts';
import type { KubeObject } from '../../kube/client.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import type { Finding, Tell } from './finding.ts';

interface Service extends KubeObject {
  readonly spec?: {
    readonly type?: string;
    readonly externalName?: string;
    readonly selector?: Readonly<Record<string, string>>;
  };
}

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly {
    readonly addresses?: readonly string[];
    /** Absent counts as ready. */
    readonly conditions?: { readonly ready?: boolean };
  }[];
}

export async function checkService(
  { client, signal }: ClusterView,
  { namespace, name }: ServiceName,
  tell: Tell,
): Promise<Finding> {
  const service = await getOrUndefined<Service>(client, SERVICES, { namespace, name }, signal);
  if (service === undefined) {
    return tell.problem(`Service ${namespace}/${name} does not exist`, `kubectl -n ${namespace} get services`);
  }
  if (service.spec?.type === 'ExternalName') {
    return tell.ok(`Service ${namespace}/${name} stands for ${service.spec.externalName ?? 'nothing'}`);
  }
  const { items } = await client.list<EndpointSlice>(ENDPOINT_SLICES, {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
    signal,
  });
  const endpoints = items.flatMap((slice) => slice.endpoints ?? []);
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).flatMap((e) => e.addresses ?? []);
  if (ready.length > 0)
    return tell.ok(
      `Service ${namespace}/${name} leads to ${ready.length} ready ${ready.length === 1 ? 'pod' : 'pods'}`,
    );
  const selector = Object.entries(service.spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const why = endpoints.length === 0 ? 'no pod is behind it' : 'none of its pods is ready';
  return tell.problem(
    `Service ${namespace}/${name}: ${why}`,
    `kubectl -n ${namespace} get pods${selector.length === 0 ? '' : ` -l ${selector.join(',')}`}`,
  );
}
