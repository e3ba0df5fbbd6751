// Where traps are shown: one control plane with real daprd sidecars, one broker, and a namespace and a queue for each trap.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { BROKERS, type BrokerName } from '../../../src/cli/demo/broker.ts';
import { type DemoBroker, withAddresses } from '../../../src/cli/demo/demo-broker.ts';
import { exampleImages } from '../../../src/cli/demo/stage.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { DEPLOYMENTS, NAMESPACES, PODS } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { PORTS_ANNOTATION } from '../../../src/sandbox/node-agent/ports.ts';
import type { Pod } from '../../../src/sandbox/node-agent/pod.ts';
import { eventually } from '../../support/eventually.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import { filesOf } from './broker-files.ts';
import { sluiceImage } from './chart.ts';
import { applyAll } from './kubectl.ts';
import { type ProcessCluster, startProcessCluster } from './process-node.ts';
import { EXAMPLE } from './stage.ts';
import { scratchDirectory } from '../../support/scratch.ts';

const { signal } = new AbortController();
const SIDECAR_PORT = 3500;
const COMMON = { clock: systemClock, random: Math.random, log: silentLogger };

export interface TrapWorld {
  readonly cluster: ProcessCluster;
  readonly broker: DemoBroker;
  /** A namespace of its own, with the broker's Secret in it. */
  place(name: string): Promise<Place>;
  stop(): Promise<void>;
}

export interface Place {
  readonly namespace: string;
  apply(...objects: readonly object[]): Promise<void>;
  scale(deployment: string, replicas: number): Promise<void>;
  /** Pods of the Deployment that are not being deleted. */
  pods(deployment: string): Promise<readonly Pod[]>;
  /** Resolves when so many pods, and no others, are there, and they are ready. */
  ready(deployment: string, replicas: number, withinMs?: number): Promise<void>;
  /** Resolves when the Deployment's last pod is gone. */
  gone(deployment: string): Promise<void>;
  /** Everything that a container of that name has printed, in this pod or in any, the deleted ones too. */
  lines(container: string, pod?: string): readonly string[];
  /** POST to the sidecar of the Deployment's first pod. */
  sidecar(deployment: string, path: string, body: unknown): Promise<{ readonly status: number; readonly text: string }>;
  /** Sends messages through an output binding. */
  send(deployment: string, binding: string, count: number): Promise<void>;
}

export async function startTrapWorld(name: BrokerName): Promise<TrapWorld> {
  const directory = await scratchDirectory('traps');
  const broker = await BROKERS[name]({ ...COMMON, directory, env: process.env, files: filesOf(name), signal });
  const app = {
    image: 'test/app',
    directory: repositoryRoot,
    entrypoint: [process.execPath, 'test/e2e/example/app.ts'],
  };
  const cluster = await startProcessCluster({
    images: [...sluiceImage(), ...exampleImages(EXAMPLE, process.execPath), app],
    caPem: broker.caPem,
    logTo: createWriteStream(join(directory, 'node.log')),
  }).catch(async (error: unknown) => {
    await broker.stop();
    throw error;
  });
  const over = new AbortController();
  return {
    cluster,
    broker,
    place: (namespace) => createPlace(cluster, broker, namespace, over.signal),
    async stop() {
      over.abort();
      await cluster.stop();
      await broker.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function createPlace(
  { plane, node }: ProcessCluster,
  broker: DemoBroker,
  namespace: string,
  over: AbortSignal,
): Promise<Place> {
  const { client } = plane;
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
  const printed: { readonly pod: string; readonly container: string; readonly line: string }[] = [];
  const followed = new Set<string>();
  const follow = async (pod: string, container: string): Promise<void> => {
    for await (const line of node.logs(namespace, pod, container, { follow: true, signal: over })) {
      printed.push({ pod, container, line });
    }
  };
  const watched = createReflector<Pod>({ ...COMMON, client, resource: PODS, namespace });
  watched.subscribe(({ object: { metadata, status } }) => {
    for (const container of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
      const key = `${metadata.uid}/${container.name}/${container.restartCount}`;
      if (!container.state.running || followed.has(key)) continue;
      followed.add(key);
      follow(metadata.name, container.name).catch(() => {});
    }
  });
  watched.run(over).catch(() => {});
  const pods = async (deployment: string): Promise<readonly Pod[]> =>
    (await client.list<Pod>(PODS, { namespace, signal })).items.filter(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === deployment,
    );
  const alive = async (deployment: string): Promise<readonly Pod[]> =>
    (await pods(deployment)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const place: Place = {
    namespace,
    apply: (...objects) => applyAll(plane, namespace, withAddresses(objects as readonly KubeObject[], broker)),
    async scale(name, replicas) {
      const patch = { type: 'merge', body: { spec: { replicas } } } as const;
      await client.patch(DEPLOYMENTS, { namespace, name }, patch, { signal, subresource: 'scale' });
    },
    pods: alive,
    ready: (deployment, replicas, withinMs = 20_000) =>
      eventually(
        `${deployment} has ${replicas} ready pods`,
        async () => {
          const all = await alive(deployment);
          expect(all.map(stateOf)).toEqual(Array.from({ length: replicas }, () => 'ready'));
        },
        withinMs,
      ),
    gone: (deployment) =>
      eventually(`${deployment} is gone`, async () => (await pods(deployment)).length === 0, 40_000).then(() => {}),
    lines: (container, pod) =>
      printed
        .filter((entry) => entry.container === container && (pod === undefined || entry.pod === pod))
        .map(({ line }) => line),
    async sidecar(deployment, path, body) {
      const [pod] = await alive(deployment);
      const ports = JSON.parse(pod?.metadata.annotations?.[PORTS_ANNOTATION] ?? '{}') as Record<string, number>;
      const url = `http://127.0.0.1:${ports[SIDECAR_PORT]}${path}`;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, text: await answer.text() };
    },
    async send(deployment, binding, count) {
      for (let n = 1; n <= count; n++) {
        const body = { operation: 'create', data: { text: 'Hello World', id: `${namespace}-${n}` }, metadata: {} };
        expect(await place.sidecar(deployment, `/v1.0/bindings/${binding}`, body)).toEqual({ status: 204, text: '' });
      }
    },
  };
  const { name, stringData } = broker.secret;
  await place.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
  return place;
}

/** `ready`, or what its containers are doing instead. */
function stateOf({ status }: Pod): string {
  if (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')) return 'ready';
  return (status?.containerStatuses ?? [])
    .map(({ name, ready, restartCount, state }) => JSON.stringify({ name, ready, restartCount, ...state }))
    .join(' ');
}
