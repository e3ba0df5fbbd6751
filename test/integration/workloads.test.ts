// Workloads and what controls them, with a kubelet that only says what pods would do.
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import type { KubeObject, Resource } from '../../src/kube/client.ts';
import {
  API_SERVICES,
  DEPLOYMENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  JOBS,
  NAMESPACES,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from '../../src/kube/resources.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import type { Hpa } from '../../src/sandbox/controllers/hpa-object.ts';
import type { Job } from '../../src/sandbox/controllers/job-object.ts';
import type { StatefulSet } from '../../src/sandbox/controllers/stateful-set-plan.ts';
import type { Deployment, ReplicaSet } from '../../src/sandbox/controllers/workload-objects.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import type { Pod } from '../../src/sandbox/node-agent/pod.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { aDeployment, aTemplate } from '../support/workload-world.ts';

jest.setTimeout(60_000);

const { signal } = new AbortController();
let cluster: Cluster;
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await freePort();
  cluster = await startCluster({
    clock: systemClock,
    metricsPort,
    hpaSyncMs: 200,
    kubelet: {
      ends: (pod) => (pod.metadata.labels?.['job-name'] === undefined ? undefined : 'Succeeded'),
      starts: (pod) => pod.spec.containers[0]?.image !== 'broken',
    },
  });
});
afterAll(() => cluster.stop());

let count = 0;
/** A namespace for each story, and short words for what happens in it. */
async function aNamespace() {
  const { client } = cluster;
  const namespace = `story-${++count}`;
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
  const all = async <T extends KubeObject>(resource: Resource): Promise<readonly T[]> =>
    (await client.list<T>(resource, { namespace, signal })).items;
  return {
    namespace,
    all,
    create: <T extends KubeObject>(resource: Resource, object: T): Promise<T> =>
      client.create(resource, { ...object, metadata: { ...object.metadata, namespace } }, { signal }),
    get: <T extends KubeObject>(resource: Resource, name: string): Promise<T> =>
      client.get<T>(resource, { namespace, name }, { signal }),
    patch: (resource: Resource, name: string, body: unknown) =>
      client.patch(resource, { namespace, name }, { type: 'merge', body }, { signal }),
    remove: (resource: Resource, name: string) =>
      client.delete(resource, { namespace, name }, { signal, propagation: 'Background' }),
    images: async () => (await all<Pod>(PODS)).map((pod) => pod.spec.containers[0]?.image),
    versions: async () => {
      const objects = [...(await all(DEPLOYMENTS)), ...(await all(REPLICA_SETS)), ...(await all(PODS))];
      return objects.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
    },
  };
}

describe('workloads', () => {
  it('a Deployment gets its pods, rolls out, and stays untouched while nothing changes', async () => {
    const { create, get, patch, images, versions } = await aNamespace();
    await create(DEPLOYMENTS, aDeployment('web'));
    await eventually('3 replicas are available', async () => {
      expect((await get<Deployment>(DEPLOYMENTS, 'web')).status).toMatchObject({ availableReplicas: 3 });
    });
    await patch(DEPLOYMENTS, 'web', { spec: { template: aTemplate({ app: 'web' }, 'app:2') } });
    await eventually('all pods are new', async () => {
      expect(await images()).toEqual(['app:2', 'app:2', 'app:2']);
      const { status } = await get<Deployment>(DEPLOYMENTS, 'web');
      expect(status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3, observedGeneration: 2 });
    });
    await eventually('nothing changes any more', async () => {
      const before = await versions();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await versions()).toEqual(before);
    });
  });

  it('a Deployment follows its scale up and down to zero', async () => {
    const { all, create, get, namespace } = await aNamespace();
    await create(DEPLOYMENTS, aDeployment('web', { replicas: 1 }));
    for (const replicas of [10, 0, 2]) {
      const body = { spec: { replicas } };
      const call = { subresource: 'scale', signal } as const;
      await cluster.client.patch(DEPLOYMENTS, { namespace, name: 'web' }, { type: 'merge', body }, call);
      await eventually(`${replicas} pods`, async () => {
        expect(await all(PODS)).toHaveLength(replicas);
        expect((await get<Deployment>(DEPLOYMENTS, 'web')).status?.availableReplicas ?? 0).toBe(replicas);
      });
    }
    expect(await all<ReplicaSet>(REPLICA_SETS)).toHaveLength(1);
  });

  it('a deleted Deployment takes everything with it', async () => {
    const { all, create, remove } = await aNamespace();
    await create(DEPLOYMENTS, aDeployment('web'));
    await eventually('3 pods', async () => (await all(PODS)).length === 3);
    await remove(DEPLOYMENTS, 'web');
    await eventually('nothing is left', async () => {
      expect([...(await all(DEPLOYMENTS)), ...(await all(REPLICA_SETS)), ...(await all(PODS))]).toEqual([]);
    });
  });

  it('a Job completes, and its pods go with it', async () => {
    const { all, create, get, remove } = await aNamespace();
    const template = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'i' }] } };
    const job: Job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'sums' },
      spec: { completions: 4, parallelism: 2, template },
    };
    await create(JOBS, job);
    await eventually('4 pods succeeded', async () => {
      const { status } = await get<Job>(JOBS, 'sums');
      expect(status).toMatchObject({ succeeded: 4 });
      expect(status).not.toHaveProperty('active');
      expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Complete', status: 'True' }));
    });
    expect(await all(PODS)).toHaveLength(4);
    await remove(JOBS, 'sums');
    await eventually('nothing is left', async () => (await all(PODS)).length === 0);
  });

  it('a running Job that is deleted leaves no pod behind its finalizer', async () => {
    const { all, create, remove } = await aNamespace();
    const template = { spec: { restartPolicy: 'Never' as const, containers: [{ name: 'c', image: 'broken' }] } };
    await create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'stuck' }, spec: { template } });
    await eventually('a pod', async () => (await all(PODS)).length === 1);
    await remove(JOBS, 'stuck');
    await eventually('nothing is left', async () => (await all(PODS)).length === 0);
  });

  it('a StatefulSet counts its pods up and down', async () => {
    const { all, create, get, patch } = await aNamespace();
    const labels = { app: 'db' };
    const set: StatefulSet = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db' },
      spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: aTemplate(labels) },
    };
    await create(STATEFUL_SETS, set);
    await eventually('3 pods are ready', async () => {
      expect((await get<StatefulSet>(STATEFUL_SETS, 'db')).status).toMatchObject({ readyReplicas: 3 });
    });
    expect((await all(PODS)).map((pod) => pod.metadata.name)).toEqual(['db-0', 'db-1', 'db-2']);
    await patch(STATEFUL_SETS, 'db', { spec: { replicas: 1 } });
    await eventually('1 pod', async () => {
      expect((await all(PODS)).map((pod) => pod.metadata.name)).toEqual(['db-0']);
    });
  });

  it('an HPA follows an external metric through the aggregator', async () => {
    const { create, get } = await aNamespace();
    const metrics = await serveMetrics();
    try {
      await create(DEPLOYMENTS, aDeployment('web', { replicas: 1 }));
      const external = { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '5' } };
      const hpa: Hpa = {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          minReplicas: 1,
          maxReplicas: 8,
          metrics: [{ type: 'External', external }],
        },
      };
      await create(HORIZONTAL_POD_AUTOSCALERS, hpa);
      await eventually(
        '8 replicas',
        async () => {
          expect((await get<Deployment>(DEPLOYMENTS, 'web')).status).toMatchObject({ availableReplicas: 8 });
          const { status } = await get<Hpa>(HORIZONTAL_POD_AUTOSCALERS, 'web');
          expect(status).toMatchObject({ currentReplicas: 8, desiredReplicas: 8 });
          expect(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
            'AbleToScale ReadyForNewScale',
            'ScalingActive ValidMetricFound',
            'ScalingLimited TooManyReplicas',
          ]);
        },
        30_000,
      );
    } finally {
      metrics.closeAllConnections();
      metrics.close();
    }
  });
});

/** An external metrics API in which every value is 50, where the cluster expects one. */
async function serveMetrics(): Promise<Server> {
  const group = 'external.metrics.k8s.io';
  const validity = { now: systemClock.now(), days: 1 };
  const { certPem, keyPem } = await issueCertificate(await createAuthority({ commonName: 'test', ...validity }), {
    commonName: 'metrics',
    dnsNames: ['localhost'],
    usages: ['server'],
    ...validity,
  });
  const stub = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const isDiscovery = request.url === `/apis/${group}/v1beta1`;
    const body = isDiscovery
      ? { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1beta1`, resources: [] }
      : { kind: 'ExternalMetricValueList', items: [{ metricName: 'queue', value: '50' }] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => stub.listen(metricsPort, '127.0.0.1', resolve));
  await cluster.client.patch(
    API_SERVICES,
    { name: `v1beta1.${group}` },
    { type: 'merge', body: { spec: { insecureSkipTLSVerify: true, caBundle: null } } },
    { signal },
  );
  return stub;
}
