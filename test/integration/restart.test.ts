// The program ends and begins again: what has to last is in the objects.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const SECOND = 1_000;
const clock = createJumpingClock();
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, hpaSyncMs: 3_600 * SECOND });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

it('neither restarts nor skips a cooldown', async () => {
  await world.send('orders', 30);
  await world.apply(...aScaledWorker('orders', { spec: { cooldownPeriod: 300 } }));
  await eventually('it is awake', async () => (await world.replicas('orders')) === 3);
  await world.drain('orders');
  await eventually(
    'it cools down',
    async () => (await world.condition('orders', 'Active')).reason === 'ScalerCooldown',
  );
  const { lastActiveTime } = (await world.scaledObject('orders')).status ?? {};

  clock.jump(200 * SECOND);
  await world.stopProgram();
  await world.start();
  await world.looks('orders');
  expect((await world.scaledObject('orders')).status?.lastActiveTime).toBe(lastActiveTime);
  expect(await world.replicas('orders')).toBe(3);

  await world.stopProgram();
  clock.jump(105 * SECOND);
  await world.start();
  await eventually('it sleeps', async () => (await world.replicas('orders')) === 0);
});

it('counts one that was active at the end as active until now', async () => {
  await world.send('busy', 30);
  await world.apply(...aScaledWorker('busy', { spec: { cooldownPeriod: 300 } }));
  await eventually('it is awake', async () => (await world.replicas('busy')) === 3);
  await eventually('it is active', async () => (await world.condition('busy', 'Active')).status === 'True');
  await world.stopProgram();
  await world.drain('busy');
  clock.jump(1_000 * SECOND);
  await world.start();
  await world.looks('busy');
  expect(await world.replicas('busy')).toBe(3);
  clock.jump(310 * SECOND);
  await eventually('it sleeps', async () => (await world.replicas('busy')) === 0);
});

it('writes nothing when it finds everything as it left it', async () => {
  await world.send('steady', 30);
  await world.apply(...aScaledWorker('steady'));
  await eventually('it is awake', async () => (await world.replicas('steady')) === 3);
  await world.looks('steady');
  await world.stopProgram();
  const since = world.cluster.requests.length;
  await world.start();
  await eventually('it looks', () => world.looks('steady').then(() => true));
  expect(world.writes(since).filter((write) => write.includes('steady'))).toEqual([]);
});

it('catches up with what happened while it was away', async () => {
  world.broker.createQueue('missed');
  await world.apply(...aScaledWorker('missed'));
  await eventually('it is in force', async () => (await world.condition('missed', 'Ready')).status === 'True');
  await world.stopProgram();
  await world.send('missed', 45);
  await world.start();
  await eventually('it is awake', async () => (await world.replicas('missed')) === 5);
});
