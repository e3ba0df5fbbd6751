// What a cluster with KEDA holds, named as KEDA's chart names it: CRDs, accounts, Services, APIService, webhooks.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/kube/client.ts';
import type { KedaSite } from './keda.ts';

export const NAMESPACE = 'keda';
/** Of operator, metrics adapter and webhooks. */
export const ACCOUNTS = ['keda-operator', 'keda-metrics-server', 'keda-webhook'] as const;
export const METRICS_SERVICE = 'keda-operator-metrics-apiserver';

type Manifest = KubeObject & Readonly<Record<string, unknown>>;

/** Its rights are not the subject here, so all its accounts may do everything. */
export function kedaAccounts(): readonly KubeObject[] {
  const metadata = { name: NAMESPACE };
  const binding: Manifest = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: ACCOUNTS.map((name) => ({ kind: 'ServiceAccount', name, namespace: NAMESPACE })),
  };
  const accounts = ACCOUNTS.map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: NAMESPACE },
  }));
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata }, ...accounts, binding];
}

export async function kedaObjects(site: KedaSite): Promise<readonly KubeObject[]> {
  return [...(await kedaCrds(site.installed)), ...kedaServices(site)];
}

/** Six of them, one for each kind. */
export async function kedaCrds(installed: string): Promise<readonly KubeObject[]> {
  const directory = join(installed, 'config/crd/bases');
  const files = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject));
}

/** Nobody routes cluster IPs here: the aggregator and the webhook's caller reach this host by name and by URL. */
export function kedaServices({ ports, caPem }: Pick<KedaSite, 'ports' | 'caPem'>): readonly KubeObject[] {
  const caBundle = Buffer.from(caPem).toString('base64');
  const service: Manifest = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: METRICS_SERVICE, namespace: NAMESPACE },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port: ports.metricsApi }] },
  };
  const apiService: Manifest = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.external.metrics.k8s.io' },
    spec: {
      group: 'external.metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      caBundle,
      service: { name: METRICS_SERVICE, namespace: NAMESPACE, port: ports.metricsApi },
    },
  };
  const webhooks: Manifest = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'keda-admission' },
    webhooks: ['scaledobject', 'scaledjob', 'triggerauthentication', 'clustertriggerauthentication'].map((kind) => ({
      name: `vs${kind}.kb.io`,
      admissionReviewVersions: ['v1'],
      clientConfig: { url: `https://localhost:${ports.webhook}/validate-keda-sh-v1alpha1-${kind}`, caBundle },
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      timeoutSeconds: 10,
      rules: [
        {
          apiGroups: ['keda.sh'],
          apiVersions: ['v1alpha1'],
          operations: ['CREATE', 'UPDATE'],
          resources: [`${kind}s`],
        },
      ],
    })),
  };
  return [service, apiService, webhooks];
}
