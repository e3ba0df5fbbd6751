// spec.fallback as the loop and the metrics API follow it: the same sources, the same number.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { Fallback, ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { AuthError, SourceUnavailableError } from '../../../src/errors.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import {
  aDeployment,
  aScaledObject,
  type Answer,
  createWorld,
  never,
  type World,
} from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

type Behavior = NonNullable<Fallback['behavior']> | undefined;

const METRIC = 's0-queue-worker';
const refused = new SourceUnavailableError('queue test: connection refused');
const ready = (replicas: number, readyReplicas: number | undefined = replicas): KubeObject =>
  Object.assign(aDeployment('worker', replicas), readyReplicas === undefined ? {} : { status: { readyReplicas } });
const start = async (
  fallback: Fallback,
  target: KubeObject,
  spec: Partial<ScaledObjectSpec> = {},
  answers: Record<string, Answer> = { worker: refused },
): Promise<void> => {
  world = await createWorld([target, aScaledObject('worker', { fallback, cooldownPeriod: 600, ...spec })], answers);
};
const valueOf = async (metric = METRIC): Promise<number | string> => {
  const labels = new Map([['scaledobject.keda.sh/name', 'worker']]);
  const asked = world.controller.metrics.read({ namespace: 'shop', metric, labels }, never);
  return asked.then(
    ([found]) => found?.value ?? 'nothing',
    (error: { code: string }) => error.code,
  );
};
const health = () => world.scaledObject()?.status?.health;

describe('spec.fallback', () => {
  // Each replica handles five; the fallback says four.
  it.each<[Behavior, number, number, number]>([
    [undefined, 2, 4, 20],
    ['static', 2, 4, 20],
    ['static', 7, 7, 20],
    ['currentReplicas', 2, 2, 10],
    ['currentReplicas', 7, 7, 35],
    ['currentReplicasIfHigher', 2, 4, 20],
    ['currentReplicasIfHigher', 7, 7, 35],
    ['currentReplicasIfLower', 2, 2, 10],
    ['currentReplicasIfLower', 7, 7, 20],
  ])('with behavior %s takes %i replicas to %i, and has the HPA told %i', async (behavior, replicas, after, told) => {
    const fallback = { failureThreshold: 1, replicas: 4, ...(behavior === undefined ? {} : { behavior }) };
    await start(fallback, ready(replicas));
    await world.clock.advance(15_000);
    expect(world.replicas()).toBe(after);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True', reason: 'FallbackExists' });
    expect(world.condition('Active')).toMatchObject({ status: 'True' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    // Of what there was at the look that found the failure.
    expect(await valueOf()).toBe(behavior?.startsWith('current') ? told : 20);
  });

  // A Value is multiplied by the pods that are Ready.
  it.each<[string, number, number | undefined, number | string]>([
    ['all are Ready', 2, 2, 10],
    ['some are Ready', 4, 3, 20 / 3],
    ['none is Ready', 4, 0, 'METRIC_UNAVAILABLE'],
  ])('divides a Value by the Ready pods when %s', async (_what, replicas, readyReplicas, told) => {
    const triggers = [{ type: 'queue', metricType: 'Value', metadata: { queue: 'worker' } }];
    await start({ failureThreshold: 0, replicas: 4 }, ready(replicas, readyReplicas), { triggers });
    expect(await valueOf()).toBe(told);
  });

  it('wakes a target at zero by a Value as well', async () => {
    const triggers = [{ type: 'queue', metricType: 'Value', metadata: { queue: 'worker' } }];
    await start({ failureThreshold: 0, replicas: 4 }, ready(0), { triggers });
    expect(world.replicas()).toBe(4);
  });

  it('is in force at the first failure with a threshold of 0, and not before the fourth with 3', async () => {
    await start({ failureThreshold: 0, replicas: 4 }, ready(0));
    expect(world.replicas()).toBe(4);
    await world.stop();
    await start({ failureThreshold: 3, replicas: 4 }, ready(0));
    await world.clock.advance(89_000);
    expect([world.replicas(), world.condition('Fallback')?.status]).toEqual([0, 'False']);
    await world.clock.advance(31_000);
    expect([world.replicas(), world.condition('Fallback')?.status]).toEqual([4, 'True']);
  });

  it('goes no further than maxReplicaCount', async () => {
    await start({ failureThreshold: 0, replicas: 40 }, ready(0), { maxReplicaCount: 10 });
    expect(world.replicas()).toBe(10);
    expect(await valueOf()).toBe(200);
  });

  it('begins to count anew after a success', async () => {
    await start({ failureThreshold: 2, replicas: 4 }, ready(1));
    await world.clock.advance(14_000);
    expect(health()).toEqual({ [METRIC]: { numberOfFailures: expect.any(Number), status: 'Failing' } });
    world.answers.set('worker', 3);
    await world.clock.advance(14_000);
    expect(health()).toEqual({ [METRIC]: { numberOfFailures: 0, status: 'Happy' } });
    world.answers.set('worker', refused);
    await world.clock.advance(27_500);
    expect(world.condition('Fallback')).toMatchObject({ status: 'False' });
    await world.clock.advance(14_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
    expect(world.replicas()).toBe(4);
  });

  it('goes on where it was when the program starts anew, and ends with the first success', async () => {
    await start({ failureThreshold: 2, replicas: 4 }, ready(1));
    await world.clock.advance(60_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
    const events = world.events.length;
    await world.restart();
    await world.clock.advance(5_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
    expect(health()).toEqual({ [METRIC]: { numberOfFailures: 3, status: 'Failing' } });
    expect(await valueOf()).toBe(20);
    expect(world.events.slice(events).map(({ reason }) => reason)).not.toContain('ScaledObjectFallbackDeactivated');
    world.answers.set('worker', 3);
    await world.clock.advance(15_000);
    world.answers.set('worker', refused);
    await world.clock.advance(15_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'False' });
  });

  it.each<[string, Answer]>([
    ['asks to be left alone for an hour', new SourceUnavailableError('too many requests', { retryAfterMs: 3_600_000 })],
    ['refuses the login, and is asked less and less often', new AuthError('not permitted')],
  ])('counts the looks at which a source is not asked because it %s', async (_what, answer) => {
    await start({ failureThreshold: 3, replicas: 4 }, ready(1), { pollingInterval: 10 }, { worker: answer });
    await world.clock.advance(25_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'False' });
    await world.clock.advance(20_000);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
    expect([world.replicas(), await valueOf()]).toEqual([4, 20]);
    world.kube.history.length = 0;
    await world.clock.advance(40_000);
    expect(world.kube.writes().length).toBeLessThanOrEqual(1);
  });

  it('stands in for the trigger that fails alone', async () => {
    const triggers = ['worker', 'other'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    await start({ failureThreshold: 1, replicas: 4 }, ready(1), { triggers }, { worker: refused, other: 30 });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'PartialTriggerError' });
    await world.clock.advance(15_000);
    expect(world.replicas()).toBe(6);
    expect([await valueOf(), await valueOf('s1-queue-other')]).toEqual([20, 30]);
    expect(world.condition('Fallback')?.message).toBe(`in force for ${METRIC}`);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    world.answers.set('other', 0);
    await world.clock.advance(700_000);
    expect(world.replicas()).toBe(6);
  });

  it('holds, while one trigger is in fallback and another fails too, what the fallback asks for', async () => {
    const triggers = ['worker', 'other'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    await start({ failureThreshold: 2, replicas: 4 }, ready(1), { triggers }, { worker: refused, other: 3 });
    await world.clock.advance(60_000);
    expect(world.replicas()).toBe(4);
    world.answers.set('other', refused);
    await world.clock.advance(15_000);
    expect(world.replicas()).toBe(4);
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'PartialTriggerError' });
  });

  it('is in force with useCachedMetrics until a trigger answers, however often the HPA asks', async () => {
    const triggers = [{ type: 'queue', useCachedMetrics: true, metadata: { queue: 'worker' } }];
    await start({ failureThreshold: 1, replicas: 4 }, ready(1), { triggers });
    await world.clock.advance(60_000);
    for (let asked = 0; asked < 5; asked++) {
      expect(await valueOf()).toBe(20);
      await world.clock.advance(7_000);
      expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
      expect(health()).toEqual({ [METRIC]: { numberOfFailures: 2, status: 'Failing' } });
    }
  });

  it('forgets the health of triggers that are gone, and all of it with the fallback', async () => {
    const triggers = ['worker', 'other'].map((queue) => ({ type: 'queue', metadata: { queue } }));
    await start({ failureThreshold: 1, replicas: 4 }, ready(1), { triggers }, { worker: refused, other: 3 });
    expect(Object.keys(health() ?? {})).toEqual([METRIC, 's1-queue-other']);
    const edit = async (spec: object): Promise<void> => {
      const key = { namespace: 'shop', name: 'worker' };
      await world.kube.patch(scaledObjects, key, { type: 'merge', body: { spec } }, { signal: never });
      await world.clock.advance(100);
    };
    await edit({ triggers: triggers.slice(0, 1) });
    expect(Object.keys(health() ?? {})).toEqual([METRIC]);
    expect(Object.keys(world.scaledObject()?.status?.triggersActivity ?? {})).not.toContain('s1-queue-other');
    await edit({ fallback: null });
    expect(health()).toBeUndefined();
    expect(world.condition('Fallback')).toMatchObject({ status: 'False', reason: 'NoFallbackFound' });
  });
});
