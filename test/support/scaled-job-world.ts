// A whole controller with ScaledJobs on an API server in memory; a test says when Jobs end, and what their pods do.
import { scaledJobs } from '../../src/api/names.ts';
import type { ScaledJob, ScaledJobSpec } from '../../src/api/scaled-job.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { JOBS, PODS } from '../../src/kube/resources.ts';
import { type Answer, createWorld, never, type World } from './controller-world.ts';

export interface AJob extends KubeObject {
  readonly spec: { readonly template: { readonly metadata?: KubeObject['metadata']; readonly spec?: unknown } };
  readonly status?: unknown;
}

export interface JobWorld extends World {
  /** All there are, in the order of their names. */
  jobs(): Promise<readonly AJob[]>;
  running(): Promise<readonly AJob[]>;
  scaledJob(name?: string): ScaledJob | undefined;
  jobCondition(type: string, name?: string): { status: string; reason?: string; message?: string } | undefined;
  /** The Job is over, as the Job controller would say it, whose clock may be ahead of ours. */
  end(job: KubeObject, as?: 'Complete' | 'Failed', aheadMs?: number): Promise<void>;
  /** Its pod runs from now on, on a node whose clock may be ahead of ours. */
  run(job: KubeObject, aheadMs?: number): Promise<void>;
  change(name: string, body: unknown): Promise<void>;
  /** Reasons of the Events so far, in order. */
  reasons(): readonly string[];
}

export function aScaledJob(
  name: string,
  spec: Partial<ScaledJobSpec> = {},
  metadata: Partial<ScaledJob['metadata']> = {},
): ScaledJob {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name, namespace: 'shop', ...metadata },
    spec: {
      jobTargetRef: { template: { spec: { containers: [{ name: 'app', image: 'app:1' }] } } },
      triggers: [{ type: 'queue', metadata: { queue: name, target: '1' } }],
      ...spec,
    },
  };
}

export async function createJobWorld(
  objects: readonly KubeObject[],
  answers: Readonly<Record<string, Answer>> = {},
  options: Parameters<typeof createWorld>[2] = {},
): Promise<JobWorld> {
  const world = await createWorld(objects, answers, options);
  const { kube, clock } = world;
  const all = async (): Promise<readonly AJob[]> => {
    const { length } = kube.history;
    const { items } = await kube.list<AJob>(JOBS, { signal: never });
    kube.history.length = length;
    return items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }));
  };
  const keyOf = ({ metadata: { name, namespace = '' } }: KubeObject) => ({ name, namespace });
  const seconds = (aheadMs: number): string => new Date(clock.now() + aheadMs).toISOString().replace(/\.\d+/, '');
  const more = {
    jobs: all,
    running: async () => (await all()).filter(({ status }) => status === undefined),
    scaledJob: (name = 'worker') => kube.peek<ScaledJob>(scaledJobs, { namespace: 'shop', name }),
    jobCondition: (type: string, name = 'worker') =>
      more.scaledJob(name)?.status?.conditions?.find((condition) => condition.type === type),
    async end(job: KubeObject, as: 'Complete' | 'Failed' = 'Complete', aheadMs = 0) {
      const at = seconds(aheadMs);
      const conditions = [{ type: as, status: 'True', lastTransitionTime: at }];
      const status = { conditions, ...(as === 'Complete' ? { completionTime: at } : {}) };
      await kube.patch(JOBS, keyOf(job), { type: 'merge', body: { status } }, { signal: never, subresource: 'status' });
    },
    async run(job: AJob, aheadMs = 0) {
      const { name, namespace = '' } = job.metadata;
      const labels = { ...job.spec.template.metadata?.labels, 'job-name': name };
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${name}-pod`, namespace, labels },
        status: { phase: 'Running', containerStatuses: [{ state: { running: { startedAt: seconds(aheadMs) } } }] },
      };
      await kube.create(PODS, pod as KubeObject, { signal: never });
    },
    async change(name: string, body: unknown) {
      await kube.patch(scaledJobs, { namespace: 'shop', name }, { type: 'merge', body }, { signal: never });
    },
    reasons: () => world.events.map(({ reason }) => reason),
  };
  // Assigned, not copied: the world's controller is a getter.
  return Object.assign(world, more) as JobWorld;
}
