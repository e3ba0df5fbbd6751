// A ScaledJob that is paused starts nothing and takes nothing away; when the annotation goes, what waits is worked off.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { annotations, scaledJobs } from '../../src/api/names.ts';
import { hasRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type JobConsumers, startConsumers } from '../support/job-consumers.ts';
import { aScaledJobManifest, createsOf, jobCondition, jobsOf, runningJobs } from '../support/scaled-job-story.ts';
import { startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a ScaledJob that is paused', () => {
  let world: World;
  let consumers: JobConsumers;
  beforeAll(async () => {
    world = await startWorld();
    consumers = await startConsumers(world, { startMs: 50, workMs: 3_000 });
    await world.apply(...consumers.access);
  });
  afterAll(async () => {
    await consumers.stop();
    await world.stop();
  });

  const annotate = (name: string, value: string | null): Promise<void> =>
    world.change(scaledJobs, name, { metadata: { annotations: { [annotations.paused]: value } } });

  it('leaves its Jobs alone and starts none, and goes on when the annotation is removed', async () => {
    const name = 'reports';
    await consumers.send(name, 4);
    await world.apply(aScaledJobManifest(name, { triggers: [consumers.trigger(name)], maxReplicaCount: 2 }));
    await eventually('two Jobs run', async () => (await runningJobs(world, name)).length === 2);

    await annotate(name, 'true');
    await eventually('it is paused', async () =>
      expect(await jobCondition(world, name, 'Paused')).toEqual({
        type: 'Paused',
        status: 'True',
        reason: 'ScaledJobPaused',
        message: 'starting Jobs is paused by annotation',
      }),
    );
    expect(await jobCondition(world, name, 'Ready')).toMatchObject({ status: 'True' });
    const { length } = world.cluster.requests;
    await eventually('they have ended by themselves', async () => (await runningJobs(world, name)).length === 0);
    expect(consumers.taken(name)).toHaveLength(2);
    expect(createsOf(world, length)).toBe(0);
    expect(await jobsOf(world, name)).toHaveLength(2);

    await annotate(name, null);
    await eventually('the rest is worked off', () => consumers.taken(name).length === 4);
    await eventually('it is not paused', async () =>
      expect(await jobCondition(world, name, 'Paused')).toMatchObject({ status: 'False', reason: 'ScaledJobUnpaused' }),
    );
    await eventually('the Events are written', async () => {
      const reasons = (await world.events(name)).map((event) => event.replace(/: .*/, ''));
      expect(reasons).toEqual(
        expect.arrayContaining([
          'Normal ScaledJobPaused',
          'Normal KEDAScalersStopped',
          'Normal ScaledJobUnpaused',
          'Normal KEDAScalersStarted',
        ]),
      );
    });
  });

  it('is not read either', async () => {
    const name = 'silent';
    await consumers.send(name, 4);
    const manifest = aScaledJobManifest(
      name,
      { triggers: [consumers.trigger(name)] },
      { annotations: { [annotations.paused]: '' } },
    );
    await world.apply(manifest);
    await eventually('it is paused', async () => (await jobCondition(world, name, 'Paused')).status === 'True');
    // Redis knows when a key was last looked at.
    await eventually('nobody looks at the list', async () => {
      expect(Number(await consumers.redis.call('OBJECT', 'IDLETIME', name))).toBeGreaterThan(2);
    });
    expect(await jobsOf(world, name)).toHaveLength(0);
  });
});
