// What becomes of an object at the edges: refused, taken back, found before its target.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { KubeError } from '../../../src/errors.ts';
import { DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const annotate = (annotations: Record<string, string | null>) =>
  world.kube.patch(scaledObjects, key, { type: 'merge', body: { metadata: { annotations } } }, { signal: never });
const edit = (spec: unknown) =>
  world.kube.patch(scaledObjects, key, { type: 'merge', body: { spec } }, { signal: never });

describe('controller/reconcile', () => {
  it('begins at once when the target comes after the object', async () => {
    world = await createWorld([aScaledObject('worker')], { worker: 42 });
    expect(world.condition('Ready')).toMatchObject({ status: 'False' });
    await world.kube.create(DEPLOYMENTS, aDeployment('worker', 0), { signal: never });
    await world.clock.advance(100);
    expect(world.replicas()).toBe(9);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('tells of a name that is too long for a label, which the API server would refuse to set', async () => {
    const name = 'w'.repeat(64);
    world = await createWorld([aDeployment(name, 0)]);
    world.kube.intercept = ({ verb, subresource }) => {
      if (verb !== 'patch' || subresource !== undefined) return;
      throw new KubeError('invalid label value', { code: 'KUBE_INVALID', retry: 'never', status: 422 });
    };
    await world.kube.create(scaledObjects, aScaledObject(name), { signal: never });
    await world.clock.advance(100);
    expect(world.condition('Ready', name)?.message).toContain('expected at most 63 characters, found 64');
  });

  it('writes an object that kubectl applied once and its HPA once, without kubectl’s copy of it', async () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', team: 'a' };
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', {}, { annotations })]);
    await world.clock.advance(60_000);
    expect(world.hpa()?.metadata.annotations).toMatchObject({ team: 'a' });
    expect(world.hpa()?.metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration');
    expect(world.kube.writes().filter(({ verb }) => verb === 'apply')).toHaveLength(1);
  });

  it('tells that a pause is over even if the object is not in order then', async () => {
    world = await createWorld([
      aDeployment('worker', 0),
      aScaledObject('worker', {}, { annotations: { 'autoscaling.keda.sh/paused-replicas': '2' } }),
    ]);
    expect(world.condition('Paused')).toMatchObject({ status: 'True' });
    await edit({ minReplicaCount: 5, maxReplicaCount: 2 });
    await annotate({ 'autoscaling.keda.sh/paused-replicas': null });
    await world.clock.advance(100);
    expect(world.condition('Ready')).toMatchObject({ status: 'False' });
    expect(world.condition('Paused')).toMatchObject({ status: 'False', reason: 'ScaledObjectUnpaused' });
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBeUndefined();
  });

  it.each([
    ['refused', { scaleTargetRef: { name: 'nobody' } }, {}],
    ['paused', {}, { 'autoscaling.keda.sh/paused': 'true' }],
  ])('says of a %s object without a fallback that none is in force', async (_what, spec, annotations) => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', spec, { annotations })]);
    expect(world.condition('Fallback')).toMatchObject({ status: 'False', reason: 'NoFallbackFound' });
  });

  it('removes the HPA of an object that is paused at something that is no number', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await annotate({ 'autoscaling.keda.sh/paused-replicas': '' });
    await world.clock.advance(100);
    expect(world.hpa()).toBeUndefined();
    expect(world.condition('Paused')).toMatchObject({ status: 'True' });
    expect(world.condition('Ready')?.message).toContain('expected a whole number of replicas, found ""');
    await annotate({ 'autoscaling.keda.sh/paused-replicas': null });
    await world.clock.advance(100);
    expect(world.hpa()).toBeDefined();
  });

  it('leaves a target with one HPA when an older object turns to it', async () => {
    const younger = aScaledObject('zz', { scaleTargetRef: { name: 'other' } });
    world = await createWorld([aDeployment('worker', 0), aDeployment('other', 0), aScaledObject('worker'), younger]);
    expect(world.hpa('keda-hpa-zz')).toBeDefined();
    await edit({ scaleTargetRef: { name: 'other' } });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.scaleTargetRef.name).toBe('other');
    expect(world.condition('Ready', 'zz')?.message).toContain('is scaled by ScaledObject "worker" already');
    expect(world.hpa('keda-hpa-zz')).toBeUndefined();
    await edit({ scaleTargetRef: { name: 'worker' } });
    await world.clock.advance(100);
    expect(world.hpa('keda-hpa-zz')).toBeDefined();
  });

  it('does not let a paused object hold a target that an older one scales', async () => {
    const annotations = { 'autoscaling.keda.sh/paused-replicas': '2' };
    const younger = aScaledObject('zz', { scaleTargetRef: { name: 'worker' } }, { annotations });
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker'), younger]);
    await world.clock.advance(120_000);
    expect(world.replicas()).toBe(0);
    expect(world.kube.writes().filter(({ subresource }) => subresource === 'scale')).toEqual([]);
    expect(world.condition('Ready', 'zz')?.message).toContain('is scaled by ScaledObject "worker" already');
  });

  it.each([
    ['with those of whole pods', {}, { resourceMetricNames: ['cpu'] }],
    ['without those of single containers', { containerName: 'app' }, {}],
  ])('names the metrics of its HPA in the status, %s', async (_which, container, resources) => {
    const cpu = { type: 'cpu', metricType: 'Utilization' as const, metadata: { value: '50', ...container } };
    const triggers = [cpu, { type: 'queue', metadata: { queue: 'worker' } }];
    const object = aScaledObject('worker', { minReplicaCount: 1, triggers });
    world = await createWorld([aDeployment('worker', 1), object]);
    const { externalMetricNames, resourceMetricNames } = world.scaledObject()?.status ?? {};
    const told = { externalMetricNames, ...(resourceMetricNames ? { resourceMetricNames } : {}) };
    expect(told).toEqual({ externalMetricNames: ['s1-queue-worker'], ...resources });
  });

  it('reads on when the clock is set back', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    world.clock.set(world.clock.now() - 3_600_000);
    world.answers.set('worker', 42);
    await world.clock.advance(31_000);
    expect(world.replicas()).toBe(9);
  });

  it('makes an HPA again that went while nobody was watching', async () => {
    world = await createWorld([aDeployment('worker', 0)]);
    world.kube.intercept = ({ verb, resource }) => {
      if (verb !== 'watch' || resource !== 'horizontalpodautoscalers') return;
      throw new KubeError('no watch', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    };
    world.kube.endWatches();
    await world.clock.advance(1_000);
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(100);
    expect(world.hpa()).toBeDefined();
    await world.kube.delete(HORIZONTAL_POD_AUTOSCALERS, { ...key, name: 'keda-hpa-worker' }, { signal: never });
    await world.clock.advance(31_000);
    expect(world.hpa()).toBeDefined();
  });
});
