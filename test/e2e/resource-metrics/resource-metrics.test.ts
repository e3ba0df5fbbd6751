// cpu and memory: the HPA of the real control plane measures the pods by itself, and a queue beside them decides about zero.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { eventually } from '../../support/eventually.ts';
import { kubernetesVersion } from '../../support/kubernetes-version.ts';
import { aScaledObject, aTrigger, brokerAccess } from '../../support/queue-worker.ts';
import { aDeployment } from '../../support/workload-world.ts';
import { NAMESPACE, startWorld, type World } from '../../support/world.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { type MetricsServer, startMetricsServer, type Usage } from './metrics-server.ts';

const IDLE: Usage = { cpu: '1m', memory: '1Mi' };
/** By container; each container of every pod uses this. */
const usage = new Map<string, Usage>();

type Trigger = ScaledObjectSpec['triggers'][number];
const resource = (type: 'cpu' | 'memory', metricType: string, metadata: Record<string, string>): Trigger =>
  ({ type, metricType, metadata }) as Trigger;

/** Two containers, each of which requests 100m and 100Mi; the first is called like the workload. */
function aMeasuredWorker(name: string, replicas: number, spec: Partial<ScaledObjectSpec>): readonly KubeObject[] {
  const deployment = aDeployment(name, { replicas });
  const resources = { requests: { cpu: '100m', memory: '100Mi' } };
  const containers = [name, `${name}-log`].map((container) => ({ name: container, image: 'app:1', resources }));
  for (const container of containers) usage.set(container.name, IDLE);
  const { template } = deployment.spec;
  return [
    {
      ...deployment,
      metadata: { name, namespace: NAMESPACE },
      spec: { ...deployment.spec, template: { ...template, spec: { ...template.spec, containers } } },
    } as KubeObject,
    aScaledObject(name, {
      spec: {
        maxReplicaCount: 6,
        advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } },
        ...spec,
      },
    }),
  ];
}

whereBuildable(
  describe,
  `kubernetes-${kubernetesVersion()}`,
  'etcd',
  'helm',
)('cpu and memory triggers', () => {
  let world: World;
  let metrics: MetricsServer;
  beforeAll(async () => {
    world = await startWorld({ hpaSyncMs: 1_000 });
    metrics = await startMetricsServer(world.cluster.client, NAMESPACE);
    metrics.measure((container) => usage.get(container));
    await world.apply(...metrics.objects, ...brokerAccess(world.broker.connectionString()));
  }, 120_000);
  afterAll(async () => {
    // First, or it would ask a server that is gone.
    await metrics?.close();
    await world?.stop();
  }, 60_000);

  const sizeOf = (name: string, replicas: number): Promise<unknown> =>
    eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas, 30_000);
  const use = (container: string, change: Partial<Usage>): void => void usage.set(container, { ...IDLE, ...change });

  it('size a workload by the share of its request that it uses, down to one and never to zero', async () => {
    const triggers = [resource('cpu', 'Utilization', { value: '50' })];
    await world.apply(...aMeasuredWorker('crunch', 1, { minReplicaCount: 1, triggers }));
    use('crunch', { cpu: '299m' }); // with its neighbour 300m of 200m, where 100m are meant
    await eventually('the HPA measures', async () => {
      expect((await world.hpa('keda-hpa-crunch'))?.spec.metrics).toEqual([
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ]);
    });
    await eventually('it is raised', async () => (await world.replicas('crunch')) >= 3, 30_000);
    use('crunch', {});
    await sizeOf('crunch', 1);
    await world.looks('crunch', 3);
    expect(await world.replicas('crunch')).toBe(1);
    expect(await world.condition('crunch', 'Active')).toMatchObject({ status: 'True' });
    expect(world.scaleWrites('crunch')).toEqual([]);
  });

  it('size it by an amount for each replica', async () => {
    const triggers = [resource('memory', 'AverageValue', { value: '100Mi' })];
    await world.apply(...aMeasuredWorker('hoard', 2, { minReplicaCount: 2, triggers }));
    use('hoard', { memory: '199Mi' });
    await eventually('it is raised', async () => (await world.replicas('hoard')) >= 4, 30_000);
    use('hoard', {});
    await sizeOf('hoard', 2);
  });

  it('measure one container, where one is named', async () => {
    const triggers = [resource('cpu', 'Utilization', { value: '50', containerName: 'pair' })];
    await world.apply(...aMeasuredWorker('pair', 1, { minReplicaCount: 1, triggers }));
    use('pair-log', { cpu: '900m' });
    use('pair', { cpu: '10m' });
    await eventually(
      'the HPA has measured',
      async () => {
        expect(await world.hpa('keda-hpa-pair')).toMatchObject({
          status: {
            currentMetrics: [
              {
                type: 'ContainerResource',
                containerResource: { container: 'pair', current: { averageUtilization: 10 } },
              },
            ],
          },
        });
      },
      30_000,
    );
    expect(await world.replicas('pair')).toBe(1);
    use('pair', { cpu: '100m' });
    await eventually('it is raised', async () => (await world.replicas('pair')) >= 2, 30_000);
    use('pair', {});
    await sizeOf('pair', 1);
  });

  it('bring back a workload that somebody put to sleep, for nothing else would', async () => {
    const triggers = [resource('cpu', 'Utilization', { value: '50' })];
    await world.apply(...aMeasuredWorker('asleep', 0, { triggers }));
    await sizeOf('asleep', 1);
    await world.looks('asleep', 3);
    expect(await world.replicas('asleep')).toBe(1);
  });

  it('leave it to a queue beside them when to sleep and when to wake, and raise it in between', async () => {
    const triggers = [aTrigger('both') as Trigger, resource('cpu', 'Utilization', { value: '50' })];
    world.broker.createQueue('both');
    await world.apply(...aMeasuredWorker('both', 0, { cooldownPeriod: 1, triggers }));
    use('both', { cpu: '299m' });
    await eventually('it is in force', async () => (await world.condition('both', 'Ready')).status === 'True');
    await world.looks('both', 3);
    expect(await world.replicas('both')).toBe(0);
    await world.send('both', 5);
    await eventually(
      'it is raised above what the queue asks for',
      async () => (await world.replicas('both')) >= 3,
      30_000,
    );
    await world.drain('both');
    await sizeOf('both', 0);
  });
});
