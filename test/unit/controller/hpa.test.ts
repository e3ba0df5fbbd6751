// The HPA that a ScaledObject stands for.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildHpa, SPEC_HASH } from '../../../src/controller/hpa.ts';
import { quantityOf } from '../../../src/controller/hpa-metrics.ts';
import { covers } from '../../../src/controller/apply-hpa.ts';
import { parseQuantity } from '../../../src/quantity.ts';
import type { MeasuredTrigger, MetricSpec } from '../../../src/scalers/scaler.ts';
import { aScaledObject } from '../../support/controller-world.ts';

const polled = (over: Partial<MetricSpec> = {}): MeasuredTrigger => ({
  kind: 'polled',
  type: 'queue',
  metric: { name: 'queue-jobs', target: 5, type: 'AverageValue', activation: 0, ...over },
  sourceId: 'queue:test',
  batches: false,
  connect: () => Promise.reject(new Error('never connected')),
});
const cpu: MeasuredTrigger = {
  kind: 'resource',
  type: 'cpu',
  resource: 'cpu',
  target: { type: 'Utilization', averageUtilization: 60 },
};
const memoryOf = (containerName: string): MeasuredTrigger => ({
  kind: 'resource',
  type: 'memory',
  resource: 'memory',
  containerName,
  target: { type: 'AverageValue', averageValue: '512Mi' },
});
const build = (object = aScaledObject('worker'), triggers: readonly MeasuredTrigger[] = [polled()]) =>
  buildHpa({ object, version: '1.2.3', triggers: triggers.map((trigger, index) => ({ index, trigger })) });

describe('controller/hpa', () => {
  it('is KEDA’s, down to the names', () => {
    const { metadata, ...rest } = build(
      aScaledObject('worker', { minReplicaCount: 2, maxReplicaCount: 9 }, { uid: 'u1' }),
    );
    const { [SPEC_HASH]: hash, ...annotations } = metadata.annotations ?? {};
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(annotations).toEqual({});
    expect({ ...metadata, annotations: undefined, ...rest }).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      name: 'keda-hpa-worker',
      namespace: 'shop',
      annotations: undefined,
      labels: {
        'app.kubernetes.io/name': 'keda-hpa-worker',
        'app.kubernetes.io/version': '1.2.3',
        'app.kubernetes.io/part-of': 'worker',
        'app.kubernetes.io/managed-by': 'keda-operator',
        'scaledobject.keda.sh/name': 'worker',
      },
      ownerReferences: [
        {
          apiVersion: 'keda.sh/v1alpha1',
          kind: 'ScaledObject',
          name: 'worker',
          uid: 'u1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'worker' },
        minReplicas: 2,
        maxReplicas: 9,
        metrics: [
          {
            type: 'External',
            external: {
              metric: {
                name: 's0-queue-jobs',
                selector: { matchLabels: { 'scaledobject.keda.sh/name': 'worker' } },
              },
              target: { type: 'AverageValue', averageValue: '5' },
            },
          },
        ],
      },
    });
  });

  it('cannot hold a target at zero, so its minimum is one', () => {
    expect(build(aScaledObject('worker', { minReplicaCount: 0 })).spec.minReplicas).toBe(1);
    expect(build().spec).toMatchObject({ minReplicas: 1, maxReplicas: 100 });
  });

  it('sorts its metrics by type, and by trigger within a type', () => {
    const metrics = build(undefined, [cpu, polled({ type: 'Value', target: 2.5 }), memoryOf('app'), polled()]).spec
      .metrics;
    expect(metrics).toEqual([
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'memory',
          container: 'app',
          target: { type: 'AverageValue', averageValue: '512Mi' },
        },
      },
      expect.objectContaining({
        type: 'External',
        external: expect.objectContaining({
          metric: expect.objectContaining({ name: 's1-queue-jobs' }),
          target: { type: 'Value', value: '2500m' },
        }),
      }),
      expect.objectContaining({
        external: expect.objectContaining({ metric: expect.objectContaining({ name: 's3-queue-jobs' }) }),
      }),
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
    ]);
  });

  it('gives triggers that ask the same a metric each, by their places', () => {
    const { metrics } = build(undefined, [polled(), cpu, polled()]).spec;
    expect(metrics.flatMap((metric) => (metric.type === 'External' ? [metric.external.metric.name] : []))).toEqual([
      's0-queue-jobs',
      's2-queue-jobs',
    ]);
  });

  it.each<[object, number, number]>([
    [{}, 1, 100],
    [{ minReplicaCount: 0, idleReplicaCount: 0 }, 1, 100],
    [{ minReplicaCount: 1, maxReplicaCount: 1 }, 1, 1],
    [{ minReplicaCount: 3, idleReplicaCount: 0, maxReplicaCount: 3 }, 3, 3],
  ])('with %j holds between %i and %i replicas', (spec, minReplicas, maxReplicas) => {
    expect(build(aScaledObject('worker', spec)).spec).toMatchObject({ minReplicas, maxReplicas });
  });

  it('lets a target rest at an idleReplicaCount above zero while it does', () => {
    const resting = (idleReplicaCount: number): number =>
      buildHpa({
        object: aScaledObject('worker', { minReplicaCount: 3, idleReplicaCount }),
        version: '1.2.3',
        triggers: [{ index: 0, trigger: polled() }],
        isResting: true,
      }).spec.minReplicas;
    expect([resting(0), resting(1), resting(2)]).toEqual([1, 1, 2]);
  });

  it('copies labels and annotations, less the excluded labels', () => {
    const { metadata } = build(
      aScaledObject(
        'worker',
        {},
        {
          labels: { team: 'a', secret: 'x', 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { note: 'n', 'scaledobject.keda.sh/hpa-excluded-labels': 'secret' },
        },
      ),
    );
    expect(metadata.labels).toMatchObject({ team: 'a', 'app.kubernetes.io/managed-by': 'Helm' });
    expect(metadata.labels).not.toHaveProperty('secret');
    expect(metadata.annotations).toMatchObject({ note: 'n' });
  });

  it('cuts its name for the label to 63 characters that end in a letter or digit', () => {
    const name = `${'a'.repeat(62)}-${'b'.repeat(10)}`;
    const object = aScaledObject('worker', { advanced: { horizontalPodAutoscalerConfig: { name } } });
    expect(build(object).metadata.labels?.['app.kubernetes.io/name']).toBe('a'.repeat(62));
  });

  it('passes behavior on, and switches off a direction that is paused', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const spec = { advanced: { horizontalPodAutoscalerConfig: { behavior } } };
    expect(build(aScaledObject('worker', spec)).spec.behavior).toEqual(behavior);
    const paused = (which: string, more = spec) =>
      build(aScaledObject('worker', more, { annotations: { [`autoscaling.keda.sh/paused-${which}`]: '' } })).spec
        .behavior;
    expect(paused('scale-in')).toEqual({ scaleDown: { stabilizationWindowSeconds: 60, selectPolicy: 'Disabled' } });
    expect(paused('scale-out')).toEqual({ ...behavior, scaleUp: { selectPolicy: 'Disabled' } });
    expect(build().spec.behavior).toBeUndefined();
  });

  it('has another hash when anything about it changes, and the same one otherwise', () => {
    const hash = (over: Partial<MetricSpec>) => build(undefined, [polled(over)]).metadata.annotations?.[SPEC_HASH];
    expect(hash({})).toBe(hash({}));
    expect(hash({})).not.toBe(hash({ target: 6 }));
  });

  it.each([
    [5, '5'],
    [2.5, '2500m'],
    [0.0005, '1m'],
    [1_000, '1k'],
    [1_500, '1500'],
    [12_000_000, '12M'],
    [2 ** 53, '9007199254740992'],
    [1e17, '100P'],
    [0, '0'],
    [-3, '0'],
    [Number.NaN, '0'],
  ])('writes the target %d as the API server would: %s', (target, quantity) => {
    expect(quantityOf(target)).toBe(quantity);
  });

  it('writes quantities that mean the number they were made of', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e12 }),
        (milli) => parseQuantity(quantityOf(milli / 1000)) === milli / 1000,
      ),
    ));
});

describe('controller/apply-hpa covers', () => {
  it.each([
    ['the same', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, true],
    ['fields that the server filled in', { a: 1, filled: 2 }, { a: 1 }, true],
    ['quantities of one value', { target: '1k', tolerance: '100m' }, { target: '1000', tolerance: 0.1 }, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a missing field', {}, { a: 1 }, false],
    ['a longer list', { a: [1, 2] }, { a: [1] }, false],
    ['text that is no quantity', { a: 'x' }, { a: 'y' }, false],
    ['nothing', undefined, { a: 1 }, false],
  ])('%s', (_what, live, wanted, expected) => {
    expect(covers(live, wanted)).toBe(expected);
  });

  it('has one composite metric in place of all external ones, beside cpu and memory', () => {
    const scalingModifiers = { formula: 'a + b', target: '2.5', metricType: 'Value' as const };
    const object = aScaledObject('worker', { advanced: { scalingModifiers } });
    const { metrics } = build(object, [polled(), cpu, polled({ name: 'other' }), memoryOf('app')]).spec;
    expect(metrics.map(({ type }) => type)).toEqual(['ContainerResource', 'Resource', 'External']);
    expect(metrics[2]).toEqual({
      type: 'External',
      external: {
        metric: { name: 'composite-metric', selector: { matchLabels: { 'scaledobject.keda.sh/name': 'worker' } } },
        target: { type: 'Value', value: '2500m' },
      },
    });
  });
});
