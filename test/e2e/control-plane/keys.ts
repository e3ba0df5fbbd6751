// The certificates and kubeconfigs of a real control plane, as files in one directory.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthorities, issueClient, issueServer } from '../../../src/sandbox/api-server/authorities.ts';
import { kubeconfigText } from '../../../src/sandbox/api-server/kubeconfig.ts';
import { type CertificatePair, createAuthority } from '../../../src/pki.ts';

export interface ControlPlaneKeys {
  readonly directory: string;
  /** Of the cluster, for kubeconfigs of further users. */
  readonly caPem: string;
  /** Paths of kubeconfigs. */
  readonly admin: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/** Files `ca`, `apiserver`, `front-proxy-ca`, `front-proxy-client` and `service-accounts`, each with .crt and .key. */
export async function writeKeys(directory: string, url: string, now: number): Promise<ControlPlaneKeys> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { cluster, frontProxy } = await createAuthorities(now);
  const put = async (name: string, { certPem, keyPem }: CertificatePair): Promise<void> => {
    await writeFile(join(directory, `${name}.crt`), certPem);
    await writeFile(join(directory, `${name}.key`), keyPem, { mode: 0o600 });
  };
  const kubeconfig = async (name: string, user: string, groups: readonly string[]): Promise<string> => {
    const path = join(directory, `${name}.kubeconfig`);
    const pair = await issueClient(cluster, user, groups, now);
    await writeFile(path, kubeconfigText({ url, caPem: cluster.certPem, user, pair }), { mode: 0o600 });
    return path;
  };
  await put('ca', cluster);
  await put('apiserver', await issueServer(cluster, ['10.0.0.1'], now));
  await put('front-proxy-ca', frontProxy);
  await put('front-proxy-client', await issueClient(frontProxy, 'front-proxy-client', [], now));
  // Tokens are signed with any key; of the certificate only the public half is used.
  await put('service-accounts', await createAuthority({ commonName: 'service-accounts', now, days: 3650 }));
  return {
    directory,
    caPem: cluster.certPem,
    admin: await kubeconfig('admin', 'admin', ['system:masters']),
    controllerManager: await kubeconfig('controller-manager', 'system:kube-controller-manager', []),
    scheduler: await kubeconfig('scheduler', 'system:kube-scheduler', []),
  };
}
