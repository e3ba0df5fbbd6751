// A window in time: awake when it opens, asleep when it is over, by the clock of the time zone that the trigger names.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const MINUTE = 60_000;
/** Half an hour off the full hours of everybody else. */
const timezone = 'Asia/Kolkata';

/** `minute hour * * *` of a moment there. */
function daily(at: number): string {
  const parts = new Intl.DateTimeFormat('en', {
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
    timeZone: timezone,
  });
  const part = (type: string): number => Number(parts.formatToParts(at).find((found) => found.type === type)?.value);
  return `${part('minute')} ${part('hour')} * * *`;
}

let world: World;
const clock = createJumpingClock();
beforeAll(async () => {
  world = await startWorld({ clock, hpaSyncMs: 1_000 });
});
afterAll(() => world.stop());

/** A window from and to so many minutes from now. */
const aWindow = (from: number, to: number, desiredReplicas: number) => ({
  type: 'cron',
  metadata: {
    timezone,
    start: daily(clock.now() + from * MINUTE),
    end: daily(clock.now() + to * MINUTE),
    desiredReplicas: `${desiredReplicas}`,
  },
});
const hasReplicas = (name: string, replicas: number): Promise<unknown> =>
  eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas);
async function isLeftAt(name: string, replicas: number): Promise<void> {
  await world.looks(name);
  expect(await world.replicas(name)).toBe(replicas);
}

it('opens and closes the window by the clock of the time zone', async () => {
  await world.apply(...aScaledWorker('office', { spec: { triggers: [aWindow(20, 40, 4)] } }));
  await eventually('it is in force', async () => (await world.condition('office', 'Ready')).status === 'True');
  clock.jump(18 * MINUTE);
  await isLeftAt('office', 0);
  clock.jump(2 * MINUTE);
  await hasReplicas('office', 4);
  clock.jump(18 * MINUTE);
  await isLeftAt('office', 4);
  clock.jump(2 * MINUTE);
  await hasReplicas('office', 0);
  await eventually('both steps are told, and no other', async () => {
    const steps = (await world.events('office')).flatMap((event) => /KEDAScaleTarget\w+/.exec(event) ?? []);
    expect(steps).toEqual(['KEDAScaleTargetActivated', 'KEDAScaleTargetDeactivated']);
  });
});

it('goes by the greatest of several windows that are open, and stays while one of them is', async () => {
  const triggers = [aWindow(20, 80, 2), aWindow(40, 60, 5), aWindow(60, 100, 1)];
  const atOnce = { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } };
  await world.apply(...aScaledWorker('shifts', { spec: { triggers, advanced: atOnce } }));
  await eventually('it is in force', async () => (await world.condition('shifts', 'Ready')).status === 'True');
  await isLeftAt('shifts', 0);
  clock.jump(21 * MINUTE);
  await hasReplicas('shifts', 2);
  clock.jump(20 * MINUTE);
  await hasReplicas('shifts', 5);
  clock.jump(20 * MINUTE);
  await hasReplicas('shifts', 2);
  clock.jump(20 * MINUTE);
  await hasReplicas('shifts', 1);
  clock.jump(20 * MINUTE);
  await hasReplicas('shifts', 0);
});
