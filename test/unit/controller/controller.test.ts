// The controller as a whole, judged by the state of the world.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { KubeError, SourceUnavailableError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { DEPLOYMENTS, SECRETS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const patch = (body: unknown, resource = scaledObjects) =>
  world.kube.patch(resource, key, { type: 'merge', body }, { signal: never });
const reasons = (): string[] => world.events.map(({ reason }) => reason);
const refused = new SourceUnavailableError('queue test: connection refused');

describe('controller', () => {
  it('puts an idle object in order: finalizer, label, HPA, conditions, status', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    expect(world.scaledObject()?.metadata.finalizers).toEqual(['finalizer.keda.sh']);
    expect(world.scaledObject()?.metadata.labels).toEqual({ 'scaledobject.keda.sh/name': 'worker' });
    expect(world.hpa()?.spec.minReplicas).toBe(1);
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledObjectReady' });
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerNotActive' });
    expect(world.condition('Fallback')).toMatchObject({ status: 'False', reason: 'NoFallbackFound' });
    expect(world.condition('Paused')).toMatchObject({ status: 'False' });
    expect(world.replicas()).toBe(0);
    expect(world.scaledObject()?.status).toMatchObject({
      hpaName: 'keda-hpa-worker',
      originalReplicaCount: 0,
      scaleTargetKind: 'apps/v1.Deployment',
      scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
      externalMetricNames: ['s0-queue-worker'],
      triggersTypes: 'queue',
      triggersActivity: { 's0-queue-worker': { isActive: false } },
    });
    expect(reasons()).toEqual(expect.arrayContaining(['KEDAScalersStarted', 'ScaledObjectReady']));
  });

  it('wakes a target to its demand in one write, and lets it rest when the cooldown is over to the second', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { cooldownPeriod: 100 })], {
      worker: 42,
    });
    expect(world.replicas()).toBe(9);
    expect(world.kube.writes().filter(({ subresource }) => subresource === 'scale')).toHaveLength(1);
    expect(reasons()).toContain('KEDAScaleTargetActivated');
    expect(world.condition('Active')).toMatchObject({ status: 'True', reason: 'ScalerActive' });
    world.answers.set('worker', 0);
    await world.clock.advance(14_000);
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerCooldown' });
    await world.clock.advance(84_000);
    expect(world.replicas()).toBe(9);
    await world.clock.advance(4_000);
    expect(world.replicas()).toBe(0);
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerNotActive' });
    expect(reasons()).toContain('KEDAScaleTargetDeactivated');
  });

  it('sees new work within a poll', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { pollingInterval: 10 })]);
    await world.clock.advance(60_000);
    world.answers.set('worker', 7);
    await world.clock.advance(10_000);
    expect(world.replicas()).toBe(2);
  });

  it('reads once more before zero, and stays when there is work after all', async () => {
    world = await createWorld([aDeployment('worker', 3), aScaledObject('worker', { initialCooldownPeriod: 60 })]);
    let reads = 0;
    world.answers.set('worker', () => ({ value: ++reads === 1 ? 0 : 42 }));
    await world.clock.advance(61_000);
    expect(world.replicas()).toBe(9);
  });

  it('does not read once more before zero when told not to', async () => {
    const advanced = { sluice: { verifyBeforeZero: false } };
    world = await createWorld([aDeployment('worker', 3), aScaledObject('worker', { advanced })]);
    expect(world.replicas()).toBe(0);
    expect(world.reads()).toBe(1);
  });

  it('never makes a zero out of an error, says so, and recovers by itself', async () => {
    world = await createWorld([aDeployment('worker', 3), aScaledObject('worker')], { worker: refused });
    await world.clock.advance(600_000);
    expect(world.replicas()).toBe(3);
    expect(world.condition('Ready')).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'TriggerError',
      message: 'queue test: connection refused',
    });
    expect(world.condition('Active')).toMatchObject({ status: 'Unknown', reason: 'UnknownState' });
    expect(reasons().filter((reason) => reason === 'KEDAScalerFailed')).toHaveLength(1);
    world.answers.set('worker', 0);
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(0);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('takes the fallback once there were more failures than the threshold, and leaves it with the first answer', async () => {
    const fallback = { failureThreshold: 2, replicas: 4 };
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { fallback })], { worker: refused });
    expect(world.replicas()).toBe(0);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    await world.clock.advance(60_000);
    expect(world.replicas()).toBe(4);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True', reason: 'FallbackExists' });
    expect(world.scaledObject()?.status?.health).toEqual({
      's0-queue-worker': { numberOfFailures: 3, status: 'Failing' },
    });
    world.answers.set('worker', 1);
    await world.clock.advance(14_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'False' });
    expect(world.scaledObject()?.status?.health).toEqual({
      's0-queue-worker': { numberOfFailures: 0, status: 'Happy' },
    });
    expect(reasons()).toEqual(
      expect.arrayContaining(['ScaledObjectFallbackActivated', 'ScaledObjectFallbackDeactivated']),
    );
  });

  it('keeps a broken trigger from harming the others, and the HPA from forgetting it', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    const triggers = [
      { type: 'queue', metadata: { queue: 'worker' } },
      { type: 'kafka', metadata: {} },
    ];
    const before = world.hpa()?.metadata.resourceVersion;
    world.answers.set('worker', 10);
    await world.clock.advance(2_000);
    await patch({ spec: { triggers } });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(2);
    expect(world.hpa()?.metadata.resourceVersion).toBe(before);
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: 'triggers[1] (kafka): type: no trigger type is called "kafka"',
    });
    world.answers.set('worker', 0);
    await world.clock.advance(600_000);
    expect(world.replicas()).toBe(2);
  });

  it.each([
    ['min above max', { minReplicaCount: 5, maxReplicaCount: 2 }, 'spec.minReplicaCount'],
    ['idle not below min', { minReplicaCount: 2, idleReplicaCount: 2 }, 'spec.idleReplicaCount'],
    ['a formula', { advanced: { scalingModifiers: { formula: 'a', target: '1' } } }, 'no trigger has the name "a"'],
    ['no such target', { scaleTargetRef: { name: 'nobody' } }, 'Deployment "shop/nobody" does not exist'],
    [
      'a kind nobody serves',
      { scaleTargetRef: { name: 'worker', apiVersion: 'x.io/v1', kind: 'Thing' } },
      'no kind "Thing"',
    ],
  ])('refuses %s in one clear condition and scales nothing', async (_what, spec, message) => {
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', spec)], { worker: 42 });
    await world.clock.advance(60_000);
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledObjectCheckFailed' });
    expect(world.condition('Ready')?.message).toContain(message);
    expect(world.replicas()).toBe(1);
    expect(world.hpa()).toBeUndefined();
    expect(reasons()).toContain('ScaledObjectCheckFailed');
  });

  it('tells the author at once what is wrong with the next attempt', async () => {
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', { minReplicaCount: 200 })]);
    expect(world.condition('Ready')?.message).toContain('spec.minReplicaCount');
    await patch({ spec: { minReplicaCount: 2, idleReplicaCount: 5 } });
    await world.clock.advance(100);
    expect(world.condition('Ready')?.message).toContain('spec.idleReplicaCount');
  });

  it('tells the author of an object that cannot be read at all', async () => {
    const broken = { ...aScaledObject('worker'), spec: { triggers: 'none' } } as unknown as KubeObject;
    world = await createWorld([broken]);
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledObjectCheckFailed' });
  });

  it('begins as soon as its target comes', async () => {
    world = await createWorld([aScaledObject('worker')], { worker: 42 });
    await world.clock.advance(1_000);
    await world.kube.create(DEPLOYMENTS, aDeployment('worker', 0), { signal: never });
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(9);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('gives a target to the older of two objects, and to the other one when that is gone', async () => {
    const [first, second] = [aScaledObject('worker'), aScaledObject('zz', { scaleTargetRef: { name: 'worker' } })];
    world = await createWorld([aDeployment('worker', 0), first, second]);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(world.condition('Ready', 'zz')?.message).toContain('is scaled by ScaledObject "worker" already');
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(1_000);
    expect(world.scaledObject()).toBeUndefined();
    expect(world.condition('Ready', 'zz')).toMatchObject({ status: 'True' });
  });

  it('wakes a target although the API server refuses the HPA', async () => {
    world = await createWorld([aDeployment('worker', 0)]);
    world.kube.intercept = ({ verb }) => {
      if (verb === 'apply') throw new KubeError('apply refused', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
    };
    world.answers.set('worker', 42);
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(1_000);
    expect(world.replicas()).toBe(9);
    expect(world.condition('Ready')).toMatchObject({ status: 'False', message: 'apply refused' });
    world.kube.intercept = () => {};
    await world.clock.advance(60_000);
    expect(world.hpa()).toBeDefined();
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('follows a change of its triggers at once', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { other: 10 });
    await patch({ spec: { triggers: [{ type: 'queue', metadata: { queue: 'other' } }] } });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(2);
    expect(world.scaledObject()?.status).toMatchObject({
      externalMetricNames: ['s0-queue-other'],
      triggersActivity: { 's0-queue-other': { isActive: true } },
    });
    expect(world.scaledObject()?.status?.triggersActivity).not.toHaveProperty('s0-queue-worker');
  });

  it('gives the original replicas back and lets the object go', async () => {
    const advanced = { restoreToOriginalReplicaCount: true };
    world = await createWorld([aDeployment('worker', 6), aScaledObject('worker', { advanced })]);
    expect(world.replicas()).toBe(0);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(6);
    expect(world.scaledObject()).toBeUndefined();
    expect(reasons()).toContain('ScaledObjectDeleted');
  });

  it('lets an object go whose target is gone', async () => {
    const advanced = { restoreToOriginalReplicaCount: true };
    world = await createWorld([aDeployment('worker', 6), aScaledObject('worker', { advanced })]);
    await world.kube.delete(DEPLOYMENTS, key, { signal: never });
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(world.scaledObject()).toBeUndefined();
  });

  it('uses a changed password at once, and names what is missing', async () => {
    const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'broker', key: 'password' } } }];
    const triggers = [{ type: 'queue', metadata: { queue: 'worker', passwordFromEnv: 'PASSWORD' } }];
    world = await createWorld([aDeployment('worker', 0, env), aScaledObject('worker', { triggers })], {
      'worker?old': 5,
      'worker?new': 50,
    });
    expect(world.condition('Ready')?.message).toContain('Secret "shop/broker" does not exist');
    const secret = (password: string) => ({ data: { password: Buffer.from(password).toString('base64') } });
    const metadata = { name: 'broker', namespace: 'shop' };
    await world.kube.create(
      SECRETS,
      { apiVersion: 'v1', kind: 'Secret', metadata, ...secret('old') },
      { signal: never },
    );
    await world.clock.advance(100);
    expect(world.replicas()).toBe(1);
    await world.kube.patch(SECRETS, metadata, { type: 'merge', body: secret('new') }, { signal: never });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(10);
  });

  it('notices when somebody else scales the target to zero', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 10 });
    await patch({ spec: { replicas: 0 } }, DEPLOYMENTS);
    await world.clock.advance(100);
    expect(world.replicas()).toBe(2);
  });

  it('keeps the decision with its inputs', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 10 });
    expect(world.controller.decisions.get(key)).toMatchObject({
      namespace: 'shop',
      name: 'worker',
      decision: { reason: 'Active', active: 'True' },
      seen: { replicas: 2, triggers: [{ value: 10, target: 5 }] },
      policy: { maxReplicas: 100 },
      lastStep: { from: 0, to: 2, reason: 'Activated', metric: 's0-queue-worker' },
    });
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(world.controller.decisions.list()).toEqual([]);
  });
});
