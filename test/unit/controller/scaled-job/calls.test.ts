// What a ScaledJob costs the API server: one write for each Job, and no list but the one before its first wave.
import { expect, it } from '@jest/globals';
import { aScaledJob, createJobWorld } from '../../../support/scaled-job-world.ts';

const MANY = 10_000;
const MOST = 500;

it('starts exactly as many Jobs as allowed for ten thousand messages, with one write each', async () => {
  const world = await createJobWorld([aScaledJob('worker', { maxReplicaCount: MOST, pollingInterval: 10 })], {
    worker: MANY,
  });
  await world.clock.advance(1_000);
  expect(await world.jobs()).toHaveLength(MOST);
  const count = (verb: string, resource: string): number =>
    world.kube.history.filter((call) => call.verb === verb && call.resource === resource).length;
  expect(count('create', 'jobs')).toBe(MOST);
  expect(count('get', 'jobs')).toBe(0);
  // One of the watch, one for this object before its first wave.
  expect(count('list', 'jobs')).toBe(2);
  expect(count('list', 'pods')).toBe(0);
  // The finalizer and the status.
  expect(world.kube.writes().filter(({ resource }) => resource === 'scaledjobs').length).toBeLessThanOrEqual(3);

  const before = world.kube.history.length;
  await world.clock.advance(50_000);
  expect(world.kube.history.slice(before).map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([]);
  await world.stop();
});

it('fills a place as soon as a Job ends, not at the next poll', async () => {
  const world = await createJobWorld([aScaledJob('worker', { maxReplicaCount: 3, pollingInterval: 300 })], {
    worker: 50,
  });
  await world.clock.advance(1_000);
  const [first, second] = await world.jobs();
  await world.clock.advance(30_000);
  world.answers.set('worker', 49);
  await world.end(first!);
  await world.clock.advance(6_000);
  expect(await world.running()).toHaveLength(3);
  world.answers.set('worker', 48);
  await world.kube.delete(
    { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true },
    { name: second!.metadata.name, namespace: 'shop' },
    { signal: new AbortController().signal },
  );
  await world.clock.advance(6_000);
  expect(await world.running()).toHaveLength(3);
  await world.stop();
});

it('asks a source once for a ScaledObject and a ScaledJob that look at the same moment', async () => {
  const trigger = { type: 'queue', metadata: { queue: 'worker', target: '1' } };
  const world = await createJobWorld(
    [
      aScaledJob('worker', { triggers: [trigger] }),
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'worker', namespace: 'shop' },
        spec: { scaleTargetRef: { name: 'worker' }, triggers: [trigger], advanced: { sluice: { scaleUp: 'HPA' } } },
      } as never,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'worker', namespace: 'shop' },
        spec: { replicas: 0, template: { spec: { containers: [] } } },
      } as never,
    ],
    { worker: 0 },
  );
  await world.clock.advance(1_000);
  const before = world.reads();
  await world.clock.advance(300_000);
  expect(world.reads() - before).toBe(10);
  expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
  await world.stop();
});
