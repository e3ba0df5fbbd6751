// The pause annotations: hold everything, hold a size, hold one direction; and what happens when they go.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { annotations, scaledObjects } from '../../src/api/names.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const annotate = (name: string, values: Readonly<Record<string, string | null>>): Promise<void> =>
  world.change(scaledObjects, name, { metadata: { annotations: values } });
const isPaused = async (name: string): Promise<boolean> => (await world.condition(name, 'Paused')).status === 'True';

it('holds the replicas and takes the HPA away while paused, and goes on when the annotation is removed', async () => {
  await world.send('orders', 30);
  await world.apply(...aScaledWorker('orders'));
  await eventually('it is awake', async () => (await world.replicas('orders')) === 3);

  await annotate('orders', { [annotations.paused]: 'true' });
  await eventually('the HPA is gone', async () => (await world.hpa('keda-hpa-orders')) === undefined);
  expect(await world.condition('orders', 'Paused')).toEqual({
    type: 'Paused',
    status: 'True',
    reason: 'ScaledObjectPaused',
    message: 'scaling is paused by annotation',
  });
  await eventually(
    'the status names no HPA',
    async () => (await world.scaledObject('orders')).status?.hpaName === undefined,
  );
  const { length } = world.cluster.requests;
  await world.drain('orders');
  await expect(world.metric('orders', 's0-azure-servicebus-orders')).rejects.toThrow(
    'ScaledObject shop/orders has no metrics now: it is paused',
  );

  await annotate('orders', { [annotations.paused]: null });
  await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
  expect(world.scaleWrites('orders', length)).toHaveLength(1);
  await eventually('the HPA is back', async () => (await world.hpa('keda-hpa-orders')) !== undefined);
  await eventually('it is not paused', async () => !(await isPaused('orders')));
  await eventually('the Events are written', async () => {
    expect(await world.events('orders')).toEqual(
      expect.arrayContaining([
        'Normal ScaledObjectPaused: scaling is paused by annotation',
        'Normal ScaledObjectUnpaused: scaling is not paused',
      ]),
    );
  });
});

it('holds the size that paused-replicas names, and follows it', async () => {
  await world.send('fixed', 100);
  await world.apply(...aScaledWorker('fixed', { annotations: { [annotations.pausedReplicas]: '4' } }));
  await eventually('it has four', async () => (await world.replicas('fixed')) === 4);
  expect(await world.condition('fixed', 'Paused')).toMatchObject({ message: 'paused at 4 replicas by annotation' });
  expect((await world.scaledObject('fixed')).status).toMatchObject({ pausedReplicaCount: 4 });

  await annotate('fixed', { [annotations.pausedReplicas]: '0' });
  await eventually('it has none', async () => (await world.replicas('fixed')) === 0);
  expect((await world.scaledObject('fixed')).status).toMatchObject({ pausedReplicaCount: 0 });

  await annotate('fixed', { [annotations.pausedReplicas]: 'four' });
  await eventually('it says what is wrong', async () => {
    expect(await world.condition('fixed', 'Ready')).toMatchObject({
      status: 'False',
      message:
        'ScaledObject shop/fixed: metadata.annotations["autoscaling.keda.sh/paused-replicas"]: expected a whole number of replicas, found "four"',
    });
  });

  await annotate('fixed', { [annotations.pausedReplicas]: null });
  await eventually('it has what the queue asks for', async () => (await world.replicas('fixed')) === 10);
  await eventually(
    'no paused size is left',
    async () => !('pausedReplicaCount' in ((await world.scaledObject('fixed')).status ?? {})),
  );
});

it('wakes but does not put to sleep while scaling in is paused', async () => {
  await world.send('up', 20);
  await world.apply(...aScaledWorker('up', { annotations: { [annotations.pausedScaleIn]: 'true' } }));
  await eventually('it is awake', async () => (await world.replicas('up')) === 2);
  expect(await world.condition('up', 'Paused')).toMatchObject({ message: 'scaling in is paused by annotation' });
  expect((await world.hpa('keda-hpa-up'))?.spec.behavior).toMatchObject({ scaleDown: { selectPolicy: 'Disabled' } });
  await world.drain('up');
  await eventually('it is not active', async () => (await world.condition('up', 'Active')).status === 'False');
  await world.looks('up', 3);
  expect(await world.replicas('up')).toBe(2);
  await annotate('up', { [annotations.pausedScaleIn]: null });
  await eventually('it sleeps', async () => (await world.replicas('up')) === 0);
});

it('does not wake while scaling out is paused', async () => {
  await world.send('down', 20);
  await world.apply(...aScaledWorker('down', { annotations: { [annotations.pausedScaleOut]: 'true' } }));
  await eventually('it is active', async () => (await world.condition('down', 'Active')).status === 'True');
  await world.looks('down');
  expect(await world.replicas('down')).toBe(0);
  expect(await world.condition('down', 'Paused')).toMatchObject({ message: 'scaling out is paused by annotation' });
  await annotate('down', { [annotations.pausedScaleOut]: null });
  await eventually('it is awake', async () => (await world.replicas('down')) === 2);
});

it('keeps a worker awake that has nothing to do while force-activation says so', async () => {
  world.broker.createQueue('forced');
  const spec = { minReplicaCount: 2, idleReplicaCount: 0 };
  await world.apply(...aScaledWorker('forced', { spec, annotations: { [annotations.forceActivation]: 'true' } }));
  await eventually('it is awake', async () => (await world.replicas('forced')) === 2);
  expect(await world.condition('forced', 'Active')).toMatchObject({ status: 'True', reason: 'ScalerActive' });
  expect(await world.metric('forced', 's0-azure-servicebus-forced')).toMatchObject([{ value: '0' }]);
  await world.looks('forced', 3);
  expect(await world.replicas('forced')).toBe(2);
  await annotate('forced', { [annotations.forceActivation]: null });
  await eventually('it sleeps', async () => (await world.replicas('forced')) === 0);
});
