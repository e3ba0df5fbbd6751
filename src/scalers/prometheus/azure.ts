// Azure Monitor workspaces: whom a token is for, by cloud. KEDA's names of clouds, in any letter case.
import type { Prometheus } from './parameters.ts';

const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['azurepubliccloud', 'https://prometheus.monitor.azure.com'],
  ['azurecloud', 'https://prometheus.monitor.azure.com'],
  ['azureusgovernmentcloud', 'https://prometheus.monitor.azure.us'],
  ['azureusgovernment', 'https://prometheus.monitor.azure.us'],
  ['azurechinacloud', 'https://prometheus.monitor.azure.cn'],
]);

/** Undefined when it can't be told. In a private cloud the user says it. */
export function azureResource({
  cloud = 'AzurePublicCloud',
  azureManagedPrometheusResourceURL: own,
}: Partial<Prometheus>): string | undefined {
  const resource = cloud.toLowerCase() === 'private' ? own : RESOURCES.get(cloud.toLowerCase());
  return resource?.replace(/\/(\.default)?$/, '');
}
