// Which Events an object's story leaves behind.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { KubeError, SourceUnavailableError } from '../../../src/errors.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const annotate = (annotations: Record<string, string | null>) =>
  world.kube.patch(scaledObjects, key, { type: 'merge', body: { metadata: { annotations } } }, { signal: never });
const notes = (wanted: string): string[] =>
  world.events.flatMap(({ reason, note }) => (reason === wanted ? [note] : []));

describe('controller/announce', () => {
  it('says once that a trigger cannot be put to use', async () => {
    const triggers = [{ type: 'kafka', metadata: {} }];
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })]);
    await world.clock.advance(120_000);
    expect(notes('KEDAScalerFailed')).toEqual([
      'triggers[0] (kafka): type: no trigger type is called "kafka" [CONFIG_INVALID]',
    ]);
  });

  it('says which fields mean nothing beside others', async () => {
    const spec = { minReplicaCount: 1, cooldownPeriod: 5 };
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', spec)]);
    expect(notes('KEDAScalerInfo')).toEqual([
      'spec.cooldownPeriod has no effect: minReplicaCount is 1, so the target never sleeps',
    ]);
  });

  it('says when the triggers are watched, no longer, and again', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    expect(notes('KEDAScalersStarted')).toHaveLength(1);
    await annotate({ 'autoscaling.keda.sh/paused': 'true' });
    await world.clock.advance(60_000);
    expect(notes('KEDAScalersStopped')).toHaveLength(1);
    await annotate({ 'autoscaling.keda.sh/paused': null });
    await world.clock.advance(100);
    expect(notes('KEDAScalersStarted')).toHaveLength(2);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(notes('KEDAScalersStopped')).toHaveLength(2);
  });

  it('says what woke the target, in KEDA’s words', async () => {
    const triggers = ['worker', 'more', 'quiet'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })], {
      worker: 7,
      more: 20,
    });
    await world.clock.advance(100);
    expect(notes('KEDAScaleTargetActivated')).toEqual([
      'Scaled Deployment shop/worker from 0 to 4, triggered by s0-queue-worker;s1-queue-more',
    ]);
  });

  it('says that the annotation woke it, and that nothing keeps it awake', async () => {
    const forced = { 'autoscaling.keda.sh/force-activation': 'true' };
    const object = aScaledObject('worker', { cooldownPeriod: 0 }, { annotations: forced });
    world = await createWorld([aDeployment('worker', 0), object]);
    await world.clock.advance(100);
    expect(notes('KEDAScaleTargetActivated')).toEqual([
      'Scaled Deployment shop/worker from 0 to 1, forced by annotation',
    ]);
    await annotate({ 'autoscaling.keda.sh/force-activation': null });
    await world.clock.advance(60_000);
    expect(notes('KEDAScaleTargetDeactivated')).toEqual([
      'Scaled Deployment shop/worker from 1 to 0: no trigger is active, and the cooldown is over',
    ]);
  });

  it('has a word of its own for a source that a formula waits for', async () => {
    const broken = new SourceUnavailableError('queue: no connection');
    const triggers = [{ type: 'queue', name: 'q', metadata: { queue: 'worker' } }];
    const advanced = { scalingModifiers: { formula: 'q * 2', target: '5' } };
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers, advanced })], {
      worker: broken,
    });
    await world.clock.advance(100_000);
    expect(notes('KEDAMetricSourceFailed')).toEqual(['s0-queue-worker: queue: no connection [SOURCE_UNAVAILABLE]']);
    expect(notes('KEDAScalerFailed')).toEqual([]);
  });

  it('says when a fallback begins and ends', async () => {
    const fallback = { failureThreshold: 1, replicas: 3 };
    const broken = new SourceUnavailableError('queue: no connection');
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', { fallback })], { worker: broken });
    await world.clock.advance(120_000);
    expect(notes('ScaledObjectFallbackActivated')).toEqual(['in force for s0-queue-worker']);
    world.answers.set('worker', 0);
    await world.clock.advance(60_000);
    expect(notes('ScaledObjectFallbackDeactivated')).toEqual(['no fallback is in force']);
  });

  it('says that it is paused, and that it is not any more', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await annotate({ 'autoscaling.keda.sh/paused': 'true' });
    await world.clock.advance(60_000);
    await annotate({ 'autoscaling.keda.sh/paused': null });
    await world.clock.advance(100);
    expect([notes('ScaledObjectPaused'), notes('ScaledObjectUnpaused')]).toEqual([
      ['scaling is paused by annotation'],
      ['scaling is not paused'],
    ]);
  });

  it('says once that the API server does not take a status', async () => {
    world = await createWorld([aDeployment('worker', 0)]);
    let isRefused = true;
    world.kube.intercept = ({ subresource }) => {
      if (subresource !== 'status' || !isRefused) return;
      throw new KubeError('the status is refused', { code: 'KUBE_INVALID', retry: 'backoff', status: 422 });
    };
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(120_000);
    expect(notes('ScaledObjectUpdateFailed')).toEqual(['The status is not written: the status is refused']);
    isRefused = false;
    await world.clock.advance(60_000);
    expect(notes('ScaledObjectReady')).toHaveLength(1);
  });

  it('says that it is in order at a look at which nothing is wrong, and at no other', async () => {
    const away = new SourceUnavailableError('queue: no connection');
    const triggers = ['worker', 'other'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })], {
      worker: away,
      other: away,
    });
    const lasting = world.events.filter(({ lasts }) => lasts).map(({ reason }) => reason);
    expect(lasting).toEqual(['KEDAScalerFailed', 'KEDAScalerFailed']);
    await world.clock.advance(60_000);
    world.answers.set('worker', 0);
    await world.clock.advance(60_000);
    expect(world.settled).toEqual([]);
    world.answers.set('other', 0);
    await world.clock.advance(31_000);
    expect(world.settled).toEqual(['worker']);
    world.kube.intercept = ({ verb, subresource }) => {
      if (verb !== 'patch' || subresource !== 'scale') return;
      throw new KubeError('the size is refused', { code: 'KUBE_INVALID', retry: 'backoff', status: 422 });
    };
    world.answers.set('worker', 1);
    await world.clock.advance(30_000);
    expect(notes('KEDAScaleTargetActivationFailed')).not.toEqual([]);
    expect(world.settled).toEqual(['worker']);
    world.kube.intercept = () => {};
    await world.clock.advance(60_000);
    expect(new Set(world.settled)).toEqual(new Set(['worker']));
    expect(world.settled.length).toBeGreaterThan(1);
  });

  it('says nothing of triggers that an HPA of somebody else keeps from being watched, until it is gone', async () => {
    const hpa = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'keda-hpa-worker', namespace: 'shop' },
    };
    world = await createWorld([aDeployment('worker', 0), hpa, aScaledObject('worker')]);
    await world.clock.advance(300_000);
    expect(world.events.map(({ reason }) => reason)).toEqual(['ScaledObjectCheckFailed']);
    await world.kube.delete(
      HORIZONTAL_POD_AUTOSCALERS,
      { namespace: 'shop', name: 'keda-hpa-worker' },
      { signal: never },
    );
    await world.clock.advance(60_000);
    expect(world.events.slice(1).map(({ reason }) => reason)).toEqual(['KEDAScalersStarted', 'ScaledObjectReady']);
    await annotate({ 'autoscaling.keda.sh/paused': 'true' });
    await world.clock.advance(1_000);
    expect(notes('KEDAScalersStopped')).toHaveLength(1);
  });

  it.each<[string, KubeError, true | undefined]>([
    ['a size that is refused', new KubeError('too large', { code: 'KUBE_INVALID', retry: 'backoff' }), undefined],
    ['an API server that is busy', new KubeError('slow down', { code: 'KUBE_THROTTLED', retry: 'backoff' }), true],
  ])('leaves it to the log whether all objects meet the same: %s', async (_what, error, isKnown) => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 5 });
    await world.stop();
    world.kube.intercept = ({ verb, subresource, resource }) => {
      if (subresource === 'scale' && verb !== 'get') throw error;
      if (verb === 'apply' && resource === 'horizontalpodautoscalers') throw error;
    };
    world.events.length = 0;
    world.answers.set('worker', 500);
    const body = { spec: { maxReplicaCount: 77 } };
    await world.kube.patch(scaledObjects, key, { type: 'merge', body }, { signal: never });
    await world.restart();
    await world.clock.advance(1_000);
    const warned = world.events.filter(({ type }) => type === 'Warning');
    expect(warned.map(({ reason }) => reason).toSorted()).toEqual(
      expect.arrayContaining(['KEDAScaleTargetActivationFailed', 'ScaledObjectCheckFailed']),
    );
    expect(new Set(warned.map((event) => event.isKnown))).toEqual(new Set([isKnown]));
  });
});
