// The sandbox's cluster without processes: API server over TLS, workload controllers, and a kubelet that only says what pods do.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/async.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createKubeClient } from '../../src/kube/http-client.ts';
import { NAMESPACES } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../../src/sandbox/api-server/api-server.ts';
import type { SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import { createWorkloadControllers } from '../../src/sandbox/controllers/workloads.ts';
import { installKinds } from '../../src/sandbox/sandbox.ts';
import { supervise } from '../../src/supervisor.ts';
import { eventually } from './eventually.ts';
import { createFakeKubelet } from './fake-kubelet.ts';

export const NAMESPACE = 'shop';

export interface Cluster {
  /** The one that runs; another one after restartServer(). */
  readonly server: ApiServer;
  readonly client: KubeClient;
  readonly kubeconfig: string;
  /** Scratch space, gone with the cluster. */
  readonly directory: string;
  /** Every request that reached the server, in order, restarts included. */
  readonly requests: readonly SeenRequest[];
  /** The same port, keys and storage; away for as long as `meanwhile` takes. */
  restartServer(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions extends Pick<ApiServerOptions, 'historyLimit'> {
  readonly clock: Clock;
  readonly metricsPort: number;
  /** How often the HPA looks; 15 s when not given. */
  readonly hpaSyncMs?: number;
}

export async function startCluster({ clock, metricsPort, hpaSyncMs, ...options }: ClusterOptions): Promise<Cluster> {
  const base = { clock, random: Math.random, log: silentLogger };
  const life = new AbortController();
  const { signal } = life;
  const requests: SeenRequest[] = [];
  const open = async (more: Partial<ApiServerOptions>): Promise<ApiServer> => {
    const started = await createApiServer({ ...base, ...options, ...more });
    started.inject((request) => {
      requests.push(request);
      return undefined;
    });
    return started;
  };
  let server = await open({});
  const directory = await mkdtemp(join(tmpdir(), 'sluice-world-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, server.adminKubeconfig());
  const connection = await loadConnection({ kubeconfig, env: {}, clock });
  const client = createKubeClient(connection, { ...base, userAgent: 'world' });
  await installKinds(client, metricsPort, signal);
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, { signal });
  const kubelet = createFakeKubelet({ client, clock });
  const workloads = createWorkloadControllers({
    ...base,
    client,
    ...(hpaSyncMs === undefined ? {} : { hpa: { syncMs: hpaSyncMs } }),
  });
  const ended = supervise([workloads, kubelet], { signal, log: silentLogger });
  await eventually('the cluster takes pods', () => workloads.ready() && kubelet.ready());
  return {
    get server() {
      return server;
    },
    client,
    kubeconfig,
    directory,
    requests,
    async restartServer(meanwhile = async () => {}) {
      const { storage, authorities, port } = server;
      await server.stop();
      await meanwhile();
      server = await open({ storage, authorities, port });
    },
    async stop() {
      life.abort(new Error('the test is over'));
      await ended;
      await connection.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
