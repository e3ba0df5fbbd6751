// scalingModifiers: one size from what several queues say together, with what happens when one of them cannot be read.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScaledObjectSpec } from '../../src/api/scaled-object.ts';
import { scaledObjects } from '../../src/api/names.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ hpaSyncMs: 500 });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

type Modifiers = NonNullable<NonNullable<ScaledObjectSpec['advanced']>['scalingModifiers']>;

/** A worker by the queues NAME-a and NAME-b, which its formula knows as queue_a and queue_b; ten of its value for a replica. */
async function applyWorker(name: string, modifiers: Modifiers, spec: Partial<ScaledObjectSpec> = {}): Promise<void> {
  const triggers = ['a', 'b'].map((queue) => ({ ...aTrigger(`${name}-${queue}`), name: `queue_${queue}` }));
  for (const queue of ['a', 'b']) world.broker.createQueue(`${name}-${queue}`);
  const advanced = {
    horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } },
    scalingModifiers: { target: '10', ...modifiers },
  };
  await world.apply(...aScaledWorker(name, { spec: { triggers, advanced, ...spec } }));
}

const hasReplicas = (name: string, replicas: number): Promise<void> =>
  eventually(`${name} has ${replicas} replicas`, async () => expect(await world.replicas(name)).toBe(replicas));

describe('a worker by a formula', () => {
  it('goes from zero to what the formula asks for, is followed by the HPA, and sleeps again', async () => {
    await applyWorker('sum', { formula: 'queue_a + queue_b * 2' });
    await eventually('it is in force', async () => (await world.condition('sum', 'Ready')).status === 'True');
    expect(await world.replicas('sum')).toBe(0);
    await Promise.all([world.send('sum-a', 10), world.send('sum-b', 20)]);
    await hasReplicas('sum', 5);
    expect(world.scaleWrites('sum')).toHaveLength(1);
    await eventually('the HPA knows the one metric', async () => {
      expect((await world.hpa('keda-hpa-sum'))?.spec.metrics).toMatchObject([
        { external: { metric: { name: 'composite-metric' }, target: { type: 'AverageValue', averageValue: '10' } } },
      ]);
      expect(await world.metric('sum', 'composite-metric')).toMatchObject([
        { metricName: 'composite-metric', value: '50' },
      ]);
    });
    expect((await world.scaledObject('sum')).status).toMatchObject({
      compositeScalerName: 'composite-metric',
      externalMetricNames: ['s0-azure-servicebus-sum-a', 's1-azure-servicebus-sum-b'],
    });
    await world.drain('sum-b');
    await hasReplicas('sum', 1);
    await world.drain('sum-a');
    await hasReplicas('sum', 0);
  });

  it.each([
    ['least', 'min(queue_a, queue_b)', 2],
    ['most', 'max(queue_a, queue_b)', 4],
    ['choice', 'queue_a > 15 ? queue_a + 10 : 0', 3],
    ['several', 'count([queue_a, queue_b], { # > 15 }) * 10', 2],
  ])('takes the %s', async (name, formula, replicas) => {
    await applyWorker(name, { formula });
    await Promise.all([world.send(`${name}-a`, 20), world.send(`${name}-b`, 40)]);
    await hasReplicas(name, replicas);
  });

  it('sleeps while its value is not above activationTarget', async () => {
    await applyWorker('quiet', { formula: 'queue_a + queue_b', activationTarget: '25' });
    await world.send('quiet-a', 20);
    await world.looks('quiet', 3);
    expect(await world.replicas('quiet')).toBe(0);
    await world.send('quiet-b', 20);
    await hasReplicas('quiet', 4);
  });
});

describe('a worker by a formula of which a trigger fails', () => {
  const missing = { ...aTrigger('nowhere'), name: 'queue_b' };
  const withMissing = (name: string) => [{ ...aTrigger(`${name}-a`), name: 'queue_a' }, missing];

  it('holds its size, and says why', async () => {
    await applyWorker('held', { formula: 'queue_a + queue_b' });
    await world.send('held-a', 30);
    await hasReplicas('held', 3);
    await world.change(scaledObjects, 'held', { spec: { triggers: withMissing('held') } });
    await eventually('the condition says so', async () => {
      expect(await world.condition('held', 'Ready')).toMatchObject({ status: 'False', reason: 'TriggerError' });
    });
    await world.drain('held-a');
    await world.looks('held', 3);
    expect(await world.replicas('held')).toBe(3);
  });

  it('has its fallback', async () => {
    const fallback = { failureThreshold: 1, replicas: 4 };
    await applyWorker('fallen', { formula: 'queue_a + queue_b' }, { fallback, triggers: withMissing('fallen') });
    await hasReplicas('fallen', 4);
    expect(await world.condition('fallen', 'Fallback')).toMatchObject({ status: 'True', reason: 'FallbackExists' });
  });

  it('goes on without it where the formula says how', async () => {
    const fallback = { failureThreshold: 1, replicas: 4, behavior: 'scalingModifiers' as const };
    const triggers = withMissing('without');
    await applyWorker('without', { formula: 'queue_b ?? queue_a' }, { fallback, triggers });
    await world.send('without-a', 20);
    await hasReplicas('without', 2);
  });
});

it('refuses a formula that cannot be, with the place of the mistake', async () => {
  await applyWorker('wrong', { formula: 'queue_a + queue_c' });
  await eventually('the condition says so', async () => {
    expect(await world.condition('wrong', 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: expect.stringContaining('column 11: no trigger has the name "queue_c": did you mean queue_'),
    });
  });
  expect(await world.hpa('keda-hpa-wrong')).toBeUndefined();
});
