// The APIService of external.metrics.k8s.io: there is one in a cluster, so whose it is decides whom every HPA asks.
import type { KubeObject } from './client.ts';

export const EXTERNAL_METRICS = 'v1beta1.external.metrics.k8s.io';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

export interface ApiService extends KubeObject {
  readonly spec?: {
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
    readonly caBundle?: string;
    readonly insecureSkipTLSVerify?: boolean;
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

/** By the names that their own manifests and charts give the Service. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^keda-.*apiserver$|keda-operator-metrics/, 'KEDA'],
  [/datadog/, 'the Datadog adapter'],
  [/prometheus-adapter/, 'the Prometheus adapter'],
  [/stackdriver/, 'the Google Cloud adapter'],
  [/azure-k8s-metrics/, 'the Azure adapter'],
  [/kube-metrics-adapter/, 'kube-metrics-adapter'],
];

export function isServedBy({ spec }: ApiService, { namespace, name }: ServiceName): boolean {
  return spec?.service?.namespace === namespace && spec.service.name === name;
}

/** `KEDA (Service keda/keda-operator-metrics-apiserver)`. */
export function describeOwner({ spec }: ApiService): string {
  const { namespace = '', name } = spec?.service ?? {};
  if (name === undefined) return 'the API server itself (it names no Service)';
  const known = OWNERS.find(([pattern]) => pattern.test(name))?.[1];
  const service = `Service ${namespace}/${name}`;
  return known === undefined ? service : `${known} (${service})`;
}

/** Hands the API over to the Service. Its CA goes: the program behind the Service writes its own. */
export function takeOverCommand(apiService: string, { namespace, name }: ServiceName): string {
  const spec = { service: { namespace, name, port: 443 }, caBundle: null, insecureSkipTLSVerify: null };
  return `kubectl patch apiservice ${apiService} --type=merge -p '${JSON.stringify({ spec })}'`;
}
