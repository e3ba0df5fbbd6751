// A ScaledJob from the first message to the last: as many Jobs as allowed, the rest as they end, history kept within its limits.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scaledJobs, triggerAuthentications } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { JOBS } from '../../src/kube/resources.ts';
import { hasRedis, whereInstalled } from '../support/brokers.ts';
import { NAMESPACE } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { type JobConsumers, startConsumers } from '../support/job-consumers.ts';
import {
  aScaledJobManifest,
  createsOf,
  jobCondition,
  jobsOf,
  runningJobs,
  scaledJob,
} from '../support/scaled-job-story.ts';
import { COLLECTED_MS, startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a ScaledJob', () => {
  let world: World;
  let consumers: JobConsumers;
  beforeAll(async () => {
    world = await startWorld();
    consumers = await startConsumers(world, { startMs: 50, workMs: 500 });
    await world.apply(...consumers.access);
  });
  afterAll(async () => {
    await consumers.stop();
    await world.stop();
  });

  it('works off a queue within its maximum, one Job for each message', async () => {
    const name = 'orders';
    await consumers.send(name, 5);
    const limits = { maxReplicaCount: 3, successfulJobsHistoryLimit: 2 };
    await world.apply(
      aScaledJobManifest(name, { triggers: [consumers.trigger(name)], ...limits }, { labels: { team: 'shop' } }),
    );
    await eventually('three Jobs are there', async () => (await jobsOf(world, name)).length === 3);
    const [first] = await jobsOf(world, name);
    const { uid } = (await scaledJob(world, name)).metadata;
    expect(first).toMatchObject({
      metadata: {
        labels: {
          team: 'shop',
          'scaledjob.keda.sh/name': name,
          'app.kubernetes.io/name': name,
          'app.kubernetes.io/part-of': name,
          'app.kubernetes.io/managed-by': 'keda-operator',
        },
        annotations: { 'scaledjob.keda.sh/generation': '1' },
        ownerReferences: [{ kind: 'ScaledJob', name, uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: { backoffLimit: 0, template: { metadata: { labels: { 'scaledjob.keda.sh/name': name } } } },
    });
    await eventually('every message is done', () => consumers.taken(name).length === 5);
    expect(new Set(consumers.taken(name)).size).toBe(5);
    expect(consumers.idle(name)).toBe(0);
    await eventually('two finished Jobs are kept', async () => {
      expect(await jobsOf(world, name)).toHaveLength(2);
      expect(await runningJobs(world, name)).toHaveLength(0);
    });
    expect(createsOf(world)).toBe(5);

    await eventually('it rests', async () =>
      expect(await jobCondition(world, name, 'Active')).toMatchObject({ status: 'False', reason: 'ScalerNotActive' }),
    );
    expect(await jobCondition(world, name, 'Ready')).toMatchObject({ status: 'True', reason: 'ScaledJobReady' });
    expect(await jobCondition(world, name, 'Paused')).toMatchObject({ status: 'False' });
    expect((await scaledJob(world, name)).status).toMatchObject({
      triggersTypes: 'redis',
      authenticationsTypes: 'redis',
      externalMetricNames: [`s0-redis-${name}`],
      triggersActivity: { [`s0-redis-${name}`]: { isActive: false } },
      lastActiveTime: expect.any(String),
    });
    await eventually('the Events are written', async () => {
      const reasons = (await world.events(name)).map((event) => event.replace(/: .*/, ''));
      expect(reasons).toEqual(
        expect.arrayContaining([
          'Normal KEDAScalersStarted',
          'Normal ScaledJobReady',
          'Normal KEDAJobsCreated',
          'Normal ScaledJobActive',
          'Normal ScaledJobInactive',
        ]),
      );
    });
  });

  it('passes over a name that somebody else has taken, and writes over somebody else’s write', async () => {
    const name = 'mail';
    const theirs = { template: { spec: { containers: [{ name: 'theirs', image: 'x' }], restartPolicy: 'Never' } } };
    await world.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: `${name}-night-1`, namespace: NAMESPACE },
      spec: { ...theirs, suspend: true },
    } as KubeObject);
    let conflicts = 0;
    const end = world.cluster.server.inject(({ method, path }) => {
      if (method !== 'PATCH' || !path.includes(`/scaledjobs/${name}/status`) || conflicts++ > 0) return undefined;
      const body = { kind: 'Status', status: 'Failure', reason: 'Conflict', code: 409, message: 'modified' };
      return { status: 409, body: JSON.stringify(body) };
    });
    await consumers.send(name, 2);
    const annotations = { 'sluice.dev/wave': 'night' };
    await world.apply(aScaledJobManifest(name, { triggers: [consumers.trigger(name)] }, { annotations }));
    await eventually('both messages are done', () => consumers.taken(name).length === 2);
    const names = (await jobsOf(world, name)).map(({ metadata }) => metadata.name);
    expect(names).toEqual([`${name}-night-2`, `${name}-night-3`]);
    await eventually('its status is written', async () =>
      expect(await jobCondition(world, name, 'Ready')).toMatchObject({ status: 'True' }),
    );
    expect(conflicts).toBeGreaterThan(1);
    end();
    await world.remove(scaledJobs, name);
    await world.remove(JOBS, `${name}-night-1`);
    await eventually('the authentication no longer names it', async () => {
      expect(await world.get(triggerAuthentications, 'redis')).toMatchObject({ status: { scaledjobs: 'orders' } });
    });
  });

  it('writes nothing while nothing changes', async () => {
    const since = world.cluster.requests.length;
    const reads = (): number =>
      world.cluster.requests.slice(since).filter(({ path }) => /\/(jobs|pods)\?/.test(path)).length;
    await world.looksAtJob('orders', 3);
    expect(world.writes(since).filter((write) => !write.includes('/events'))).toEqual([]);
    expect(reads()).toBe(0);
  });

  it('goes with its Jobs when it is deleted', async () => {
    await world.remove(scaledJobs, 'orders');
    await eventually('it is gone', async () => (await world.find(scaledJobs, 'orders')) === undefined);
    await eventually('its Jobs are gone', async () => (await jobsOf(world, 'orders')).length === 0, COLLECTED_MS);
    await eventually('the Event is written', async () =>
      expect((await world.events('orders')).join()).toContain('Warning ScaledJobDeleted'),
    );
  });
});
