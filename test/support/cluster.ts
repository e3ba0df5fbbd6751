// A cluster without processes: the API server of a story, what runs Deployments there, and a kubelet that only says what pods do.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/async.ts';
import type { KubeClient, KubeObject } from '../../src/kube/client.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createKubeClient } from '../../src/kube/http-client.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import type { SeenRequest } from '../../src/sandbox/api-server/http/faults.ts';
import { installKinds } from '../../src/sandbox/sandbox.ts';
import { supervise } from '../../src/supervisor.ts';
import { type AccountOptions, type ClusterServer, isReal, startServer } from './cluster-server.ts';
import { eventually } from './eventually.ts';
import { createFakeKubelet, type FakeKubeletOptions } from './fake-kubelet.ts';
import { scratchDirectory } from './scratch.ts';

export const NAMESPACE = 'shop';

export interface Cluster {
  readonly server: ClusterServer;
  readonly client: KubeClient;
  readonly kubeconfig: string;
  /** For the program: of its own account where the cluster has one for it. */
  readonly programKubeconfig: string;
  /** Scratch space, gone with the cluster. */
  readonly directory: string;
  /** Every request that reached the server from outside the control plane, in order, restarts included. */
  readonly requests: readonly SeenRequest[];
  /** The same port, keys and storage; away for as long as `meanwhile` takes. */
  restartServer(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The sandbox's; a real control plane has the machine's. */
  readonly clock: Clock;
  readonly metricsPort: number;
  /** How often the HPA looks; 15 s when not given. */
  readonly hpaSyncMs?: number;
  readonly kubelet?: Pick<FakeKubeletOptions, 'ends' | 'starts'>;
  readonly account?: AccountOptions;
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { metricsPort, hpaSyncMs, kubelet: pods = {}, account } = options;
  const clock = isReal ? systemClock : options.clock;
  const base = { clock, log: silentLogger };
  const life = new AbortController();
  const { signal } = life;
  const requests: SeenRequest[] = [];
  const server = await startServer({
    clock,
    ...(hpaSyncMs === undefined ? {} : { hpaSyncMs }),
    ...(account && { account }),
  });
  server.inject((request) => {
    requests.push(request);
    return undefined;
  });
  const directory = await scratchDirectory('world');
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, server.adminKubeconfig());
  const programKubeconfig = join(directory, 'program-kubeconfig');
  await writeFile(programKubeconfig, server.programKubeconfig());
  const connection = await loadConnection({ kubeconfig, env: {}, clock });
  const client = createKubeClient(connection, { ...base, userAgent: 'world' });
  const parts = [...server.controllers(client), createFakeKubelet({ client, clock, ...pods })];
  let ended: Promise<unknown> = Promise.resolve();
  const stop = async (): Promise<void> => {
    life.abort(new Error('the test is over'));
    await ended;
    await connection.close();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await installKinds(client, metricsPort, signal);
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
    await client.apply(NAMESPACES, namespace, { fieldManager: 'world', force: true, signal });
    ended = supervise(parts, { signal, log: silentLogger });
    await eventually('the cluster takes pods', async () => {
      await client.get(SERVICE_ACCOUNTS, { namespace: NAMESPACE, name: 'default' }, { signal });
      return parts.every((part) => part.ready());
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    server,
    client,
    kubeconfig,
    programKubeconfig,
    directory,
    requests,
    restartServer: (meanwhile) => server.restart(meanwhile),
    stop,
  };
}
