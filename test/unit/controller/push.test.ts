// A source says that it changed: the controller looks at once, with a reading of now.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { Ownership } from '../../../src/controller/membership/ownership.ts';
import { soleOwner } from '../../../src/controller/membership/ownership.ts';
import type { Reading } from '../../../src/scalers/scaler.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const change = (body: unknown) => world.kube.patch(scaledObjects, key, { type: 'merge', body }, { signal: never });
const wake = (queue = 'worker'): void => {
  for (const push of world.pushes(queue)) push.wake();
};

describe('a push', () => {
  it('wakes the target at once, long before the next poll, and leaves the polls where they were', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    world.answers.set('worker', 42);
    wake();
    await world.clock.advance(10);
    expect(world.replicas()).toBe(9);
  });

  it('is no value: what counts is what the source answers', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const reads = world.reads();
    wake();
    await world.clock.advance(10);
    expect(world.replicas()).toBe(0);
    expect(world.reads()).toBe(reads + 1);
  });

  it('costs one reading for many hints', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const reads = world.reads();
    for (let i = 0; i < 1_000; i++) wake();
    await world.clock.advance(10_000);
    expect(world.reads()).toBe(reads + 1);
  });

  it('is not lost when it comes while the object is looked at', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const gate = Promise.withResolvers<Reading>();
    world.answers.set('worker', () => gate.promise);
    wake();
    await world.clock.advance(10);
    world.answers.set('worker', 42);
    wake();
    gate.resolve({ value: 0 });
    await world.clock.advance(300);
    expect(world.replicas()).toBe(9);
  });

  it('reads the source that said so, and leaves the others of the object alone', async () => {
    const triggers = ['one', 'two'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })]);
    const reads = world.reads();
    wake('two');
    await world.clock.advance(10);
    expect(world.reads()).toBe(reads + 1);
  });

  it('is heard once for all who ask the same', async () => {
    const triggers = [{ type: 'queue', metadata: { queue: 'shared' } }];
    const names = ['a', 'b', 'c'];
    const objects = names.flatMap((name) => [aDeployment(name, 0), aScaledObject(name, { triggers })]);
    world = await createWorld(objects);
    await world.clock.advance(100);
    expect(world.pushes('shared')).toHaveLength(1);
    world.answers.set('shared', 5);
    wake('shared');
    await world.clock.advance(50);
    expect(names.map((name) => world.replicas(name))).toEqual([1, 1, 1]);
  });

  it('is heard again after the watch has failed, and polling goes on meanwhile', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    world.pushes('worker')[0]?.fail(new SourceUnavailableError('connection lost'));
    await world.clock.advance(0);
    expect(world.pushes('worker')).toHaveLength(0);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    await world.clock.advance(1_000);
    expect(world.pushes('worker')).toHaveLength(1);
    world.pushes('worker')[0]?.end();
    world.answers.set('worker', 5);
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(1);
  });

  it('is asked for once the source has answered a read', async () => {
    const objects = [aDeployment('worker', 0), aScaledObject('worker')];
    world = await createWorld(objects, { worker: new SourceUnavailableError('connection refused') });
    await world.clock.advance(60_000);
    expect(world.pushes('worker')).toHaveLength(0);
    world.answers.set('worker', 0);
    await world.clock.advance(30_000);
    expect(world.pushes('worker')).toHaveLength(1);
  });

  it('is not wanted while the object is paused, and is again afterwards', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await change({ metadata: { annotations: { 'autoscaling.keda.sh/paused-replicas': '0' } } });
    await world.clock.advance(100);
    expect(world.pushes('worker')).toHaveLength(0);
    await change({ metadata: { annotations: { 'autoscaling.keda.sh/paused-replicas': null } } });
    await world.clock.advance(100);
    expect(world.pushes('worker')).toHaveLength(1);
  });

  it('is switched off and on by the object', async () => {
    const advanced = { sluice: { push: false } };
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { advanced })]);
    expect(world.pushes('worker')).toHaveLength(0);
    await change({ spec: { advanced: { sluice: { push: true } } } });
    await world.clock.advance(100);
    expect(world.pushes('worker')).toHaveLength(1);
    await change({ spec: { advanced: { sluice: { push: false } } } });
    await world.clock.advance(100);
    expect(world.pushes('worker')).toHaveLength(0);
  });

  it('follows the object to another queue', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await change({ spec: { triggers: [{ type: 'queue', metadata: { queue: 'other' } }] } });
    await world.clock.advance(100);
    expect(world.pushes('worker')).toHaveLength(0);
    expect(world.pushes('other')).toHaveLength(1);
  });

  it('is over when the object is deleted', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(1_000);
    expect(world.pushes('worker')).toHaveLength(0);
  });

  it('is the owner’s to hear: handed over with the object', async () => {
    const listeners: ((change: 'moved' | 'resumed') => void)[] = [];
    let isOurs = true;
    const ownership: Ownership = {
      ...soleOwner,
      owns: () => isOurs,
      whileOwned: async (uid, signal, work) => (isOurs ? soleOwner.whileOwned(uid, signal, work) : { kind: 'not-now' }),
      subscribe: (listener) => void listeners.push(listener),
    };
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], {}, { ownership });
    expect(world.pushes('worker')).toHaveLength(1);
    const move = async (ours: boolean): Promise<void> => {
      isOurs = ours;
      for (const listener of listeners) listener('moved');
      await world.clock.advance(500);
    };
    await move(false);
    expect(world.pushes('worker')).toHaveLength(0);
    await move(true);
    expect(world.pushes('worker')).toHaveLength(1);
  });
});
