// N messages make exactly N Jobs with a consumer that takes one each, also when the process is killed in the middle of a wave.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type JobConsumers, startConsumers } from '../support/job-consumers.ts';
import { aScaledJobManifest, jobsOf, runningJobs } from '../support/scaled-job-story.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { startWorld, type World } from '../support/world.ts';

const MESSAGES = 24;

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a ScaledJob of strategy accurate or eager', () => {
  let world: World;
  let consumers: JobConsumers;
  beforeAll(async () => {
    world = await startWorld({ program: 'none' });
    // Slow to begin: a Job runs for a while before its message is gone from the queue.
    consumers = await startConsumers(world, { startMs: 1_500, workMs: 500 });
    await world.apply(...consumers.access);
  });
  afterAll(async () => {
    await consumers.stop();
    await world.stop();
  });

  /** Kills the process as its `nth` request for a Job reaches the server: done or not, it never hears of it. */
  async function killedAtJob(sluice: SluiceProcess, nth: number, fate: 'done' | 'lost'): Promise<void> {
    const met = Promise.withResolvers<void>();
    let count = 0;
    const end = world.cluster.server.inject(({ method, path, userAgent }) => {
      const isCreate = method === 'POST' && path.includes('/jobs') && userAgent.startsWith('sluice/');
      if (!isCreate || ++count < nth) return undefined;
      met.resolve();
      void sluice.kill('SIGKILL');
      return fate === 'lost' || count > nth ? 'hang' : undefined;
    });
    await Promise.race([met.promise, sluice.ended]);
    await sluice.ended;
    end();
  }

  it.each([
    ['accurate', 7, 'done'],
    ['accurate', 16, 'lost'],
    ['eager', 12, 'done'],
  ] as const)(
    '%s makes one Job for each message although it is killed at Job %d, which was %s',
    async (strategy, nth, fate) => {
      const name = `${strategy}-${nth}`;
      await consumers.send(name, MESSAGES);
      const first = await world.spawn();
      const killed = killedAtJob(first, nth, fate);
      const scalingStrategy = { strategy };
      await world.apply(
        aScaledJobManifest(name, {
          triggers: [consumers.trigger(name)],
          maxReplicaCount: 20,
          scalingStrategy,
          advanced: { sluice: { startupSeconds: 10 } },
        }),
      );
      await killed;
      const second = await world.spawn();
      await eventually('every message is done', () => consumers.taken(name).length === MESSAGES, 60_000);
      await eventually('all Jobs have ended', async () => (await runningJobs(world, name)).length === 0);
      expect(await jobsOf(world, name)).toHaveLength(MESSAGES);
      expect(consumers.idle(name)).toBe(0);
      expect(new Set(consumers.taken(name)).size).toBe(MESSAGES);
      await second.kill('SIGTERM');
    },
  );
});
