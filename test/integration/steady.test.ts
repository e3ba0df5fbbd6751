// Ten seconds in which nothing happens: the program looks, and writes nothing.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const LOOKS = 10;
const clock = createJumpingClock();
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, hpaSyncMs: 1_000 });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

it('writes nothing and asks the API server nothing while sleeping workers are idle and a busy one has its size', async () => {
  const idle = ['one', 'two', 'three'];
  for (const name of idle) world.broker.createQueue(name);
  await world.send('busy', 40);
  await world.apply(...[...idle, 'busy'].flatMap((name) => aScaledWorker(name)));
  await eventually('the busy one is awake', async () => (await world.replicas('busy')) === 4);
  // What the HPAs say of themselves at first has arrived.
  await eventually('its HPA computes', async () => (await world.condition('busy', 'HPAActive')).status === 'True');
  for (const name of idle) {
    await eventually(
      `the HPA of ${name} rests`,
      async () => (await world.condition(name, 'HPAActive')).reason === 'ScalingDisabled',
    );
  }
  // And so has what the program says of that.
  await eventually('it has settled', async () => {
    const before = world.cluster.requests.length;
    await world.looks('busy', 3);
    return world.writes(before).length === 0;
  });

  const since = world.cluster.requests.length;
  await Promise.all([...idle, 'busy'].map((name) => world.looks(name, LOOKS)));
  expect(world.writes(since)).toEqual([]);
  const asked = world.cluster.requests.slice(since).filter(({ userAgent }) => userAgent.startsWith('sluice/'));
  expect(asked.filter(({ path }) => !path.includes('watch='))).toEqual([]);
});

it('writes the time of the last activity once a minute, no more', async () => {
  const lastActive = async (): Promise<string | undefined> => (await world.scaledObject('busy')).status?.lastActiveTime;
  const before = await lastActive();
  // Between two looks: a read under way would run into its deadline.
  await world.looks('busy', 1);
  const since = world.cluster.requests.length;
  clock.jump(61_000);
  await eventually('it is written', async () => (await lastActive()) !== before);
  await world.looks('busy', 3);
  expect(world.writes(since).filter((write) => write.endsWith('/scaledobjects/busy/status'))).toHaveLength(1);
});
