// The one metric that a formula makes of several triggers: what the HPA is told of it, and what the object says.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { ExternalMetric } from '../../../src/metrics-adapter/provider.ts';
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

const refused = new SourceUnavailableError('queue test: connection refused');
const ask = (metric: string): Promise<readonly ExternalMetric[]> =>
  world.controller.metrics.read(
    { namespace: 'shop', metric, labels: new Map([['scaledobject.keda.sh/name', 'worker']]) },
    never,
  );
const fails = async (asked: Promise<unknown>, code: string, text: string): Promise<void> =>
  expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining(text) });

describe('controller/composite-metric', () => {
  const triggers = ['left', 'right'].map((queue) => ({ type: 'queue', name: queue, metadata: { queue } }));
  const aFormula = async (
    { spec = {}, ...modifiers }: { spec?: Partial<ScaledObjectSpec>; formula?: string; metricType?: 'Value' },
    answers: Record<string, Answer> = { left: 4, right: 30 },
  ): Promise<void> => {
    const advanced = { scalingModifiers: { formula: 'left + right * 2', target: '10', ...modifiers } };
    const objects = [aDeployment('worker', 1), aScaledObject('worker', { triggers, advanced, ...spec })];
    world = await createWorld(objects, answers);
  };

  it('answers with what the formula makes of the triggers, which stay to be seen by themselves', async () => {
    await aFormula({});
    expect(await ask('composite-metric')).toMatchObject([{ name: 'composite-metric', value: 64 }]);
    expect(await ask('Composite-Metric')).toMatchObject([{ name: 'composite-metric', value: 64 }]);
    expect(await ask('s1-queue-right')).toMatchObject([{ value: 30 }]);
    expect(world.hpa()?.spec.metrics).toMatchObject([{ external: { metric: { name: 'composite-metric' } } }]);
    expect(world.scaledObject()?.status).toMatchObject({
      compositeScalerName: 'composite-metric',
      externalMetricNames: ['s0-queue-left', 's1-queue-right'],
    });
  });

  it('goes on with the last good values for a while, and then has none', async () => {
    await aFormula({});
    world.answers.set('right', refused);
    await world.clock.advance(30_000);
    expect(await ask('composite-metric')).toMatchObject([{ value: 64 }]);
    await world.clock.advance(60_000);
    await fails(ask('composite-metric'), 'METRIC_UNAVAILABLE', 'connection refused [SOURCE_UNAVAILABLE]');
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'TriggerError' });
  });

  it('answers with the fallback’s replicas once a trigger has failed often enough', async () => {
    await aFormula({ spec: { fallback: { failureThreshold: 1, replicas: 6 } } });
    world.answers.set('left', refused);
    await world.clock.advance(60_000);
    expect(await ask('composite-metric')).toMatchObject([{ value: 60 }]);
    expect(world.condition('Fallback')).toMatchObject({ status: 'True' });
  });

  it('makes a failed trigger nil to a formula that was written for that', async () => {
    const fallback = { failureThreshold: 1, replicas: 6, behavior: 'scalingModifiers' as const };
    await aFormula({ formula: '(left ?? 100) + right', spec: { fallback } });
    world.answers.set('left', refused);
    await world.clock.advance(60_000);
    expect(await ask('composite-metric')).toMatchObject([{ value: 130 }]);
  });

  it('has no composite metric without a formula, and says so', async () => {
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker')], { worker: 7 });
    await fails(ask('composite-metric'), 'METRIC_NOT_FOUND', 'has no metric composite-metric; it has s0-queue-worker');
  });

  it('scales by single triggers again when the formula is taken away', async () => {
    await aFormula({});
    await world.kube.patch(
      scaledObjects,
      { namespace: 'shop', name: 'worker' },
      { type: 'merge', body: { spec: { advanced: { scalingModifiers: null } } } },
      { signal: never },
    );
    await world.clock.advance(1_000);
    expect(world.hpa()?.spec.metrics).toHaveLength(2);
    expect(world.scaledObject()?.status).not.toHaveProperty('compositeScalerName');
  });

  it('holds what a formula gives no number for, and tells so in the condition and once in an Event', async () => {
    await aFormula({ formula: 'left / right * 10' }, { left: 6, right: 2 });
    expect(world.replicas()).toBe(3);
    world.answers.set('right', 0);
    await world.clock.advance(600_000);
    expect(world.replicas()).toBe(3);
    const message = 'the formula gives Infinity, which is no number to scale by: does it divide by zero?';
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'TriggerError', message });
    expect(world.condition('Active')).toMatchObject({ status: 'Unknown' });
    expect(world.events.filter(({ reason }) => reason === 'KEDAScalerFailed')).toHaveLength(1);
  });
});
