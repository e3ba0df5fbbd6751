// Two Sluices for a while, as in a rolling upgrade without a ring: the old one ends when the new one is ready, and both act until then.
import { expect, it } from '@jest/globals';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { eventually } from '../../support/eventually.ts';
import { describeFaults } from './fault-world.ts';

const NAMES = Array.from({ length: 6 }, (_, i) => `worker-${i}`);

describeFaults('two Sluices during an upgrade', { program: 'none', hpaSyncMs: 3_600_000 }, (world) => {
  it('make no step twice and no wrong zero, whoever sees it first', async () => {
    const old = await world.spawn();
    await Promise.all(NAMES.map((name) => world.aSleeper(name)));
    const wave = async (messages: number, replicas: number): Promise<void> => {
      for (const name of NAMES) await world.send(name, messages);
      await eventually('all have grown', async () => {
        for (const name of NAMES) expect(await world.replicas(name)).toBe(replicas);
      });
    };
    const both = await world.spawn({ securePort: String(await freePort()) });
    await wave(35, 4);
    await wave(20, 6);
    for (const name of NAMES) await world.drain(name);
    await eventually('all sleep', async () => {
      for (const name of NAMES) expect(await world.replicas(name)).toBe(0);
    });
    const ended = old.kill('SIGTERM');
    await wave(15, 2);
    expect(await ended).toBe(0);
    await wave(15, 3);
    for (const name of NAMES) {
      await world.hasHad(name, 0, 4, 6, 0, 2, 3);
      expect(world.sizes(name).at(-1)).toMatchObject({ generation: 6 });
      expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
    }
    expect(both.stderr()).not.toMatch(/"level":"(warn|error)"/);
    expect(old.stderr()).not.toMatch(/"level":"(warn|error)"/);
  });
});
