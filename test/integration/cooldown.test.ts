// How a worker goes to sleep: not before its cooldown is over, then straight to zero.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const SECOND = 1_000;
const clock = createJumpingClock();
let world: World;
beforeAll(async () => {
  // The HPA stays out of it.
  world = await startWorld({ clock, hpaSyncMs: 3_600 * SECOND });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const isCooling = async (name: string): Promise<boolean> =>
  (await world.condition(name, 'Active')).reason === 'ScalerCooldown';

// The first story: an object's age counts from the server's clock, which doesn't jump along.
it('waits initialCooldownPeriod from its creation before the first zero', async () => {
  world.broker.createQueue('young');
  await world.apply(...aScaledWorker('young', { replicas: 3, spec: { initialCooldownPeriod: 120 } }));
  await eventually('it cools down', () => isCooling('young'));
  clock.jump(100 * SECOND);
  await world.looks('young');
  expect(await world.replicas('young')).toBe(3);
  clock.jump(25 * SECOND);
  await eventually('it sleeps', async () => (await world.replicas('young')) === 0);
});

it('keeps every replica until the cooldown is over, then goes to zero in one write', async () => {
  await world.send('orders', 42);
  await world.apply(...aScaledWorker('orders', { spec: { cooldownPeriod: 300 } }));
  await eventually('it is awake', async () => (await world.replicas('orders')) === 5);
  await world.drain('orders');
  await eventually('it cools down', () => isCooling('orders'));
  expect(await world.condition('orders', 'Active')).toMatchObject({
    status: 'False',
    message: 'no trigger is active, and the cooldown is not over yet',
  });
  const woken = world.scaleWrites('orders').length;

  clock.jump(280 * SECOND);
  await world.looks('orders');
  expect(await world.replicas('orders')).toBe(5);

  clock.jump(30 * SECOND);
  await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
  expect(world.scaleWrites('orders')).toHaveLength(woken + 1);
  await eventually('the Event is written', async () =>
    (await world.events('orders')).includes(
      'Normal KEDAScaleTargetDeactivated: Scaled Deployment shop/orders from 5 to 0: no trigger is active, and the cooldown is over',
    ),
  );
});

it('begins the cooldown anew with every message', async () => {
  await world.send('late', 1);
  await world.apply(...aScaledWorker('late', { spec: { cooldownPeriod: 300 } }));
  await eventually('it is awake', async () => (await world.replicas('late')) === 1);
  await world.drain('late');
  await eventually('it cools down', () => isCooling('late'));
  clock.jump(200 * SECOND);
  await world.send('late', 1);
  await eventually('it is active again', async () => !(await isCooling('late')));
  await world.drain('late');
  await eventually('it cools down', () => isCooling('late'));
  clock.jump(200 * SECOND);
  await world.looks('late');
  expect(await world.replicas('late')).toBe(1);
  clock.jump(110 * SECOND);
  await eventually('it sleeps', async () => (await world.replicas('late')) === 0);
});

it('puts one that was never active to sleep without a cooldown', async () => {
  world.broker.createQueue('quiet');
  await world.apply(...aScaledWorker('quiet', { replicas: 3, spec: { cooldownPeriod: 300 } }));
  await eventually('it sleeps', async () => (await world.replicas('quiet')) === 0);
  await eventually('the Event is written', async () =>
    (await world.events('quiet')).includes(
      'Normal KEDAScaleTargetDeactivated: Scaled Deployment shop/quiet from 3 to 0: no trigger is active',
    ),
  );
});

it('rests at idleReplicaCount, and never below minReplicaCount without one', async () => {
  await Promise.all([world.send('idle', 30), world.send('least', 30)]);
  await world.apply(
    ...aScaledWorker('idle', { spec: { minReplicaCount: 2, idleReplicaCount: 1 } }),
    ...aScaledWorker('least', { spec: { minReplicaCount: 2 } }),
  );
  for (const name of ['idle', 'least']) {
    await eventually(`${name} is awake`, async () => (await world.replicas(name)) === 3);
    await world.drain(name);
  }
  await eventually('it rests', async () => (await world.replicas('idle')) === 1);
  await world.looks('least');
  // From three to two is the HPA's step.
  expect(await world.replicas('least')).toBe(3);
});
