// Whose the HPA is, and what happens to it.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { type Hpa, SPEC_HASH } from '../../../src/controller/hpa.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const patch = (body: unknown) => world.kube.patch(scaledObjects, key, { type: 'merge', body }, { signal: never });
const annotate = (annotations: Record<string, string | null>) => patch({ metadata: { annotations } });

describe('controller/apply-hpa', () => {
  it('renames its HPA and deletes the former one', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await patch({ spec: { advanced: { horizontalPodAutoscalerConfig: { name: 'mine' } } } });
    await world.clock.advance(100);
    expect(world.hpa()).toBeUndefined();
    expect(world.hpa('mine')).toBeDefined();
    expect(world.scaledObject()?.status?.hpaName).toBe('mine');
  });

  it('keeps its HPA when the new name is somebody else’s, and renames it when that is gone', async () => {
    const theirs = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'theirs', namespace: 'shop' },
      spec: { maxReplicas: 3 },
    } as KubeObject;
    world = await createWorld([aDeployment('worker', 0), theirs, aScaledObject('worker')]);
    await patch({ spec: { advanced: { horizontalPodAutoscalerConfig: { name: 'theirs' } } } });
    await world.clock.advance(100);
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('HorizontalPodAutoscaler "theirs" exists already'),
    });
    expect(world.hpa()?.spec.maxReplicas).toBe(100);
    expect(world.scaledObject()?.status?.hpaName).toBe('keda-hpa-worker');
    await world.kube.delete(HORIZONTAL_POD_AUTOSCALERS, { ...key, name: 'theirs' }, { signal: never });
    await world.clock.advance(30_000);
    expect([world.hpa(), world.hpa('theirs')?.spec.maxReplicas]).toEqual([undefined, 100]);
  });

  it('deletes one of a former name that it did not live to put on record', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await world.stop();
    const status = { hpaName: null };
    await world.kube.patch(
      scaledObjects,
      key,
      { type: 'merge', body: { status } },
      { signal: never, subresource: 'status' },
    );
    await patch({ spec: { advanced: { horizontalPodAutoscalerConfig: { name: 'mine' } } } });
    await world.restart();
    await world.clock.advance(30_000);
    expect(world.hpa()).toBeUndefined();
    expect(world.hpa('mine')).toBeDefined();
  });

  it('puts back an HPA that was deleted or changed', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await world.kube.delete(HORIZONTAL_POD_AUTOSCALERS, { ...key, name: 'keda-hpa-worker' }, { signal: never });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.maxReplicas).toBe(100);
    const spec = { maxReplicas: 3 };
    const body = { type: 'merge', body: { spec } } as const;
    await world.kube.patch(HORIZONTAL_POD_AUTOSCALERS, { ...key, name: 'keda-hpa-worker' }, body, { signal: never });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.maxReplicas).toBe(100);
  });

  it('leaves an HPA that somebody made by hand alone, until it is told to take it', async () => {
    const hpa = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'keda-hpa-worker', namespace: 'shop' },
      spec: { maxReplicas: 3 },
    } as KubeObject;
    world = await createWorld([aDeployment('worker', 0), hpa, aScaledObject('worker')], { worker: 42 });
    await world.clock.advance(60_000);
    expect(world.hpa()?.spec.maxReplicas).toBe(3);
    expect(world.replicas()).toBe(0);
    expect(world.condition('Ready')?.message).toContain('scaledobject.keda.sh/transfer-hpa-ownership: "true"');
    await annotate({ 'scaledobject.keda.sh/transfer-hpa-ownership': 'true' });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.maxReplicas).toBe(100);
    expect(world.replicas()).toBe(9);
  });

  it('writes no HPA again that a webhook of the cluster changes on its way in', async () => {
    world = await createWorld([aDeployment('worker', 0)]);
    const { apply } = world.kube;
    world.kube.apply = (resource, object, options) => {
      const { spec } = object as unknown as Hpa;
      const changed = { ...object, spec: { ...spec, maxReplicas: 7, behavior: { scaleUp: { selectPolicy: 'Min' } } } };
      return apply(resource, changed as typeof object, options);
    };
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.maxReplicas).toBe(7);
    world.kube.history.length = 0;
    await world.clock.advance(120_000);
    expect(world.kube.writes()).toEqual([]);
    await patch({ spec: { minReplicaCount: 2 } });
    await world.clock.advance(100);
    expect(world.hpa()?.spec.minReplicas).toBe(2);
  });

  it('gives way for a minute to somebody who rewrites its HPA to mean the same', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { pollingInterval: 5 })]);
    const hpaKey = { ...key, name: 'keda-hpa-worker' };
    // As KEDA does, which holds every label of its own to be right and every annotation of ours to be wrong.
    const rewrite = async (spec = {}): Promise<void> => {
      const metadata = { annotations: { [SPEC_HASH]: null }, labels: { 'app.kubernetes.io/version': 'main' } };
      const body = { type: 'merge', body: { metadata, spec } } as const;
      await world.kube.patch(HORIZONTAL_POD_AUTOSCALERS, hpaKey, body, { signal: never });
      await world.clock.advance(100);
    };
    const isOurs = (): boolean => world.hpa()?.metadata.annotations?.[SPEC_HASH] !== undefined;
    await rewrite();
    expect(isOurs()).toBe(false);
    await world.clock.advance(50_000);
    expect(isOurs()).toBe(false);
    await world.clock.advance(20_000);
    expect(isOurs()).toBe(true);
    await rewrite();
    // A clock that was set back makes no longer minute.
    world.clock.set(world.clock.now() - 3_600_000);
    await world.clock.advance(6_000);
    expect(isOurs()).toBe(true);
    await rewrite({ maxReplicas: 3 });
    expect(isOurs()).toBe(true);
    expect(world.hpa()?.spec.maxReplicas).toBe(100);
  });
});
