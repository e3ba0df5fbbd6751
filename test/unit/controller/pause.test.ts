// The pause annotations, alone and together, and force-activation beside them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { annotations, scaledObjects } from '../../../src/api/names.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const { paused, pausedReplicas, pausedScaleIn, pausedScaleOut, forceActivation } = annotations;
const key = { namespace: 'shop', name: 'worker' };
const change = (body: object) => world.kube.patch(scaledObjects, key, { type: 'merge', body }, { signal: never });
async function annotate(values: Record<string, string | null>): Promise<void> {
  await change({ metadata: { annotations: values } });
  await world.clock.advance(100);
}
const start = async (
  values: Record<string, string>,
  { replicas = 0, messages = 0, spec = {} }: { replicas?: number; messages?: number; spec?: Partial<ScaledObjectSpec> },
): Promise<void> => {
  const object = aScaledObject('worker', { cooldownPeriod: 60, ...spec }, { annotations: values });
  world = await createWorld([aDeployment('worker', replicas), object], { worker: messages });
};
const reasons = (): string[] => world.events.map(({ reason }) => reason);
const resize = (replicas: number) =>
  world.kube.patch(DEPLOYMENTS, key, { type: 'merge', body: { spec: { replicas } } }, { signal: never });

describe('controller/pause', () => {
  it('pauses: no HPA, no reads, replicas as they are; and goes on afterwards', async () => {
    await start({}, { messages: 10 });
    await annotate({ [paused]: 'true' });
    expect(world.hpa()).toBeUndefined();
    expect(world.condition('Paused')).toMatchObject({ status: 'True', reason: 'ScaledObjectPaused' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True', message: 'paused by annotation' });
    const reads = world.reads();
    world.answers.set('worker', 50);
    await world.clock.advance(120_000);
    expect([world.replicas(), world.reads()]).toEqual([2, reads]);
    await annotate({ [paused]: null });
    expect(world.replicas()).toBe(10);
    expect(world.hpa()).toBeDefined();
    expect(world.condition('Paused')).toMatchObject({ status: 'False', reason: 'ScaledObjectUnpaused' });
    expect(reasons()).toEqual(expect.arrayContaining(['ScaledObjectPaused', 'ScaledObjectUnpaused']));
  });

  it('holds the size of paused-replicas, and says which', async () => {
    await start({}, { messages: 42 });
    await annotate({ [pausedReplicas]: '2' });
    expect(world.replicas()).toBe(2);
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBe(2);
    await annotate({ [pausedReplicas]: 'two' });
    expect(world.condition('Ready')?.message).toContain('expected a whole number of replicas, found "two"');
    await annotate({ [pausedReplicas]: null });
    expect(world.replicas()).toBe(9);
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBeUndefined();
  });

  it.each<[string, Record<string, string>, number, number | undefined]>([
    ['paused', { [paused]: 'true' }, 3, undefined],
    ['paused-replicas', { [pausedReplicas]: '5' }, 5, 5],
    ['paused-replicas 0', { [pausedReplicas]: '0' }, 0, 0],
    ['both: the size counts', { [paused]: 'true', [pausedReplicas]: '5' }, 5, 5],
    ['paused false beside paused-replicas, whose presence pauses', { [paused]: 'false', [pausedReplicas]: '5' }, 5, 5],
    [
      'paused beside both directions',
      { [paused]: 'true', [pausedScaleIn]: 'true', [pausedScaleOut]: 'true' },
      3,
      undefined,
    ],
    ['paused beside force-activation', { [paused]: 'true', [forceActivation]: 'true' }, 3, undefined],
    ['paused-replicas beside force-activation', { [pausedReplicas]: '0', [forceActivation]: 'true' }, 0, 0],
  ])('is paused from its creation on by %s', async (_what, values, replicas, count) => {
    await start(values, { replicas: 3, messages: 42 });
    await world.clock.advance(120_000);
    expect([world.replicas(), world.hpa(), world.reads()]).toEqual([replicas, undefined, 0]);
    expect(world.condition('Paused')).toMatchObject({ status: 'True', reason: 'ScaledObjectPaused' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledObjectReady' });
    expect(world.condition('Active')).toMatchObject({ status: 'Unknown' });
    expect(world.scaledObject()?.status?.pausedReplicaCount).toBe(count);
    expect(reasons().filter((reason) => reason === 'ScaledObjectPaused')).toHaveLength(1);

    world.kube.history.length = 0;
    await world.clock.advance(120_000);
    expect(world.kube.writes()).toEqual([]);

    await annotate(Object.fromEntries(Object.keys(values).map((name) => [name, null])));
    expect(world.replicas()).toBe(9);
    expect(world.hpa()?.spec).not.toHaveProperty('behavior');
    expect(world.scaledObject()?.status).not.toHaveProperty('pausedReplicaCount');
    expect(world.condition('Paused')).toMatchObject({ status: 'False' });
  });

  it.each<[string, Record<string, string>, object]>([
    ['in', { [pausedScaleIn]: 'true' }, { scaleDown: { selectPolicy: 'Disabled' } }],
    ['out', { [pausedScaleOut]: '' }, { scaleUp: { selectPolicy: 'Disabled' } }],
    [
      'in and out',
      { [pausedScaleIn]: '1', [pausedScaleOut]: 't' },
      { scaleDown: { selectPolicy: 'Disabled' }, scaleUp: { selectPolicy: 'Disabled' } },
    ],
  ])('pauses scaling %s by the HPA’s behavior alone, and goes on reading', async (what, values, behavior) => {
    await start(values, { messages: 42, replicas: 1 });
    expect(world.hpa()?.spec.behavior).toEqual(behavior);
    expect(world.condition('Paused')).toMatchObject({
      status: 'True',
      message: `scaling ${what.replace('and', 'and scaling')} is paused by annotation`,
    });
    expect(world.condition('Active')).toMatchObject({ status: 'True' });
    const mayGrow = pausedScaleOut in values ? 1 : 9;
    expect(world.replicas()).toBe(mayGrow);
    world.answers.set('worker', 0);
    await world.clock.advance(300_000);
    expect(world.replicas()).toBe(pausedScaleIn in values ? mayGrow : 0);
  });

  it('turns from one kind of pause into another', async () => {
    await start({ [pausedReplicas]: '2' }, { messages: 42 });
    await annotate({ [pausedReplicas]: null, [paused]: 'true' });
    expect(world.scaledObject()?.status).not.toHaveProperty('pausedReplicaCount');
    expect(world.condition('Paused')?.message).toBe('scaling is paused by annotation');
    expect(world.replicas()).toBe(2);
    await annotate({ [paused]: null, [pausedScaleOut]: 'true' });
    expect(world.condition('Paused')?.message).toBe('scaling out is paused by annotation');
    expect([world.replicas(), world.hpa()?.spec.behavior]).toEqual([2, { scaleUp: { selectPolicy: 'Disabled' } }]);
    await annotate({ [pausedReplicas]: '4' });
    expect([world.replicas(), world.hpa()]).toEqual([4, undefined]);
    expect(reasons().filter((reason) => reason === 'ScaledObjectUnpaused')).toEqual([]);
  });

  it('puts back the held size when somebody else changes it', async () => {
    await start({ [pausedReplicas]: '2' }, {});
    await resize(7);
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(2);
  });

  it('leaves whatever size somebody else chooses while it is paused without one', async () => {
    await start({ [paused]: 'true' }, { replicas: 2 });
    await resize(7);
    await world.clock.advance(120_000);
    expect(world.replicas()).toBe(7);
  });

  it('says once that the target to hold is missing, and holds it when it comes', async () => {
    world = await createWorld([aScaledObject('worker', {}, { annotations: { [pausedReplicas]: '2' } })]);
    await world.clock.advance(120_000);
    expect(world.condition('Paused')).toMatchObject({ status: 'True' });
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledObjectCheckFailed' });
    expect(reasons()).not.toContain('ScaledObjectReady');
    expect(reasons().filter((reason) => reason === 'ScaledObjectCheckFailed')).toHaveLength(1);
    world.kube.history.length = 0;
    await world.clock.advance(120_000);
    expect(world.kube.writes()).toEqual([]);
    await world.kube.create(DEPLOYMENTS, aDeployment('worker', 0), { signal: never });
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(2);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('knows the size from before it held another one, and restores that at the end', async () => {
    const advanced = { restoreToOriginalReplicaCount: true };
    await start({ [pausedReplicas]: '1' }, { replicas: 6, spec: { advanced } });
    expect(world.replicas()).toBe(1);
    expect(world.scaledObject()?.status?.originalReplicaCount).toBe(6);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect([world.scaledObject(), world.replicas()]).toEqual([undefined, 6]);
  });

  it('lets a paused object go, and leaves the size alone unless another was asked for', async () => {
    await start({ [paused]: 'true' }, { replicas: 6 });
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect([world.scaledObject(), world.replicas()]).toEqual([undefined, 6]);
  });

  it('raises an inactive target to its minimum although scaling out is paused', async () => {
    await start({ [pausedScaleOut]: 'true' }, { spec: { minReplicaCount: 2 } });
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(2);
  });

  it('goes neither to idleReplicaCount nor leaves it while that direction is paused', async () => {
    const spec = { minReplicaCount: 2, idleReplicaCount: 0 };
    await start({ [pausedScaleIn]: 'true' }, { replicas: 3, spec });
    await world.clock.advance(300_000);
    expect(world.replicas()).toBe(3);
    await annotate({ [pausedScaleIn]: null, [pausedScaleOut]: 'true' });
    await world.clock.advance(120_000);
    expect(world.replicas()).toBe(0);
    world.answers.set('worker', 42);
    await world.clock.advance(60_000);
    expect(world.replicas()).toBe(0);
  });
});

describe('force-activation', () => {
  it('keeps an idle target awake, and lets it rest a cooldown after it is gone', async () => {
    await start({ [forceActivation]: '' }, {});
    expect(world.replicas()).toBe(1);
    expect(world.condition('Active')).toMatchObject({ status: 'True', reason: 'ScalerActive' });
    await world.clock.advance(600_000);
    expect(world.replicas()).toBe(1);
    await annotate({ [forceActivation]: 'false' });
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerCooldown' });
    await world.clock.advance(90_000);
    expect(world.replicas()).toBe(0);
  });

  it('wakes to minReplicaCount, from idleReplicaCount as well', async () => {
    await start({ [forceActivation]: 'true' }, { spec: { minReplicaCount: 3, idleReplicaCount: 0 } });
    expect(world.replicas()).toBe(3);
  });

  it('wakes a target whose triggers all fail, and says that they do', async () => {
    await start({}, { messages: 0 });
    world.answers.set('worker', new SourceUnavailableError('connection refused'));
    await annotate({ [forceActivation]: 'true' });
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(1);
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'PartialTriggerError' });
  });

  it('wakes nothing while scaling out is paused', async () => {
    await start({ [forceActivation]: 'true', [pausedScaleOut]: 'true' }, {});
    await world.clock.advance(60_000);
    expect(world.replicas()).toBe(0);
  });
});
