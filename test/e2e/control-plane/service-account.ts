// A kubeconfig that speaks as a ServiceAccount, by a token as pods get them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeClient, ObjectKey } from '../../../src/kube/client.ts';

export async function tokenKubeconfig(
  client: KubeClient,
  { namespace, name }: Required<ObjectKey>,
  { url, caPem, directory }: { readonly url: string; readonly caPem: string; readonly directory: string },
  signal: AbortSignal,
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
  const { status } = await client.request<{ status: { token: string } }>('POST', path, body, { signal });
  const file = join(directory, `${namespace}-${name}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [
      { name: 'c', cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    ],
    users: [{ name: 'u', user: { token: status.token } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace } }],
  };
  await writeFile(file, stringify(config, { lineWidth: 0 }), { mode: 0o600 });
  return file;
}
