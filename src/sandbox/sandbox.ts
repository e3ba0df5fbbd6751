// A Kubernetes-shaped cluster in one process: API server, controllers, one node whose pods are local processes, Dapr sidecars.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { crdFiles } from '../api/crd/files.ts';
import { type Clock, sleep } from '../async.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { loadConnection } from '../kube/connection.ts';
import { createKubeClient } from '../kube/http-client.ts';
import { API_SERVICES, CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES, SERVICES } from '../kube/resources.ts';
import type { Logger } from '../log.ts';
import { supervise } from '../supervisor.ts';
import { type ApiServer, createApiServer } from './api-server/api-server.ts';
import { createWorkloadControllers } from './controllers/workloads.ts';
import { daprCrds } from './dapr/crds.ts';
import { createDaprInjector } from './dapr/injector.ts';
import { createDaprdInjector } from './daprd/injector.ts';
import type { ImageTable } from './node-agent/image-table.ts';
import { createNodeAgent, type NodeAgent } from './node-agent/node-agent.ts';

export interface SandboxOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Kubeconfig, logs and process records. */
  readonly directory: string;
  /** Of the API server; 0 takes a free one. */
  readonly port: number;
  readonly images: ImageTable;
  /** What every container gets, for example PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Where `sluice run` serves the metrics API on this host. */
  readonly metricsPort: number;
  readonly hpaSyncMs?: number;
  /** A real daprd for the sidecars; without it they are a stand-in inside this process. */
  readonly daprd?: { readonly program: string; readonly env: Readonly<Record<string, string>> };
}

export interface Sandbox {
  /** Path of a kubeconfig for its administrator. */
  readonly kubeconfig: string;
  readonly server: ApiServer;
  readonly client: KubeClient;
  readonly node: NodeAgent;
  /** Resolves with the reason when a part of it fails. */
  readonly failed: Promise<unknown>;
  /** Ends every pod, then everything else. */
  stop(): Promise<void>;
}

const NODE_NAME = 'sandbox';
/** Where Sluice's own Service lives, as in a cluster. */
const SYSTEM_NAMESPACE = 'sluice';
const READY_CHECK_MS = 10;

/** Resolves when the cluster takes pods and knows KEDA's and Dapr's kinds. When it rejects, nothing of it is left. */
export async function startSandbox(options: SandboxOptions, signal: AbortSignal): Promise<Sandbox> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    return { ...(await build(options, undo, signal)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  options: SandboxOptions,
  undo: (() => Promise<unknown>)[],
  signal: AbortSignal,
): Promise<Omit<Sandbox, 'stop'>> {
  const { clock, random, log, directory } = options;
  await mkdir(directory, { recursive: true });
  const server = await createApiServer({
    clock,
    random,
    log: log.child({ component: 'api-server' }),
    port: options.port,
  });
  undo.push(() => server.stop());
  // Another sandbox may have the directory, and its kubeconfig is in use: ours has its name once the directory is ours.
  const unready = join(directory, `kubeconfig.${process.pid}`);
  undo.push(() => rm(unready, { force: true }));
  await writeFile(unready, server.adminKubeconfig(), { mode: 0o600 });
  const connection = await loadConnection({ kubeconfig: unready, env: {}, clock });
  undo.push(() => connection.close());
  const client = createKubeClient(connection, { clock, log, userAgent: 'sandbox' });
  await installKinds(client, options.metricsPort, signal);

  const node = createNodeAgent({
    client,
    nodeName: NODE_NAME,
    images: options.images,
    ...sidecars(options, client),
    runDirectory: join(directory, 'node'),
    clock,
    random,
    log,
    env: options.env,
  });
  server.setPodLogs(node);
  const workloads = createWorkloadControllers({
    client,
    clock,
    random,
    log,
    ...(options.hpaSyncMs === undefined ? {} : { hpa: { syncMs: options.hpaSyncMs } }),
  });
  const life = new AbortController();
  const failed = supervise([workloads, node], { signal: life.signal, log });
  undo.push(async () => {
    life.abort(new Error('the sandbox stops'));
    await failed;
  });
  const broken = failed.then((reason) => Promise.reject(reason));
  const ready = async (): Promise<void> => {
    while (!(workloads.ready() && node.ready())) {
      signal.throwIfAborted();
      await sleep(clock, READY_CHECK_MS, life.signal);
    }
  };
  await Promise.race([broken, ready()]);
  const kubeconfig = join(directory, 'kubeconfig');
  await rename(unready, kubeconfig);
  return { kubeconfig, server, client, node, failed };
}

function sidecars({ daprd, directory, clock, random, log }: SandboxOptions, client: KubeClient) {
  const common = { client, clock, log: log.child({ component: 'dapr' }) };
  return daprd
    ? { containerInjector: createDaprdInjector({ ...common, ...daprd, directory: join(directory, 'node') }) }
    : { injector: createDaprInjector({ ...common, random }) };
}

/** What a cluster with Sluice and Dapr has before anybody applies anything. */
export async function installKinds(client: KubeClient, metricsPort: number, signal: AbortSignal): Promise<void> {
  const put = (resource: Resource, object: KubeObject): Promise<unknown> =>
    client.apply(resource, object, { fieldManager: 'sandbox', force: true, signal });
  const kedaCrds = [...crdFiles().values()].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as KubeObject),
  );
  for (const definition of [...kedaCrds, ...daprCrds]) await put(CUSTOM_RESOURCE_DEFINITIONS, definition);
  await put(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  for (const [resource, object] of metricsApi(metricsPort)) await put(resource, object);
}

/** The aggregator reaches `sluice run` on this host through a Service of type ExternalName, which works with a real API server too. */
function metricsApi(port: number): readonly (readonly [Resource, KubeObject & { readonly spec: unknown }])[] {
  const name = 'sluice-metrics-apiserver';
  return [
    [
      SERVICES,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: SYSTEM_NAMESPACE },
        spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port, protocol: 'TCP' }] },
      },
    ],
    [
      API_SERVICES,
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.external.metrics.k8s.io' },
        spec: {
          group: 'external.metrics.k8s.io',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          service: { name, namespace: SYSTEM_NAMESPACE, port },
        },
      },
    ],
  ];
}
