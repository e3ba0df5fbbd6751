// Two replicas share ScaledJobs; one is killed in the middle of its waves, the other one finishes them, and no Job is made twice.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../src/sandbox/free-port.ts';
import { hasRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type JobConsumers, startConsumers } from '../support/job-consumers.ts';
import { aScaledJobManifest, jobsOf, runningJobs } from '../support/scaled-job-story.ts';
import type { SluiceProcess } from '../support/sluice-process.ts';
import { startWorld, type World } from '../support/world.ts';

const NAMES = Array.from({ length: 6 }, (_, i) => `queue-${i}`);
const MESSAGES = 15;

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('two replicas', () => {
  let world: World;
  let consumers: JobConsumers;
  beforeAll(async () => {
    world = await startWorld({ program: 'none' });
    consumers = await startConsumers(world, { startMs: 500, workMs: 500 });
    await world.apply(...consumers.access);
  });
  afterAll(async () => {
    await consumers.stop();
    await world.stop();
  });

  async function startReplica(name: string): Promise<SluiceProcess> {
    const diagnosticsAddress = `127.0.0.1:${await freePort()}`;
    return world.spawn({ membership: 'true', identity: name, securePort: '0', diagnosticsAddress });
  }

  it('make one Job for each message, though one of them is killed', async () => {
    const [a] = await Promise.all([startReplica('a'), startReplica('b')]);
    const scalingStrategy = { strategy: 'accurate' as const };
    await Promise.all(NAMES.map((name) => consumers.send(name, MESSAGES)));
    await world.apply(
      ...NAMES.map((name) =>
        aScaledJobManifest(name, {
          triggers: [consumers.trigger(name)],
          maxReplicaCount: 5,
          scalingStrategy,
          advanced: { sluice: { startupSeconds: 10 } },
        }),
      ),
    );
    await eventually('some are at work', () => NAMES.some((name) => consumers.taken(name).length > 0));
    await a.kill('SIGKILL');
    await eventually(
      'every message is done',
      () => NAMES.every((name) => consumers.taken(name).length === MESSAGES),
      90_000,
    );
    for (const name of NAMES) {
      await eventually('all Jobs have ended', async () => (await runningJobs(world, name)).length === 0);
      expect(await jobsOf(world, name)).toHaveLength(MESSAGES);
      expect(consumers.idle(name)).toBe(0);
    }
  }, 150_000);
});
