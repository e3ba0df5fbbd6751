// KEDA's series, as a whole controller tells them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { annotations, scaledObjects } from '../../../src/api/names.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { DecisionSpan } from '../../../src/telemetry/decision-span.ts';
import { createTelemetry } from '../../../src/telemetry.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';
import { textOf } from '../../support/exposition.ts';

let world: World | undefined;
afterEach(() => world?.stop());
let telemetry = createTelemetry();

async function start(...args: Parameters<typeof createWorld>): Promise<World> {
  telemetry = createTelemetry();
  world = await createWorld(args[0], args[1], { ...args[2], telemetry });
  await world.clock.advance(30_000);
  return world;
}

/** Lines of KEDA's series about objects and triggers, without what they are about in general. */
async function series(pattern: RegExp): Promise<readonly string[]> {
  return (await textOf(telemetry)).split('\n').filter((line) => !line.startsWith('#') && pattern.test(line));
}

const trigger = (name: string) =>
  `namespace="shop",metric="s0-queue-${name}",scaledObject="${name}",scaler="queueScaler",triggerIndex="0",type="scaledobject"`;
const worker = trigger('worker');
const key = { namespace: 'shop', name: 'worker' };
const refused = new SourceUnavailableError('queue trigger: refused');

describe('the series of a trigger', () => {
  it('tell its value, activity, latency and errors under KEDA’s names', async () => {
    await start([aDeployment('worker', 1), aScaledObject('worker')], { worker: 7 });
    expect(await series(/^keda_scaler/)).toEqual([
      `keda_scaler_metrics_value{${worker}} 7`,
      `keda_scaler_metrics_latency_seconds{${worker}} 0`,
      `keda_scaler_active{${worker}} 1`,
      `keda_scaler_detail_errors_total{${worker}} 0`,
    ]);
  });

  it('are called by the trigger’s own name where it has one', async () => {
    const triggers = [{ type: 'queue', name: 'orders', metadata: { queue: 'worker' } }];
    await start([aDeployment('worker', 1), aScaledObject('worker', { triggers })]);
    expect(await series(/^keda_scaler_active/)).toEqual([expect.stringContaining('scaler="orders"')]);
  });

  it('count every failed read, and keep the last value', async () => {
    const { answers, clock } = await start([aDeployment('worker', 1), aScaledObject('worker')], { worker: 7 });
    answers.set('worker', refused);
    await clock.advance(60_000);
    const [errors = ''] = await series(/^keda_scaler_detail_errors_total/);
    expect(Number(errors.split(' ').at(-1))).toBeGreaterThanOrEqual(2);
    expect(await series(/^keda_scaler_(metrics_value|active)/)).toEqual([
      `keda_scaler_metrics_value{${worker}} 7`,
      `keda_scaler_active{${worker}} 1`,
    ]);
    expect(await series(/^keda_scaled_object_errors_total/)).toEqual([
      `keda_scaled_object_errors_total{namespace="shop",scaledObject="worker"} ${errors.split(' ').at(-1)}`,
    ]);
  });

  it('count a failure of a read that two objects share for each of them, once', async () => {
    const same = { triggers: [{ type: 'queue', metadata: { queue: 'shared' } }], pollingInterval: 30 };
    const objects = ['one', 'two'].flatMap((name) => [aDeployment(name, 1), aScaledObject(name, same)]);
    const { reads } = await start(objects, { shared: refused });
    const counted = await series(/^keda_scaler_detail_errors_total/);
    const numbers = counted.map((line) => Number(line.split(' ').at(-1)));
    expect(numbers).toHaveLength(2);
    for (const number of numbers) {
      expect(number).toBeGreaterThan(0);
      expect(number).toBeLessThanOrEqual(reads());
    }
  });

  it('have no value before there was one, and are no zero because of that', async () => {
    await start([aDeployment('worker', 1), aScaledObject('worker')], { worker: refused });
    expect(await series(/^keda_scaler_(metrics_value|active)/)).toEqual([]);
    expect(await series(/^keda_scaler_detail_errors_total/)).toHaveLength(1);
  });

  it('stand for a cpu trigger as active, with the resource as metric', async () => {
    const triggers = [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '50' } }];
    await start([aDeployment('worker', 1), aScaledObject('worker', { minReplicaCount: 1, triggers })]);
    expect(await series(/^keda_scaler/)).toEqual([
      'keda_scaler_active{namespace="shop",metric="cpu",scaledObject="worker",scaler="cpuMemoryScaler",triggerIndex="0",type="scaledobject"} 1',
    ]);
  });

  it('leave activity to the composite metric where there is a formula', async () => {
    const triggers = [{ type: 'queue', name: 'q', metadata: { queue: 'worker' } }];
    const advanced = { scalingModifiers: { formula: 'q * 2', target: '5' } };
    await start([aDeployment('worker', 1), aScaledObject('worker', { triggers, advanced })], { worker: 7 });
    const composite =
      'namespace="shop",metric="composite-metric",scaledObject="worker",scaler="composite-metric",triggerIndex="0",type="scaledobject"';
    expect(await series(/^keda_scaler_active/)).toEqual([`keda_scaler_active{${composite}} 1`]);
    expect(await series(/^keda_scaler_metrics_value/)).toEqual([
      `keda_scaler_metrics_value{${worker.replace('queueScaler', 'q')}} 7`,
      `keda_scaler_metrics_value{${composite}} 14`,
    ]);
  });
});

describe('no series is left over', () => {
  const two = () => [
    aDeployment('worker', 1),
    aScaledObject('worker'),
    aDeployment('other', 1),
    aScaledObject('other'),
  ];

  it('of an object that is gone', async () => {
    const { kube, clock } = await start(two());
    expect(await series(/"worker"/)).not.toEqual([]);
    await kube.delete(scaledObjects, key, { signal: never });
    await clock.advance(1_000);
    expect(await series(/"worker"/)).toEqual([]);
    expect(await series(/^keda_scaler_active/)).toEqual([`keda_scaler_active{${trigger('other')}} 0`]);
    expect(await series(/^keda_(trigger|resource)_registered_total/)).toEqual([
      'keda_trigger_registered_total{type="queue"} 1',
      'keda_resource_registered_total{type="scaled_object",namespace="shop"} 1',
    ]);
  });

  it('of an object that is paused, and says so', async () => {
    const { kube, clock } = await start(two());
    const pause = (value: string | null) =>
      kube.patch(
        scaledObjects,
        key,
        { type: 'merge', body: { metadata: { annotations: { [annotations.paused]: value } } } },
        { signal: never },
      );
    await pause('true');
    await clock.advance(1_000);
    expect(await series(/^keda_scaler.*"worker"/)).toEqual([]);
    expect(await series(/^keda_scaled_object_paused/)).toEqual([
      'keda_scaled_object_paused{namespace="shop",scaledObject="worker"} 1',
      'keda_scaled_object_paused{namespace="shop",scaledObject="other"} 0',
    ]);
    await pause(null);
    await clock.advance(30_000);
    expect(await series(/^keda_scaler_active.*"worker"/)).toHaveLength(1);
  });

  it('of a trigger that was taken away or changed', async () => {
    const triggers = [{ type: 'queue', metadata: { queue: 'a' } }];
    const { kube, clock } = await start([aDeployment('worker', 1), aScaledObject('worker', { triggers })]);
    const body = { spec: { triggers: [{ type: 'queue', metadata: { queue: 'b' } }] } };
    await kube.patch(scaledObjects, key, { type: 'merge', body }, { signal: never });
    await clock.advance(30_000);
    expect(await series(/s0-queue-a/)).toEqual([]);
    expect(await series(/^keda_scaler_active\{.*s0-queue-b/)).toHaveLength(1);
  });

  it('of an object that another replica acts on', async () => {
    const theirs = { owns: () => false, subscribe() {}, note() {}, noteOn: () => undefined };
    const ownership = { ...theirs, whileOwned: async () => ({ kind: 'not-now' }) as const };
    await start([aDeployment('worker', 1), aScaledObject('worker')], {}, { ownership });
    expect(await series(/"worker"|registered_total\{/)).toEqual([]);
  });
});

describe('the series of an object', () => {
  it('count what is refused as an error, and are there at 0 before', async () => {
    await start([aDeployment('worker', 1), aScaledObject('worker'), aScaledObject('broken', { triggers: [] })]);
    const [fine, broken = ''] = await series(/^keda_scaled_object_errors_total/);
    expect(fine).toBe('keda_scaled_object_errors_total{namespace="shop",scaledObject="worker"} 0');
    expect(broken).toMatch(/scaledObject="broken"\} [1-9]/);
  });

  it('tell how late the last look was', async () => {
    await start([aDeployment('worker', 1), aScaledObject('worker')]);
    expect(await series(/^keda_internal_scale_loop_latency_seconds/)).toEqual([
      'keda_internal_scale_loop_latency_seconds{namespace="shop",type="scaledobject",resource="worker"} 0',
    ]);
  });

  it('say why it was decided as it was, and how old the readings were', async () => {
    await start([aDeployment('worker', 0), aScaledObject('worker')], { worker: 7 });
    expect(await series(/^sluice_decisions_total.*Activated/)).toEqual([
      'sluice_decisions_total{kind="ScaledObject",reason="Activated"} 1',
    ]);
    expect((await series(/^sluice_sample_age_seconds_count/))[0]).toMatch(/\{type="queue"\} [1-9]/);
  });
});

describe('a trace', () => {
  it('has one span for a decision, with what led to it', async () => {
    telemetry = createTelemetry();
    const spans: DecisionSpan[] = [];
    telemetry.traceTo((span) => spans.push(span));
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 7 }, { telemetry });
    await world.clock.advance(30_000);
    const [span] = spans.filter(({ reason }) => reason === 'Activated');
    expect(span).toMatchObject({
      kind: 'ScaledObject',
      namespace: 'shop',
      name: 'worker',
      active: 'True',
      from: 0,
      to: 2,
      metrics: [{ metric: 's0-queue-worker', type: 'queue', value: 7, target: 5, ageMs: 0, tookMs: 0 }],
    });
  });
});
