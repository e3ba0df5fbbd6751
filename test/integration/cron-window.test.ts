// A window in time: awake when it opens, asleep when it is over, by the clock of the time zone that the trigger names.
import { expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker } from '../support/queue-worker.ts';
import { startWorld } from '../support/world.ts';

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

it('opens and closes the window by the clock of the time zone', async () => {
  const clock = createJumpingClock();
  const world = await startWorld({ clock });
  try {
    const metadata = {
      timezone,
      start: daily(clock.now() + 20 * MINUTE),
      end: daily(clock.now() + 40 * MINUTE),
      desiredReplicas: '4',
    };
    await world.apply(...aScaledWorker('office', { spec: { triggers: [{ type: 'cron', metadata }] } }));
    await eventually('it is in force', async () => (await world.condition('office', 'Ready')).status === 'True');
    clock.jump(18 * MINUTE);
    await world.looks('office');
    expect(await world.replicas('office')).toBe(0);

    clock.jump(2 * MINUTE);
    await eventually('the window is open', async () => (await world.replicas('office')) === 4);
    clock.jump(18 * MINUTE);
    await world.looks('office');
    expect(await world.replicas('office')).toBe(4);
    clock.jump(2 * MINUTE);
    await eventually('the window is over', async () => (await world.replicas('office')) === 0);
    expect(world.scaleWrites('office')).toHaveLength(2);
  } finally {
    await world.stop();
  }
});
