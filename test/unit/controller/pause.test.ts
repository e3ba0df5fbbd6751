// The pause annotations.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const annotate = (annotations: Record<string, string | null>) =>
  world.kube.patch(scaledObjects, key, { type: 'merge', body: { metadata: { annotations } } }, { signal: never });
const reasons = (): string[] => world.events.map(({ reason }) => reason);

describe('controller/pause', () => {
  it('pauses: no HPA, no reads, replicas as they are; and goes on afterwards', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 10 });
    await annotate({ 'autoscaling.keda.sh/paused': 'true' });
    await world.clock.advance(100);
    expect(world.hpa()).toBeUndefined();
    expect(world.condition('Paused')).toMatchObject({ status: 'True', reason: 'ScaledObjectPaused' });
    const reads = world.reads();
    world.answers.set('worker', 50);
    await world.clock.advance(120_000);
    expect([world.replicas(), world.reads()]).toEqual([2, reads]);
    await annotate({ 'autoscaling.keda.sh/paused': null });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(10);
    expect(world.hpa()).toBeDefined();
    expect(world.condition('Paused')).toMatchObject({ status: 'False' });
    expect(reasons()).toEqual(expect.arrayContaining(['ScaledObjectPaused', 'ScaledObjectUnpaused']));
  });

  it('holds the size of paused-replicas, and says which', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 42 });
    await annotate({ 'autoscaling.keda.sh/paused-replicas': '2' });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(2);
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBe(2);
    await annotate({ 'autoscaling.keda.sh/paused-replicas': 'two' });
    await world.clock.advance(100);
    expect(world.condition('Ready')?.message).toContain('expected a whole number of replicas, found "two"');
    await annotate({ 'autoscaling.keda.sh/paused-replicas': null });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(9);
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBeUndefined();
  });
});
