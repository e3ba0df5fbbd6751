// The workload controllers over an API server in memory, with a fake kubelet and a clock that a test moves.
import type { KubeObject, Resource } from '../../src/kube/client.ts';
import { DEPLOYMENTS, JOBS, PODS, REPLICA_SETS, STATEFUL_SETS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import type { HpaControllerOptions } from '../../src/sandbox/controllers/hpa-controller.ts';
import type { Job } from '../../src/sandbox/controllers/job-object.ts';
import type { StatefulSet } from '../../src/sandbox/controllers/stateful-set-plan.ts';
import type { Deployment, ReplicaSet } from '../../src/sandbox/controllers/workload-objects.ts';
import { createWorkloadControllers } from '../../src/sandbox/controllers/workloads.ts';
import type { Pod } from '../../src/sandbox/node-agent/pod.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createFakeKubelet, type FakeKubeletOptions } from './fake-kubelet.ts';
import { createMemoryKube, type MemoryKube } from './memory-kube.ts';

export interface WorkloadWorld {
  readonly clock: FakeClock;
  readonly kube: MemoryKube;
  /** What the external metrics API answers, by metric name; absent is 404. */
  readonly metrics: Map<string, string>;
  create<T extends KubeObject>(resource: Resource, object: T): Promise<T>;
  /** Merge-patches the object. */
  change(resource: Resource, name: string, body: unknown): Promise<void>;
  all<T extends KubeObject>(resource: Resource): Promise<readonly T[]>;
  pods(): Promise<readonly Pod[]>;
  sets(): Promise<readonly ReplicaSet[]>;
  deployment(name: string): Deployment;
  statefulSet(name: string): StatefulSet;
  job(name: string): Job;
  /** Ends the controllers as a kill would, and starts new ones. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function createWorkloadWorld(
  options: { kubelet?: Partial<FakeKubeletOptions>; hpa?: HpaControllerOptions; jobBackoffMs?: number } = {},
): Promise<WorkloadWorld> {
  const clock = createFakeClock();
  const memory = createMemoryKube(clock.now);
  const metrics = new Map<string, string>();
  const life = new AbortController();
  const { signal } = life;
  const namespace = 'default';
  const plainRequest = memory.request;
  // Assigned, not copied: the memory asks its own `intercept`.
  const kube: MemoryKube = Object.assign(memory, {
    async request(method, path, body, call) {
      const binding = /pods\/([^/]+)\/binding$/.exec(path);
      if (binding?.[1] !== undefined) {
        const { target } = body as { target: { name: string } };
        const patch = { type: 'merge', body: { spec: { nodeName: target.name } } } as const;
        return memory.patch(PODS, { namespace, name: binding[1] }, patch, call) as never;
      }
      if (path.startsWith('/apis/external.metrics')) {
        const value = metrics.get(path.split('?')[0]?.split('/').at(-1) ?? '');
        if (value !== undefined) return { items: [{ value }] } as never;
      }
      if (path === '/apis/apps/v1') {
        return { resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true }] } as never;
      }
      return plainRequest(method, path, body, call);
    },
  } satisfies Pick<MemoryKube, 'request'>);
  const common = { client: kube, clock, random: Math.random, log: silentLogger };
  let stopControllers = (): void => {};
  const start = (): void => {
    const run = new AbortController();
    stopControllers = () => run.abort(new Error('killed'));
    const controllers = createWorkloadControllers({
      ...common,
      ...(options.hpa === undefined ? {} : { hpa: options.hpa }),
      ...(options.jobBackoffMs === undefined ? {} : { jobBackoffMs: options.jobBackoffMs }),
    });
    void controllers.run(run.signal);
  };
  start();
  const kubelet = createFakeKubelet({ ...common, ...options.kubelet }).run(signal);
  await clock.advance(0);
  const peek = <T extends KubeObject>(resource: Resource, name: string): T => {
    const object = kube.peek<T>(resource, { namespace, name });
    if (object === undefined) throw new Error(`there is no ${resource.kind} ${name}`);
    return object;
  };
  const all = async <T extends KubeObject>(resource: Resource): Promise<readonly T[]> =>
    (await memory.list<T>(resource, { namespace, signal: new AbortController().signal })).items;
  return {
    clock,
    kube,
    metrics,
    async create(resource, object) {
      const created = await kube.create(
        resource,
        { ...object, metadata: { namespace, ...object.metadata } },
        { signal },
      );
      await clock.advance(0);
      return created;
    },
    async change(resource, name, body) {
      await kube.patch(resource, { namespace, name }, { type: 'merge', body }, { signal });
      await clock.advance(0);
    },
    all,
    pods: () => all<Pod>(PODS),
    sets: () => all<ReplicaSet>(REPLICA_SETS),
    deployment: (name) => peek<Deployment>(DEPLOYMENTS, name),
    statefulSet: (name) => peek<StatefulSet>(STATEFUL_SETS, name),
    job: (name) => peek<Job>(JOBS, name),
    async restart() {
      stopControllers();
      await clock.advance(0);
      start();
      await clock.advance(0);
    },
    async stop() {
      stopControllers();
      life.abort(new Error('the test is over'));
      await kubelet.catch(() => {});
      await clock.advance(0);
    },
  };
}

export function aDeployment(name: string, spec: Partial<Deployment['spec']> = {}): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: aTemplate(labels), ...spec },
  };
}

export function aTemplate(labels: Record<string, string>, image = 'app:1'): Deployment['spec']['template'] {
  return { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } };
}
