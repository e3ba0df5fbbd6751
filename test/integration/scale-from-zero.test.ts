// The main job: a worker that sleeps, a queue that fills, and the worker at the right size in one step.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import { version } from '../../src/version.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

it('wakes a worker to the size that the queue asks for, in one write, and says so', async () => {
  world.broker.createQueue('orders');
  await world.apply(...aScaledWorker('orders', { labels: { team: 'blue' } }));
  await eventually('it is in force', async () => (await world.condition('orders', 'Ready')).status === 'True');
  expect(await world.condition('orders', 'Active')).toMatchObject({
    status: 'False',
    reason: 'ScalerNotActive',
    message: 'no trigger is active',
  });
  expect(await world.replicas('orders')).toBe(0);

  await world.send('orders', 42);
  await eventually('it has its replicas', async () => (await world.replicas('orders')) === 5);

  expect(world.scaleWrites('orders')).toEqual([`PATCH /apis/apps/v1/namespaces/${NAMESPACE}/deployments/orders/scale`]);
  await eventually('the Event is written', async () =>
    (await world.events('orders')).includes(
      'Normal KEDAScaleTargetActivated: Scaled Deployment shop/orders from 0 to 5, triggered by s0-azure-servicebus-orders',
    ),
  );
  await eventually('it is active', async () => (await world.condition('orders', 'Active')).status === 'True');
});

it('makes the HPA as KEDA would', async () => {
  const { metadata: owner } = await world.scaledObject('orders');
  expect(await world.hpa('keda-hpa-orders')).toMatchObject({
    metadata: {
      labels: {
        team: 'blue',
        'app.kubernetes.io/managed-by': 'keda-operator',
        'app.kubernetes.io/name': 'keda-hpa-orders',
        'app.kubernetes.io/part-of': 'orders',
        'app.kubernetes.io/version': version,
        'scaledobject.keda.sh/name': 'orders',
      },
      ownerReferences: [{ kind: 'ScaledObject', name: 'orders', uid: owner.uid, controller: true }],
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
    },
  });
});

it('keeps the status that KEDA’s users read', async () => {
  const { metadata, status } = await world.scaledObject('orders');
  expect(metadata.finalizers).toEqual(['finalizer.keda.sh']);
  expect(status).toMatchObject({
    scaleTargetKind: 'apps/v1.Deployment',
    scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
    originalReplicaCount: 0,
    hpaName: 'keda-hpa-orders',
    externalMetricNames: ['s0-azure-servicebus-orders'],
    triggersTypes: 'azure-servicebus',
    authenticationsTypes: 'broker',
    triggersActivity: { 's0-azure-servicebus-orders': { isActive: true } },
    lastActiveTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  expect(await world.get(scaledObjects, 'orders')).not.toHaveProperty('status.pausedReplicaCount');
});

it('answers the metric through the aggregator, as kubectl get --raw asks', async () => {
  expect(await world.metric('orders', 's0-azure-servicebus-orders')).toMatchObject([
    { metricName: 's0-azure-servicebus-orders', value: '42' },
  ]);
});

it('wakes no more than the maximum, and one for a single message', async () => {
  await world.apply(...aScaledWorker('flood'), ...aScaledWorker('drip'));
  await Promise.all([world.send('flood', 500), world.send('drip', 1)]);
  await eventually('the one is at its maximum', async () => (await world.replicas('flood')) === 10);
  await eventually('the other is awake', async () => (await world.replicas('drip')) === 1);
  expect(world.scaleWrites('flood')).toHaveLength(1);
});

it('leaves it asleep while the queue holds no more than the activation threshold', async () => {
  await world.send('picky', 5);
  await world.apply(...aScaledWorker('picky', { metadata: { activationMessageCount: '5' } }));
  await eventually('it is in force', async () => (await world.condition('picky', 'Ready')).status === 'True');
  expect(await world.condition('picky', 'Active')).toMatchObject({ status: 'False' });
  expect(world.scaleWrites('picky')).toEqual([]);
  await world.send('picky', 1);
  await eventually('it is awake', async () => (await world.replicas('picky')) === 1);
});
