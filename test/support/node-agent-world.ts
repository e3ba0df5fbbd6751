// A node agent with real processes on an API server in memory, and questions to ask of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/async.ts';
import { PODS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { createNodeAgent } from '../../src/sandbox/node-agent/node-agent.ts';
import type { NodeAgent, NodeAgentOptions, PodLogOptions } from '../../src/sandbox/node-agent/node-agent.ts';
import type { ContainerStatus, Pod, PodSpec } from '../../src/sandbox/node-agent/pod.ts';
import { createMemoryKube } from './memory-kube.ts';
import type { MemoryKube } from './memory-kube.ts';

export interface NodeAgentWorld {
  readonly kube: MemoryKube;
  readonly directory: string;
  readonly agent: NodeAgent;
  /** Starts an agent; there is one from the beginning. */
  start(more?: Partial<NodeAgentOptions>): void;
  stop(): Promise<void>;
  /** Stops the agent and removes its directory. */
  end(): Promise<void>;
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

export function createNodeAgentWorld(defaults: Partial<NodeAgentOptions> = {}): NodeAgentWorld {
  const kube = createMemoryKube(Date.now);
  const directory = mkdtempSync(join(tmpdir(), 'node-agent-'));
  const { signal } = new AbortController();
  let stop = async (): Promise<void> => {};
  let agent: NodeAgent | undefined;
  const started = (): NodeAgent => {
    if (!agent) throw new Error('no agent has been started');
    return agent;
  };
  const pod = (name: string): Pod | undefined => kube.peek<Pod>(PODS, { namespace: 'default', name });
  const world: NodeAgentWorld = {
    kube,
    directory,
    get agent() {
      return started();
    },
    start(more = {}) {
      const ending = new AbortController();
      agent = createNodeAgent({
        client: kube,
        nodeName: 'here',
        images: [],
        runDirectory: directory,
        clock: systemClock,
        random: Math.random,
        log: silentLogger,
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
      rmSync(directory, { recursive: true, force: true });
    },
    async create(name, spec, annotations = {}) {
      const metadata = { name, namespace: 'default', annotations };
      const object: Pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, nodeName: 'here' } };
      await kube.create<Pod>(PODS, object, { signal });
    },
    remove: (name, gracePeriodSeconds) =>
      kube.delete(
        PODS,
        { namespace: 'default', name },
        { signal, ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) },
      ),
    pod,
    state: (name, container = 0) => pod(name)?.status?.containerStatuses?.[container],
    isReady: (name) => pod(name)?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true,
    portOf: (name, port) => JSON.parse(pod(name)?.metadata.annotations?.['sandbox.sluice.dev/ports'] ?? '{}')[port],
    pidOf: (name) => Number(/\d+$/.exec(world.state(name)?.containerID ?? '')?.[0]),
    async logs(name, more = {}, container) {
      const lines: string[] = [];
      for await (const line of started().logs('default', name, container, { signal, ...more })) lines.push(line);
      return lines;
    },
  };
  world.start();
  return world;
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
