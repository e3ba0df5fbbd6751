// The manifests of a ScaledJob, and what a story asks about it and its Jobs.
import { labels, scaledJobs } from '../../src/api/names.ts';
import type { ScaledJob, ScaledJobSpec } from '../../src/api/scaled-job.ts';
import type { Condition } from '../../src/api/conditions.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { JOBS } from '../../src/kube/resources.ts';
import { finishOf, type Job } from '../../src/sandbox/controllers/job-object.ts';
import { NAMESPACE } from './cluster.ts';
import type { World } from './world.ts';

const { signal } = new AbortController();

/** Polls every second; the pod does nothing by itself. */
export function aScaledJobManifest(
  name: string,
  spec: Partial<ScaledJobSpec> & Pick<ScaledJobSpec, 'triggers'>,
  metadata: Partial<KubeObject['metadata']> = {},
): KubeObject {
  const manifest = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledJob',
    metadata: { name, namespace: NAMESPACE, ...metadata },
    spec: {
      jobTargetRef: {
        backoffLimit: 0,
        template: { spec: { containers: [{ name: 'worker', image: 'worker:1' }], restartPolicy: 'Never' } },
      },
      pollingInterval: 1,
      ...spec,
    },
  };
  return manifest;
}

/** In the order in which they were created, as far as their numbers say. */
export async function jobsOf(world: World, name: string): Promise<readonly Job[]> {
  const labelSelector = `${labels.scaledJobName}=${name}`;
  const { items } = await world.cluster.client.list<Job>(JOBS, { namespace: NAMESPACE, labelSelector, signal });
  return items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }));
}

export async function runningJobs(world: World, name: string): Promise<readonly Job[]> {
  return (await jobsOf(world, name)).filter((job) => finishOf(job) === undefined);
}

export const scaledJob = (world: World, name: string): Promise<ScaledJob> => world.get<ScaledJob>(scaledJobs, name);

export async function jobCondition(world: World, name: string, type: string): Promise<Partial<Condition>> {
  const { status } = await scaledJob(world, name);
  return status?.conditions?.find((condition) => condition.type === type) ?? {};
}

/** Requests by which the program asked for Jobs. */
export function createsOf(world: World, since = 0): number {
  return world.writes(since).filter((write) => write === `POST /apis/batch/v1/namespaces/${NAMESPACE}/jobs`).length;
}
