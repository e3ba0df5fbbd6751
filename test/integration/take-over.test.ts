// A cluster that another autoscaler of the same manifests has left: its HPA goes on, as ours.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { Hpa } from '../../src/controller/hpa.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledObject, aWorker, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

const { signal } = new AbortController();
let world: World;
beforeAll(async () => {
  world = await startWorld({ program: 'none' });
  await world.apply(...brokerAccess(world.broker.connectionString()));
  await world.send('orders', 30);
});
afterAll(() => world.stop());

it('takes over the HPA of another autoscaler with every field that it wrote, and changes no replica', async () => {
  const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
  const advanced = { horizontalPodAutoscalerConfig: { behavior } };
  await world.apply(aWorker('orders', 3), aScaledObject('orders', { spec: { advanced } }));
  const { metadata } = await world.scaledObject('orders');
  const left: Hpa = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: 'keda-hpa-orders',
      namespace: NAMESPACE,
      labels: { 'scaledobject.keda.sh/name': 'orders', 'app.kubernetes.io/version': 'main' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ownerReferences: [
        {
          apiVersion: 'keda.sh/v1alpha1',
          kind: 'ScaledObject',
          name: 'orders',
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        {
          type: 'External',
          external: {
            metric: {
              name: 's0-azure-servicebus-orders',
              selector: { matchLabels: { 'scaledobject.keda.sh/name': 'orders' } },
            },
            target: { type: 'AverageValue', averageValue: '10' },
          },
        },
      ],
      behavior,
    },
  };
  const { metadata: before } = await world.cluster.client.create<KubeObject>(HORIZONTAL_POD_AUTOSCALERS, left, {
    signal,
  });
  await world.start();
  await eventually('it is in force', async () => (await world.condition('orders', 'Ready')).status === 'True');
  const taken = await world.hpa('keda-hpa-orders');
  expect(taken?.metadata.uid).toBe(before.uid);
  expect(taken?.metadata.annotations).not.toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration']);
  expect(taken?.spec.behavior?.scaleDown?.stabilizationWindowSeconds).toBe(60);
  await world.looks('orders');
  expect(world.scaleWrites('orders')).toEqual([]);

  await world.change(scaledObjects, 'orders', { spec: { advanced: null } });
  await eventually(
    'the HPA has no behaviour of its own',
    async () =>
      (await world.hpa('keda-hpa-orders'))?.spec.behavior?.scaleDown?.stabilizationWindowSeconds === undefined,
  );
});
