// An object that is deleted while it is looked at: nothing more is done about it than to let it go.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledJobs, scaledObjects } from '../../../src/api/names.ts';
import type { Reading } from '../../../src/scalers/scaler.ts';
import { aDeployment, aScaledObject, never } from '../../support/controller-world.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../support/scaled-job-world.ts';

const KEY = { namespace: 'shop', name: 'worker' };

let world: JobWorld;
afterEach(() => world.stop());

/** A look begins that waits for an answer, which says that there is work. */
async function beginLook(): Promise<() => void> {
  const answer = Promise.withResolvers<Reading>();
  world.answers.set('worker', () => answer.promise);
  await world.clock.advance(31_000);
  world.kube.history.length = 0;
  return () => answer.resolve({ value: 50 });
}
const writes = (): readonly string[] =>
  world.kube.writes().map(({ verb, resource, subresource }) => [verb, resource, subresource].filter(Boolean).join(' '));

describe('a ScaledObject that is deleted during a look', () => {
  it('goes at once, and its target is not woken', async () => {
    world = await createJobWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const answer = await beginLook();
    await world.kube.delete(scaledObjects, KEY, { signal: never });
    await world.clock.advance(500);
    expect([world.scaledObject(), world.hpa()]).toEqual([undefined, undefined]);
    answer();
    await world.clock.advance(60_000);
    expect(world.replicas()).toBe(0);
    expect(world.events.at(-1)?.reason).toBe('ScaledObjectDeleted');
    expect(world.controller.decisions.list()).toEqual([]);
  });

  it('is not acted on either when nobody waited for us', async () => {
    world = await createJobWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const answer = await beginLook();
    const body = { metadata: { finalizers: [] } };
    await world.kube.patch(scaledObjects, KEY, { type: 'merge', body }, { signal: never });
    await world.kube.delete(scaledObjects, KEY, { signal: never });
    world.kube.history.length = 0;
    await world.clock.advance(500);
    answer();
    await world.clock.advance(60_000);
    expect([world.replicas(), writes()]).toEqual([0, []]);
  });

  it('is let go to its end, whatever is told of it meanwhile', async () => {
    world = await createJobWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const gate = Promise.withResolvers<void>();
    world.kube.intercept = ({ verb, resource }) =>
      verb === 'delete' && resource === 'horizontalpodautoscalers' ? gate.promise : undefined;
    await world.kube.delete(scaledObjects, KEY, { signal: never });
    await world.clock.advance(500);
    const body = { metadata: { annotations: { note: 'hurry' } } };
    await world.kube.patch(scaledObjects, KEY, { type: 'merge', body }, { signal: never });
    await world.clock.advance(500);
    gate.resolve();
    await world.clock.advance(5_000);
    expect([world.scaledObject(), world.hpa()]).toEqual([undefined, undefined]);
    expect(world.events.filter(({ reason }) => reason === 'ScaledObjectDeleted')).toHaveLength(1);
  });

  it('and comes back is another one, which is looked at as such', async () => {
    world = await createJobWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const answer = await beginLook();
    await world.kube.delete(scaledObjects, KEY, { signal: never });
    await world.clock.advance(500);
    world.answers.set('worker', 50);
    await world.kube.create(scaledObjects, aScaledObject('worker', { maxReplicaCount: 3 }), { signal: never });
    answer();
    await world.clock.advance(60_000);
    expect([world.replicas(), world.condition('Ready')?.status]).toEqual([3, 'True']);
  });
});

it('a ScaledJob that is deleted in the midst of a wave starts no more Jobs', async () => {
  world = await createJobWorld([aScaledJob('worker', { maxReplicaCount: 100 })]);
  await world.clock.advance(1_000);
  let asked = 0;
  const gate = Promise.withResolvers<void>();
  world.kube.intercept = ({ verb, resource }) =>
    verb === 'create' && resource === 'jobs' && ++asked > 5 ? gate.promise : undefined;
  world.answers.set('worker', 100);
  await world.clock.advance(31_000);
  await world.kube.delete(scaledJobs, KEY, { signal: never });
  await world.clock.advance(500);
  gate.resolve();
  await world.clock.advance(60_000);
  expect(world.scaledJob()).toBeUndefined();
  expect(asked).toBeLessThanOrEqual(15);
});
