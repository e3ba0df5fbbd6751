// Which API server, as whom: a kubeconfig (files, lists, contexts) or the service account of the pod we run in.
import { access, readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js'; // the package itself would cost 60 MB of memory
import { parse } from 'yaml';
import { ConfigError } from '../errors.ts';

export interface ClusterAccess {
  readonly cluster: Cluster;
  readonly user: User;
  readonly namespace: string;
}

export interface AccessOptions {
  /** A file, or several with the system's path delimiter; defaults to KUBECONFIG, then the pod's service account, then ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the kubelet mounts a service account. */
  readonly serviceAccountDir?: string | undefined;
}

/** Throws a ConfigError that says which file or entry is wrong. */
export async function findAccess(options: AccessOptions): Promise<ClusterAccess> {
  const { env, context } = options;
  const named = options.kubeconfig ?? env['KUBECONFIG'] ?? '';
  if (named !== '') return pick(await readAll(named.split(delimiter).filter((file) => file !== '')), named, context);
  const dir = options.serviceAccountDir ?? '/var/run/secrets/kubernetes.io/serviceaccount';
  if (env['KUBERNETES_SERVICE_HOST'] && (await exists(join(dir, 'token')))) return accessOfPod(dir, env);
  const file = join(env['HOME'] ?? env['USERPROFILE'] ?? '', '.kube', 'config');
  if (await exists(file)) return pick(await readAll([file]), file, context);
  throw new ConfigError('Kubernetes connection', [
    {
      field: 'kubeconfig',
      message: `expected a kubeconfig or a pod's service account, found neither: pass --kubeconfig, set KUBECONFIG or create ${file}`,
    },
  ]);
}

interface Kubeconfig {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext: string | undefined;
}

/** Merged as kubectl does: of two entries of one name, and of two current contexts, the first file's wins. */
async function readAll(files: readonly string[]): Promise<Kubeconfig> {
  const parts = await Promise.all(files.map(readOne));
  return {
    clusters: parts.flatMap((p) => p.clusters),
    users: parts.flatMap((p) => p.users),
    contexts: parts.flatMap((p) => p.contexts),
    currentContext: parts.map((p) => p.currentContext).find((name) => name !== undefined && name !== ''),
  };
}

async function readOne(file: string): Promise<Kubeconfig> {
  try {
    const document: unknown = parse(await readFile(file, 'utf8'));
    if (!isRecord(document)) throw new Error('expected a YAML mapping');
    const base = dirname(resolve(file));
    const current = document['current-context'];
    return {
      clusters: newClusters(
        entries(document['clusters'], 'cluster', (c) => absolute(c, base, ['certificate-authority'])),
      ),
      users: newUsers(entries(document['users'], 'user', (user) => withPaths(user, base))),
      contexts: newContexts(document['contexts']),
      currentContext: typeof current === 'string' ? current : undefined,
    };
  } catch (error) {
    const message = `cannot be used: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError(`kubeconfig ${file}`, [{ field: '', message }], { cause: error });
  }
}

function pick(config: Kubeconfig, file: string, wanted: string | undefined): ClusterAccess {
  const name = wanted ?? config.currentContext;
  const wrong = (field: string, message: string): ConfigError =>
    new ConfigError(`kubeconfig ${file}`, [{ field, message }]);
  if (name === undefined) throw wrong('current-context', 'expected a context, found none: set it or pass --context');
  const context = config.contexts.find((c) => c.name === name);
  if (!context) {
    const known = config.contexts.map((c) => c.name).join(', ') || 'none';
    throw wrong('contexts', `expected a context named "${name}", found ${known}`);
  }
  const cluster = config.clusters.find((c) => c.name === context.cluster);
  if (!cluster) throw wrong(`contexts[${name}].cluster`, `there is no cluster named "${context.cluster}"`);
  const user = config.users.find((u) => u.name === context.user) ?? { name: 'anonymous' };
  return { cluster, user: withExecInfo(user, cluster), namespace: context.namespace || 'default' };
}

async function accessOfPod(dir: string, env: AccessOptions['env']): Promise<ClusterAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  const namespace = await readFile(join(dir, 'namespace'), 'utf8').catch(() => 'default');
  return {
    cluster: { name: 'in-cluster', server, caFile: join(dir, 'ca.crt'), skipTLSVerify: false },
    user: { name: 'in-cluster', authProvider: providerOf(join(dir, 'token')) },
    namespace: namespace.trim(),
  };
}

function entries(
  list: unknown,
  field: 'cluster' | 'user',
  rewrite: (entry: Record<string, unknown>) => Record<string, unknown>,
): unknown[] {
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => {
    const inner = isRecord(item) ? item[field] : undefined;
    return isRecord(item) && isRecord(inner) ? { ...item, [field]: rewrite(inner) } : item;
  });
}

/** Paths in a kubeconfig are relative to the file that holds them. */
function absolute(entry: Record<string, unknown>, base: string, keys: readonly string[]): Record<string, unknown> {
  const fixed = keys.flatMap((key) => {
    const path = entry[key];
    return typeof path === 'string' && path !== '' ? [[key, resolve(base, path)]] : [];
  });
  return { ...entry, ...Object.fromEntries(fixed) };
}

function withPaths(user: Record<string, unknown>, base: string): Record<string, unknown> {
  const fixed = absolute(user, base, ['client-certificate', 'client-key', 'tokenFile']);
  const exec = fixed['exec'];
  if (isRecord(exec) && typeof exec['command'] === 'string' && /[\\/]/.test(exec['command'])) {
    fixed['exec'] = absolute(exec, base, ['command']);
  }
  const { tokenFile: file, token: _, ...rest } = fixed; // the file wins, as in kubectl, and is read again when it rotates
  return typeof file === 'string' && file !== '' ? { ...rest, 'auth-provider': providerOf(file) } : fixed;
}

function providerOf(path: string): { name: string; config: { tokenFile: string } } {
  return { name: 'tokenFile', config: { tokenFile: path } };
}

/** client.authentication.k8s.io: a plugin that asks for it (provideClusterInfo) learns the cluster from its environment. */
function withExecInfo(user: User, cluster: Cluster): User {
  const exec: unknown = user.exec;
  if (!isRecord(exec)) return user;
  const info = {
    apiVersion: exec['apiVersion'] ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec['provideClusterInfo'] === true
        ? {
            cluster: {
              server: cluster.server,
              'tls-server-name': cluster.tlsServerName,
              'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
              'certificate-authority-data': cluster.caData,
            },
          }
        : {}),
    },
  };
  const env = Array.isArray(exec['env']) ? exec['env'] : [];
  return {
    ...user,
    exec: { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] },
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
