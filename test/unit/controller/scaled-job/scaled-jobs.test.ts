// A ScaledJob under the whole controller: Jobs for what waits, up to the maximum, and the rest as room comes.
import { expect, it } from '@jest/globals';
import { KubeError } from '../../../../src/errors.ts';
import { aScaledJob, createJobWorld } from '../../../support/scaled-job-world.ts';

it('starts a Job for each waiting event up to the maximum, and the rest as they end', async () => {
  const world = await createJobWorld([aScaledJob('worker', { maxReplicaCount: 3 })], { worker: 5 });
  await world.clock.advance(1_000);
  const first = await world.jobs();
  expect(first).toHaveLength(3);
  expect(world.scaledJob()?.metadata.finalizers).toEqual(['finalizer.keda.sh']);
  expect(first[0]).toMatchObject({
    metadata: {
      labels: { 'scaledjob.keda.sh/name': 'worker', 'app.kubernetes.io/managed-by': 'keda-operator' },
      ownerReferences: [{ kind: 'ScaledJob', name: 'worker', controller: true }],
    },
  });
  expect(world.jobCondition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledJobReady' });
  expect(world.jobCondition('Active')).toMatchObject({ status: 'True', reason: 'ScalerActive' });
  expect(world.reasons()).toEqual(['KEDAScalersStarted', 'KEDAJobsCreated', 'ScaledJobReady', 'ScaledJobActive']);
  // Each has taken one.
  world.answers.set('worker', 2);
  await world.end(first[0]!);
  await world.end(first[1]!);
  await world.clock.advance(15_000);
  expect(await world.running()).toHaveLength(2);
  await world.stop();
});

it('writes nothing while nothing changes', async () => {
  const world = await createJobWorld([aScaledJob('worker', { maxReplicaCount: 3 })], { worker: 5 });
  await world.clock.advance(60_000);
  const before = world.kube.writes().length;
  const lists = world.kube.history.filter(({ verb }) => verb === 'list').length;
  await world.clock.advance(600_000);
  expect(
    world.kube
      .writes()
      .slice(before)
      .map(({ resource, verb, subresource }) => `${verb} ${resource}/${subresource}`),
  ).toEqual(Array.from({ length: 10 }, () => 'patch scaledjobs/status'));
  expect(world.kube.history.filter(({ verb }) => verb === 'list')).toHaveLength(lists);
  await world.stop();
});

it('goes on with the others when one Job is refused', async () => {
  const world = await createJobWorld([], { worker: 5 });
  let refused = 0;
  world.kube.intercept = ({ verb, resource }) => {
    if (verb !== 'create' || resource !== 'jobs' || ++refused !== 2) return;
    throw new KubeError('no', { code: 'KUBE_FORBIDDEN', retry: 'backoff', status: 403 });
  };
  await world.kube.create(
    { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledjobs', kind: 'ScaledJob', namespaced: true },
    aScaledJob('worker'),
    { signal: new AbortController().signal },
  );
  await world.clock.advance(100);
  expect(world.reasons()).toContain('KEDAJobCreateFailed');
  await world.clock.advance(5_000);
  expect(await world.jobs()).toHaveLength(5);
  await world.stop();
});
