// Somebody sets the clock of Sluice's machine an hour ahead, or an hour back, while the control plane keeps its own.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { describeFaults } from './fault-world.ts';
import { createSteppedClock } from './stepped-clock.ts';

const HOUR_MS = 3_600_000;
const A_POLL_AND_A_BIT_MS = 4_000;
const clock = createSteppedClock();

describeFaults('a clock that is set', { programClock: clock, hpaSyncMs: 1_000 }, (world) => {
  const served = async (name: string): Promise<string | undefined> =>
    (await world.metric(name, `s0-azure-servicebus-${name}`))[0]?.value;

  it.each([
    ['ahead', HOUR_MS],
    ['back', -HOUR_MS],
  ])('an hour %s changes nothing for who has work, and delays nobody who gets some', async (how, aheadMs) => {
    clock.setAhead(0);
    const [asleep, awake, unread] = [`asleep-${how}`, `awake-${how}`, `unread-${how}`] as const;
    await Promise.all([asleep, awake, unread].map((name) => world.aSleeper(name, { spec: { cooldownPeriod: 60 } })));
    await Promise.all([awake, unread].map((name) => world.wakes(name, 35, 4)));
    clock.setAhead(aheadMs);
    expect(await world.wakes(asleep, 35, 4)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    expect(await world.wakes(awake, 30, 7)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    await eventually('the HPA gets the newest value', async () => (await served(awake)) === '65');
    await world.looks(unread, 3);
    await world.hasHad(unread, 0, 4);
    await world.hasHad(awake, 0, 4, 7);
    await world.hasHad(asleep, 0, 4);
  });

  it('an hour back does not keep a worker awake for an hour', async () => {
    clock.setAhead(0);
    await world.aSleeper('rests', { spec: { cooldownPeriod: 3 } });
    await world.wakes('rests', 35, 4);
    clock.setAhead(-HOUR_MS);
    await world.sleeps('rests', 12_000);
  });

  it('an hour ahead and back again is over when it is over', async () => {
    clock.setAhead(0);
    await world.aSleeper('twice', { spec: { cooldownPeriod: 3 } });
    clock.setAhead(HOUR_MS);
    await world.wakes('twice', 35, 4);
    await world.looks('twice');
    clock.setAhead(0);
    expect(await world.wakes('twice', 20, 6)).toBeLessThan(A_POLL_AND_A_BIT_MS);
    await world.sleeps('twice', 12_000);
    await eventually(
      'it may be woken again',
      async () => (await world.condition('twice', 'Active')).status === 'False',
    );
    expect(await world.wakes('twice', 20, 2)).toBeLessThan(A_POLL_AND_A_BIT_MS);
  });
});
