// The API server is away: for the moment of a restart, and for half a minute in which messages come and go.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { describeFaults } from './fault-world.ts';

const OUTAGE_MS = 30_000;
const A_POLL_AND_A_BIT_MS = 5_000;

describeFaults('an API server that is away', {}, (world) => {
  it('is followed again after a kill, with what happened meanwhile', async () => {
    await world.aSleeper('restarted');
    await world.cluster.restartServer(() => world.send('restarted', 35));
    const since = performance.now();
    await eventually('it is awake', async () => (await world.replicas('restarted')) === 4);
    expect(performance.now() - since).toBeLessThan(A_POLL_AND_A_BIT_MS);
  });

  it('is followed again after half a minute, in which some queues fill and others empty', async () => {
    await Promise.all(['filled', 'emptied', 'busy', 'untouched'].map((name) => world.aSleeper(name)));
    await Promise.all(['emptied', 'busy'].map((name) => world.wakes(name, 35, 4)));
    await world.cluster.restartServer(async () => {
      const since = performance.now();
      await world.send('filled', 35);
      await world.drain('emptied');
      await world.send('busy', 60);
      await eventually('half a minute is over', () => performance.now() - since >= OUTAGE_MS, OUTAGE_MS + 1_000);
    });
    const since = performance.now();
    await eventually('the new sizes are there', async () => {
      expect(await world.replicas('filled')).toBe(4);
      expect(await world.replicas('busy')).toBe(10);
    });
    expect(performance.now() - since).toBeLessThan(A_POLL_AND_A_BIT_MS);
    await eventually('it sleeps', async () => (await world.replicas('emptied')) === 0);
    await world.hasHad('filled', 0, 4);
    await eventually('the busy one has grown, and never shrunk', () => {
      // The HPA may be back before the program is, and take a step of its own.
      const sizes = world.sizes('busy').map(({ replicas }) => replicas);
      expect([...sizes.slice(0, 2), sizes.at(-1)]).toEqual([0, 4, 10]);
      expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
    });
    await world.hasHad('untouched', 0);
    const told = world.log.filter((line) => line.includes('the API server does not answer'));
    const warnings = told.filter((line) => line.includes('"level":"warn"'));
    // Twice away, and each time it may first hang up and then refuse. What is too many is shown.
    expect(warnings.slice(4)).toEqual([]);
  }, 120_000);
});
