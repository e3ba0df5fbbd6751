// The end of a ScaledObject: what it leaves behind, and that nothing can hold it up.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import { DEPLOYMENTS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { COLLECTED_MS, startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const isGone = async (name: string): Promise<boolean> => (await world.find(scaledObjects, name)) === undefined;

it('gives the worker back the replicas it had, and takes the HPA along', async () => {
  world.broker.createQueue('orders');
  const advanced = { restoreToOriginalReplicaCount: true };
  await world.apply(...aScaledWorker('orders', { replicas: 3, spec: { advanced } }));
  await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
  await eventually('it has its HPA', async () => (await world.hpa('keda-hpa-orders')) !== undefined);
  expect((await world.scaledObject('orders')).status).toMatchObject({ originalReplicaCount: 3 });

  await world.remove(scaledObjects, 'orders');
  await eventually('it is gone', () => isGone('orders'));
  expect(await world.replicas('orders')).toBe(3);
  await eventually('its HPA is gone', async () => (await world.hpa('keda-hpa-orders')) === undefined, COLLECTED_MS);
  await eventually('the Event is written', async () =>
    (await world.events('orders')).includes('Warning ScaledObjectDeleted: The ScaledObject was deleted'),
  );
});

it('leaves the replicas as they are when nothing else was asked for', async () => {
  world.broker.createQueue('plain');
  await world.apply(...aScaledWorker('plain', { replicas: 3 }));
  await eventually('it sleeps', async () => (await world.replicas('plain')) === 0);
  await world.remove(scaledObjects, 'plain');
  await eventually('it is gone', () => isGone('plain'));
  expect(await world.replicas('plain')).toBe(0);
});

it('goes although its target went before it', async () => {
  world.broker.createQueue('orphan');
  const advanced = { restoreToOriginalReplicaCount: true };
  await world.apply(...aScaledWorker('orphan', { replicas: 1, spec: { advanced } }));
  await eventually('it is in force', async () => (await world.condition('orphan', 'Ready')).status === 'True');
  await world.remove(DEPLOYMENTS, 'orphan');
  await eventually('it misses its target', async () => {
    expect(await world.condition('orphan', 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: expect.stringContaining('Deployment "shop/orphan"'),
    });
  });
  await world.remove(scaledObjects, 'orphan');
  await eventually('it is gone', () => isGone('orphan'));
});

it('may be made again under the same name at once', async () => {
  await world.send('phoenix', 20);
  await world.apply(...aScaledWorker('phoenix'));
  await eventually('it is awake', async () => (await world.replicas('phoenix')) === 2);
  await world.remove(scaledObjects, 'phoenix');
  await eventually('it is gone', () => isGone('phoenix'));
  await world.apply(...aScaledWorker('phoenix', { replicas: 0 }));
  await eventually('it is awake', async () => (await world.replicas('phoenix')) === 2);
  const { uid } = (await world.scaledObject('phoenix')).metadata;
  await eventually(
    'the HPA belongs to the new one',
    async () =>
      (await world.hpa('keda-hpa-phoenix'))?.metadata.ownerReferences?.every((owner) => owner.uid === uid) === true,
  );
});

it('waits for the program when that is not there, and ends when it is back', async () => {
  world.broker.createQueue('patient');
  const advanced = { restoreToOriginalReplicaCount: true };
  await world.apply(...aScaledWorker('patient', { replicas: 2, spec: { advanced } }));
  await eventually('it sleeps', async () => (await world.replicas('patient')) === 0);
  await world.stopProgram();
  await world.remove(scaledObjects, 'patient');
  expect((await world.scaledObject('patient')).metadata).toMatchObject({
    deletionTimestamp: expect.any(String),
    finalizers: ['finalizer.keda.sh'],
  });
  await world.start();
  await eventually('it is gone', () => isGone('patient'));
  expect(await world.replicas('patient')).toBe(2);
});
