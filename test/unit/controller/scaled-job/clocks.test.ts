// Clocks of nodes and of the control plane that differ from ours, by an hour here: nothing goes by them.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ScaledJobSpec } from '../../../../src/api/scaled-job.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

const HOUR_MS = 3_600_000;
const SKEWS = [
  ['right', 0],
  ['an hour behind', -HOUR_MS],
  ['an hour ahead', HOUR_MS],
] as const;

let world: JobWorld;
afterEach(() => world.stop());

const start = async (spec: Partial<ScaledJobSpec>): Promise<void> => {
  world = await createJobWorld([aScaledJob('worker', { pollingInterval: 2, ...spec })], { worker: 1 });
  await world.clock.advance(1_000);
};
const jobs = async (): Promise<number> => (await world.jobs()).length;

describe.each(SKEWS)('where clocks are %s', (_what, aheadMs) => {
  it('a pod has startupSeconds to take its message, and no more', async () => {
    await start({ scalingStrategy: { strategy: 'accurate' } });
    const [job] = await world.jobs();
    await world.run(job!, aheadMs);
    await world.clock.advance(9_000);
    expect(await jobs()).toBe(1);
    // It has taken its message by now, and this is another one.
    await world.clock.advance(5_000);
    expect(await jobs()).toBe(2);
  });

  it.each(['default', 'accurate'] as const)('a Job that ends makes room at once (%s)', async (strategy) => {
    await start({ scalingStrategy: { strategy } });
    const [job] = await world.jobs();
    await world.run(job!, aheadMs);
    await world.end(job!, 'Complete', aheadMs);
    await world.clock.advance(3_000);
    expect(await jobs()).toBe(2);
  });

  it('a program that begins anew waits once more for pods that say that they have just begun', async () => {
    await start({ scalingStrategy: { strategy: 'accurate' } });
    const [job] = await world.jobs();
    await world.run(job!, aheadMs);
    await world.clock.advance(5_000);
    await world.restart();
    await world.clock.advance(14_000);
    expect(await jobs()).toBe(2);
  });
});

it('a program that begins anew does not wait for pods that have run for long', async () => {
  await start({ scalingStrategy: { strategy: 'accurate' } });
  const [job] = await world.jobs();
  await world.run(job!);
  world.answers.set('worker', 0);
  await world.clock.advance(120_000);
  world.answers.set('worker', 1);
  await world.restart();
  await world.clock.advance(2_000);
  expect(await jobs()).toBe(2);
});

it.each([0, -30_000])('a program that begins anew does for those whose clock is off by %i', async (aheadMs) => {
  await start({ scalingStrategy: { strategy: 'accurate' } });
  const [job] = await world.jobs();
  await world.run(job!, aheadMs);
  await world.clock.advance(3_000);
  await world.restart();
  await world.clock.advance(5_000);
  expect(await jobs()).toBe(1);
});
