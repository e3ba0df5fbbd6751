// The controller while the API server, other programs or people get in its way.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { KubeError } from '../../../src/errors.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };

describe('controller, in trouble', () => {
  it('wakes a target within a poll once the API server is back, however long it was away', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { pollingInterval: 5 })]);
    await world.clock.advance(60_000);
    world.kube.intercept = ({ verb }) => {
      if (verb === 'patch') throw new KubeError('no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    };
    world.answers.set('worker', 42);
    await world.clock.advance(1_000_000);
    world.kube.intercept = () => {};
    await world.clock.advance(5_000);
    expect(world.replicas()).toBe(9);
  });

  it('reads anew before it wakes what somebody else has just put to sleep', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 42 });
    expect(world.replicas()).toBe(9);
    await world.clock.advance(1_000);
    const reads = world.reads();
    world.answers.set('worker', 0);
    await world.kube.patch(DEPLOYMENTS, key, { type: 'merge', body: { spec: { replicas: 0 } } }, { signal: never });
    await world.clock.advance(1_000);
    expect(world.reads()).toBe(reads + 1);
    expect(world.replicas()).toBe(0);
  });

  it('takes its HPA with it, for whose owner nobody looks once the CRD is gone', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    expect(world.hpa()).toBeDefined();
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(world.scaledObject()).toBeUndefined();
    expect(
      world.kube.history.find((call) => call.verb === 'delete' && call.key?.name === 'keda-hpa-worker'),
    ).toBeDefined();
  });

  it('leaves its HPA to who deletes it without its dependents', async () => {
    const orphan = aScaledObject('worker', {}, { finalizers: ['orphan', 'finalizer.keda.sh'] });
    world = await createWorld([aDeployment('worker', 0), orphan]);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(world.scaledObject()?.metadata.finalizers).toEqual(['orphan']);
    expect(world.hpa()).toBeDefined();
  });
});
