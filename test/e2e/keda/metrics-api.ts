// The metrics API of a cluster, as its HPAs reach it: whether anybody serves it, and what it answers.
import type { KubeClient } from '../../../src/kube/client.ts';
import { type ApiService, EXTERNAL_METRICS } from '../../../src/kube/api-service.ts';
import { API_SERVICES } from '../../../src/kube/resources.ts';

const { signal } = new AbortController();

/** What the API server itself found out. */
export async function isServing(client: KubeClient): Promise<boolean> {
  const { status } = await client.get<ApiService>(API_SERVICES, { name: EXTERNAL_METRICS }, { signal });
  return status?.conditions?.some((c) => c.type === 'Available' && c.status === 'True') === true;
}

/** A quantity, for example `45` or `4500m`. Rejects where an HPA would get no value. */
export async function readMetric(
  client: KubeClient,
  { namespace, scaledObject, metric }: Readonly<Record<'namespace' | 'scaledObject' | 'metric', string>>,
): Promise<string> {
  const selector = encodeURIComponent(`scaledobject.keda.sh/name=${scaledObject}`);
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}?labelSelector=${selector}`;
  const { items } = await client.request<{ items: readonly { value: string }[] }>('GET', path, undefined, { signal });
  const [item] = items;
  if (item === undefined) throw new Error(`no value of ${metric}`);
  return item.value;
}
