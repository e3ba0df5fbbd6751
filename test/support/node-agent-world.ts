// A node agent with real processes in a cluster, and questions to ask of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { loadConnection } from '../../src/kube/connection.ts';
import { createKubeClient } from '../../src/kube/http-client.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { PODS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createNodeAgent } from '../../src/sandbox/node-agent/node-agent.ts';
import type { NodeAgent, NodeAgentOptions, PodLogOptions } from '../../src/sandbox/node-agent/node-agent.ts';
import type { ContainerStatus, Pod, PodSpec } from '../../src/sandbox/node-agent/pod.ts';
import { type Cluster, NAMESPACE } from './cluster.ts';
import { eventually } from './eventually.ts';

export interface NodeAgentWorld {
  readonly client: KubeClient;
  /** What the agent wrote so far: `PATCH /api/…`. */
  writes(): readonly string[];
  readonly directory: string;
  readonly agent: NodeAgent;
  /** Starts an agent; there is one from the beginning. */
  start(more?: Partial<NodeAgentOptions>): void;
  stop(): Promise<void>;
  /** Stops the agent, and removes its directory and its pods. */
  end(): Promise<void>;
  /** A container without an image gets one that nobody knows. */
  create(name: string, spec: Omit<PodSpec, 'nodeName'>, annotations?: Record<string, string>): Promise<void>;
  remove(name: string, gracePeriodSeconds?: number): Promise<void>;
  pod(name: string): Pod | undefined;
  state(name: string, container?: number): ContainerStatus | undefined;
  isReady(name: string): boolean;
  /** The real port of a containerPort. */
  portOf(name: string, port: number): number;
  pidOf(name: string): number;
  logs(name: string, more?: Partial<PodLogOptions>, container?: string): Promise<string[]>;
}

const USER_AGENT = 'node-agent-world';

export async function createNodeAgentWorld(
  cluster: Cluster,
  defaults: Partial<NodeAgentOptions> = {},
): Promise<NodeAgentWorld> {
  const base = { clock: systemClock, random: Math.random, log: silentLogger };
  const connection = await loadConnection({ kubeconfig: cluster.kubeconfig, env: {}, clock: systemClock });
  const client = createKubeClient(connection, { ...base, userAgent: USER_AGENT });
  const directory = mkdtempSync(join(tmpdir(), 'node-agent-'));
  const life = new AbortController();
  const { signal } = life;
  const pods = createReflector<Pod>({ ...base, client: cluster.client, resource: PODS, namespace: NAMESPACE });
  const watching = pods.run(signal);
  const begunAt = cluster.requests.length;
  let stop = async (): Promise<void> => {};
  let agent: NodeAgent | undefined;
  const started = (): NodeAgent => {
    if (!agent) throw new Error('no agent has been started');
    return agent;
  };
  const pod = (name: string): Pod | undefined => pods.get({ namespace: NAMESPACE, name });
  const world: NodeAgentWorld = {
    client,
    directory,
    writes: () =>
      cluster.requests
        .slice(begunAt)
        .filter(({ method, userAgent }) => method !== 'GET' && userAgent === USER_AGENT)
        .map(({ method, path }) => `${method} ${path}`),
    get agent() {
      return started();
    },
    start(more = {}) {
      const ending = new AbortController();
      agent = createNodeAgent({
        ...base,
        client,
        nodeName: 'here',
        images: [],
        runDirectory: directory,
        env: { PATH: process.env.PATH ?? '' },
        crashLoop: { baseMs: 100, maxMs: 400, resetAfterMs: 600_000 },
        shutdownGraceMs: 500,
        ...defaults,
        ...more,
      });
      const running = agent.run(ending.signal);
      stop = async () => {
        ending.abort();
        await running;
      };
    },
    stop: () => stop(),
    async end() {
      await stop();
      const force = { signal, gracePeriodSeconds: 0 };
      for (const { metadata } of pods.list()) {
        await cluster.client.delete(PODS, { namespace: NAMESPACE, name: metadata.name }, force);
      }
      life.abort(new Error('the test is over'));
      await watching;
      await connection.close();
      rmSync(directory, { recursive: true, force: true });
    },
    async create(name, spec, annotations = {}) {
      const metadata = { name, namespace: NAMESPACE, annotations };
      const object: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...withImages(spec), nodeName: 'here' } };
      await cluster.client.create<Pod>(PODS, object, { signal });
      await eventually('the pod is seen', () => pod(name) !== undefined);
    },
    remove: (name, gracePeriodSeconds) =>
      cluster.client.delete(
        PODS,
        { namespace: NAMESPACE, name },
        { signal, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) },
      ),
    pod,
    state: (name, container = 0) => pod(name)?.status?.containerStatuses?.[container],
    isReady: (name) => pod(name)?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true,
    portOf: (name, port) => JSON.parse(pod(name)?.metadata.annotations?.['sandbox.sluice.dev/ports'] ?? '{}')[port],
    pidOf: (name) => Number(/\d+$/.exec(world.state(name)?.containerID ?? '')?.[0]),
    async logs(name, more = {}, container) {
      const lines: string[] = [];
      for await (const line of started().logs(NAMESPACE, name, container, { signal, ...more })) lines.push(line);
      return lines;
    },
  };
  world.start();
  return world;
}

function withImages<S extends Omit<PodSpec, 'nodeName'>>(spec: S): S {
  const filled = (containers: PodSpec['containers']): PodSpec['containers'] =>
    containers.map((container) => ({ image: 'nobody/knows:1', ...container }));
  const { initContainers } = spec;
  return {
    ...spec,
    containers: filled(spec.containers),
    ...(initContainers && { initContainers: filled(initContainers) }),
  };
}

/** True while there is a process with this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
