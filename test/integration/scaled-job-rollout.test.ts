// A changed definition: Jobs of the old one are deleted at once, or left to end, as the ScaledJob says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { annotations, scaledJobs } from '../../src/api/names.ts';
import type { Job } from '../../src/sandbox/controllers/job-object.ts';
import { hasRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type JobConsumers, startConsumers } from '../support/job-consumers.ts';
import { aScaledJobManifest, jobsOf, runningJobs } from '../support/scaled-job-story.ts';
import { startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a ScaledJob whose definition changes', () => {
  let world: World;
  let consumers: JobConsumers;
  beforeAll(async () => {
    world = await startWorld();
    // They never end by themselves.
    consumers = await startConsumers(world, { startMs: 50, workMs: 600_000 });
    await world.apply(...consumers.access);
  });
  afterAll(async () => {
    await consumers.stop();
    await world.stop();
  });

  const generations = (jobs: readonly Job[]): readonly (string | undefined)[] =>
    jobs.map(({ metadata }) => metadata.annotations?.[annotations.scaledJobGeneration]);
  const rename = (name: string): Promise<void> =>
    world.change(scaledJobs, name, {
      spec: { jobTargetRef: { template: { spec: { containers: [{ name: 'renamed', image: 'worker:2' }] } } } },
    });

  it('deletes the Jobs of the old one, and starts new ones for what waits', async () => {
    const name = 'immediate';
    await consumers.send(name, 6);
    await world.apply(aScaledJobManifest(name, { triggers: [consumers.trigger(name)], maxReplicaCount: 3 }));
    await eventually('each has its message', () => consumers.taken(name).length === 3);
    await rename(name);
    await eventually('three new Jobs run', async () => {
      const jobs = await runningJobs(world, name);
      expect(generations(jobs)).toEqual(['2', '2', '2']);
      expect(jobs[0]?.spec.template.spec.containers).toMatchObject([{ name: 'renamed' }]);
    });
    await eventually('the Events are written', async () => {
      const events = await world.events(name);
      expect(events).toContain('Normal ScaledJobRolloutCleanupStarted: Deleting 3 jobs of an older definition');
      expect(events).toContain('Normal ScaledJobRolloutCleanupCompleted: Deleted 3 jobs of an older definition');
    });
  });

  it('lets them end when the rollout is gradual', async () => {
    const name = 'gradual';
    await consumers.send(name, 2);
    const spec = { triggers: [consumers.trigger(name)], maxReplicaCount: 3, rollout: { strategy: 'gradual' as const } };
    await world.apply(aScaledJobManifest(name, spec));
    await eventually('each has its message', () => consumers.taken(name).length === 2);
    await rename(name);
    await consumers.send(name, 3);
    await eventually('one more runs beside them', async () =>
      expect(generations(await runningJobs(world, name))).toEqual(['1', '1', '2']),
    );
    await world.looksAtJob(name, 2);
    expect(await jobsOf(world, name)).toHaveLength(3);
  });
});
