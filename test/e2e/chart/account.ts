// The account that the chart gives Sluice, with its roles and nothing else of the chart: for a program that a test starts by itself.
import type { KubeClient, KubeObject, Resource } from '../../../src/kube/client.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../../src/kube/resources.ts';
import type { Values } from './helm.ts';
import { objects } from './rendered.ts';

const role = (kind: string, plural: string, namespaced: boolean): Resource => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const KINDS: readonly Resource[] = [
  SERVICE_ACCOUNTS,
  role('Role', 'roles', true),
  role('RoleBinding', 'rolebindings', true),
  role('ClusterRole', 'clusterroles', false),
  role('ClusterRoleBinding', 'clusterrolebindings', false),
];

/** Creates them as the chart's values say, and the namespaces that they are in. */
export async function createAccount(client: KubeClient, values: Values, signal: AbortSignal): Promise<void> {
  const all = (await objects(values)).flatMap((object) => {
    const resource = KINDS.find(({ kind }) => kind === object.kind);
    return resource ? [{ resource, object }] : [];
  });
  const namespaces = new Set(all.flatMap(({ object: { metadata } }) => metadata.namespace ?? []));
  for (const name of namespaces) {
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await client.apply(NAMESPACES, namespace, { fieldManager: 'chart', force: true, signal });
  }
  for (const { resource, object } of all) await client.create(resource, object, { signal });
}
