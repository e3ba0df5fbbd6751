// A ScaledJob's status that something else wrote: it must never keep the object from working, and what cannot be read does not stay.
import { afterEach, expect, it } from '@jest/globals';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

let world: JobWorld;
afterEach(() => world.stop());

it.each<[string, Record<string, unknown>, readonly string[]]>([
  ['names that are numbers', { authenticationsTypes: 7 }, ['authenticationsTypes']],
  ['a field that is text', { Paused: { by: 'hand' } }, ['Paused']],
  ['a number of former Jobs that is text', { lastJobNumber: 'ten' }, []],
  ['a last activity of yesterday', { lastActiveTime: 'yesterday' }, []],
])('has %s', async (_what, status, gone) => {
  world = await createJobWorld([{ ...aScaledJob('worker', { pollingInterval: 10 }), status } as never], { worker: 2 });
  await world.clock.advance(80_000);
  expect(await world.running()).toHaveLength(2);
  expect(world.jobCondition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledJobReady' });
  for (const field of gone) expect(world.scaledJob()?.status).not.toHaveProperty(field);
  for (const [field, found] of Object.entries(status)) {
    expect(world.scaledJob()?.status?.[field as 'lastActiveTime']).not.toEqual(found);
  }
});

it('has a last activity that cannot be read, which counts as now, and one write mends it', async () => {
  const status = { lastActiveTime: 'yesterday', authenticationsTypes: 7 };
  world = await createJobWorld([{ ...aScaledJob('worker', { pollingInterval: 10 }), status } as never], { worker: 0 });
  await world.clock.advance(5_000);
  const { lastActiveTime = '' } = world.scaledJob()?.status ?? {};
  expect(Math.abs(world.clock.now() - Date.parse(lastActiveTime))).toBeLessThan(10_000);
  await world.clock.advance(60_000);
  world.kube.history.length = 0;
  await world.clock.advance(40_000);
  expect(world.kube.writes()).toEqual([]);
});
