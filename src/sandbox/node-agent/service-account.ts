// A pod's identity: tokens for its ServiceAccount, and the way to the API server that Kubernetes' libraries would find at a mount.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, sleep } from '../../async.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';
import type { Container, Pod, ServiceAccountToken } from './pod.ts';
import { volumePath } from './volumes.ts';

/** A real API server mounts it into every pod; programs that need it are rare, and the others need no warning. */
export const SERVICE_ACCOUNT_MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Kubernetes: a projected token lives an hour unless the volume says otherwise. */
const DEFAULT_SECONDS = 3600;
/** The kubelet fetches a new one when 80 % of the old one's time are over. */
const FRESH_PART = 0.8;

/** A new token each time, bound to the pod: it dies with it. */
export function createTokenReader(
  client: KubeClient,
  pod: Pod,
  signal: AbortSignal,
): (wanted: ServiceAccountToken) => Promise<string> {
  const { name, namespace = 'default', uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  return async ({ audience, expirationSeconds = DEFAULT_SECONDS }) => {
    const spec = {
      ...(audience === undefined || audience === '' ? {} : { audiences: [audience] }),
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = await client.request<{ status: { token: string } }>('POST', path, body, { signal });
    return status.token;
  };
}

/** Calls `refresh` before the first of the pod's tokens expires, again and again, until the signal aborts. At once when there is none. */
export async function keepTokensFresh(
  pod: Pod,
  refresh: () => Promise<void>,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  const lifetimes = (pod.spec.volumes ?? [])
    .flatMap((volume) => volume.projected?.sources ?? [])
    .flatMap(({ serviceAccountToken: token }) => (token ? [token.expirationSeconds ?? DEFAULT_SECONDS] : []));
  if (lifetimes.length === 0) return;
  const everyMs = Math.min(...lifetimes) * FRESH_PART * 1000;
  const retryMs = everyMs / 20;
  for (let waitMs = everyMs; !signal.aborted; ) {
    await sleep(clock, waitMs, signal);
    waitMs = await refresh().then(
      () => everyMs,
      (error: unknown) => {
        if (!signal.aborted) log.warn('token could not be renewed', { pod: pod.metadata.name, error });
        return retryMs;
      },
    );
  }
}

/**
 * KUBECONFIG for a container that mounts its ServiceAccount where Kubernetes' libraries look: nothing can be mounted here, so a file
 * beside the volume says where server, token and CA are. The container's own KUBECONFIG wins.
 */
export async function accountVariables(
  container: Container,
  {
    pod,
    volumeDirectory,
    apiServer,
  }: { readonly pod: Pod; readonly volumeDirectory: string; readonly apiServer: string | undefined },
): Promise<Readonly<Record<string, string>>> {
  const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === SERVICE_ACCOUNT_MOUNT);
  if (!mount || apiServer === undefined) return {};
  const volume = volumePath(volumeDirectory, mount.name);
  const name = 'pod';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: apiServer, 'certificate-authority': join(volume, 'ca.crt') } }],
    users: [{ name, user: { tokenFile: join(volume, 'token') } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: pod.metadata.namespace ?? 'default' } }],
  };
  const file = join(dirname(volumeDirectory), 'kubeconfig');
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return { KUBECONFIG: file };
}
