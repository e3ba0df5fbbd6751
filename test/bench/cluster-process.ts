// The child of cluster.ts: an API server without nodes or controllers, and counters of what it is asked.
import { parseAllDocuments } from 'yaml';
import { crdFiles } from '../../src/api/crd/files.ts';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createKubeClient } from '../../src/kube/http-client.ts';
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createApiServer } from '../../src/sandbox/api-server/api-server.ts';
import type { Change } from '../../src/sandbox/api-server/storage.ts';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Question, Seen } from './cluster.ts';

const nothing = () => ({ writes: 0, reads: 0, watches: 0, scaleWrites: 0, byKind: {} as Record<string, number> });
let counted = nothing();
const ready = new Set<string>();
const replicas = new Map<string, number>();
let firstResizedAt = 0;
let resizedAt = 0;

const server = await createApiServer({
  clock: systemClock,
  random: Math.random,
  log: silentLogger,
  historyLimit: 50_000,
});
await install();
server.inject(({ method, path }) => {
  count(method, path);
  return undefined;
});
server.storage.subscribe('keda.sh/scaledobjects', observeScaledObject);
server.storage.subscribe('apps/deployments', observeDeployment);

process.on('message', (question: Question) => {
  if (question === 'reset') {
    counted = nothing();
    firstResizedAt = 0;
  }
  process.send?.(seen());
});
process.once('disconnect', () => process.exit(0));
process.send?.(server.adminKubeconfig());

function seen(): Seen {
  const sizes: Record<number, number> = {};
  for (const size of replicas.values()) sizes[size] = (sizes[size] ?? 0) + 1;
  return { ...counted, ready: ready.size, sizes, firstResizedAt, resizedAt };
}

function count(method: string, path: string): void {
  const { pathname, searchParams } = new URL(path, 'https://bench');
  const kind = kindOf(pathname);
  const isWatch = searchParams.get('watch') === 'true' || searchParams.get('watch') === '1';
  const verb = isWatch ? 'WATCH' : method;
  counted.byKind[`${verb} ${kind}`] = (counted.byKind[`${verb} ${kind}`] ?? 0) + 1;
  if (isWatch) counted.watches++;
  else if (method === 'GET' || kind.endsWith('reviews')) counted.reads++;
  else counted.writes++;
  if (method !== 'GET' && kind.endsWith('/scale')) counted.scaleWrites++;
}

/** `deployments/scale` of /apis/apps/v1/namespaces/a/deployments/b/scale. */
function kindOf(pathname: string): string {
  const [, , ...rest] = pathname
    .replace(/^\/api\//, '/apis/core/')
    .split('/')
    .slice(1);
  const [resource = '', , subresource] = rest[1] === 'namespaces' && rest.length > 3 ? rest.slice(3) : rest.slice(1);
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

function observeScaledObject({ type, object }: Change): void {
  const { status, metadata } = object as unknown as KubeObject & {
    status?: { conditions?: { type: string; status: string }[] };
  };
  const isReady = status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
  if (isReady && type !== 'DELETED') ready.add(metadata.name);
  else ready.delete(metadata.name);
}

function observeDeployment({ object }: Change): void {
  const { spec, metadata } = object as unknown as KubeObject & { spec: { replicas: number } };
  if (replicas.get(metadata.name) === spec.replicas) return;
  replicas.set(metadata.name, spec.replicas);
  resizedAt = Date.now();
  firstResizedAt ||= resizedAt;
}

async function install(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, server.adminKubeconfig());
  const connection = await loadConnection({ kubeconfig, env: {}, clock: systemClock });
  const client = createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'bench' });
  const { signal } = new AbortController();
  const create = { signal };
  for (const text of crdFiles().values()) {
    for (const document of parseAllDocuments(text)) {
      await client.create(CUSTOM_RESOURCE_DEFINITIONS, document.toJS() as KubeObject, create);
    }
  }
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sluice' } }, create);
  const apiService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.external.metrics.k8s.io' },
    spec: { group: 'external.metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100 },
  };
  await client.create(API_SERVICES, apiService, create);
  await connection.close();
  await rm(directory, { recursive: true });
}
