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

  it('lets an object go that was deleted while the API server took no writes, with the size it had at first', async () => {
    const advanced = { restoreToOriginalReplicaCount: true };
    world = await createWorld([aDeployment('worker', 3), aScaledObject('worker', { advanced })]);
    expect(world.replicas()).toBe(0);
    await world.kube.delete(scaledObjects, key, { signal: never });
    world.kube.intercept = ({ verb }) => {
      if (['get', 'list', 'watch', 'request'].includes(verb)) return;
      throw new KubeError('the API server is away', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    };
    await world.clock.advance(300_000);
    expect([world.scaledObject()?.metadata.finalizers, world.replicas()]).toEqual([['finalizer.keda.sh'], 0]);
    world.kube.intercept = () => {};
    await world.clock.advance(60_000);
    expect([world.scaledObject(), world.replicas(), world.hpa()]).toEqual([undefined, 3, undefined]);
  });

  it.each<[string, number, number, number, object]>([
    ['wake', 0, 0, 42, { status: 'True', reason: 'ScalerActive' }],
    ['raise', 2, 10, 42, { status: 'True', reason: 'ScalerActive' }],
    ['lower', 3, 5, 0, { status: 'False', reason: 'ScalerNotActive' }],
  ])(
    'goes on telling what the triggers say while the API server refuses to %s the target',
    async (_what, replicas, before, after, active) => {
      world = await createWorld([aDeployment('worker', replicas), aScaledObject('worker', { cooldownPeriod: 0 })], {
        worker: before,
      });
      world.kube.intercept = ({ verb, subresource }) => {
        if (verb !== 'patch' || subresource !== 'scale') return;
        throw new KubeError('deployments/scale is forbidden', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
      };
      const size = world.replicas();
      world.answers.set('worker', after);
      await world.clock.advance(300_000);
      expect(world.replicas()).toBe(size);
      expect(world.condition('Active')).toMatchObject(active);
      const { triggersActivity } = world.scaledObject()?.status ?? {};
      expect(triggersActivity).toEqual({ 's0-queue-worker': { isActive: after > 0 } });
      expect(world.events.map(({ reason, type }) => `${type} ${reason}`)).toContain(
        after > 0 ? 'Warning KEDAScaleTargetActivationFailed' : 'Warning KEDAScaleTargetDeactivationFailed',
      );
      world.kube.intercept = () => {};
      await world.clock.advance(60_000);
      expect(world.replicas()).toBe(after > 0 ? 9 : 0);
    },
  );

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
