// KEDA's OpenTelemetry instruments: each with the attributes that KEDA gives it, which are not the labels of its Prometheus series.
import { describe, expect, it } from '@jest/globals';
import type { ResourceFigures, Snapshot, TriggerFigures } from '../../../src/telemetry/figures.ts';
import { httpDurationPoints, kedaInstruments } from '../../../src/telemetry/otel/instruments.ts';

const figures = { count: 2, sumSeconds: 0.5, buckets: [] };
const trigger: TriggerFigures = {
  metric: 's1-redis-mail',
  scaler: 'redisScaler',
  name: 'mail',
  type: 'redis',
  index: 1,
  value: 7,
  isActive: true,
  tookMs: 20,
  failedReads: 3,
  http: new Map([['200', figures]]),
  emptyAnswers: new Map([[true, 4]]),
};
const aResource = (type: 'scaledobject' | 'scaledjob', name: string, more: Partial<ResourceFigures> = {}) => ({
  type,
  namespace: 'shop',
  name,
  isPaused: false,
  errors: 5,
  lateMs: 250,
  triggers: [],
  ...more,
});
const snapshot: Snapshot = {
  resources: [
    aResource('scaledobject', 'web', { triggers: [trigger], isPaused: true }),
    aResource('scaledjob', 'batch', { triggers: [trigger] }),
  ],
  registered: [{ type: 'cluster_trigger_authentication', namespace: 'default' }],
  triggers: new Map([['redis', 2]]),
};
const kedaProcess = {
  emissions: () => [{ namespace: 'shop', source: 'audit', sink: 'http', state: 'failed', count: 6 }],
  waiting: () => [['shop', 9]],
  requests: () => [{ type: 'redis', status: '200', figures }],
} as unknown as Parameters<typeof kedaInstruments>[0];

const ofObject = {
  namespace: 'shop',
  scaledObject: 'web',
  scaler: 'redisScaler',
  scalerIndex: '1',
  metric: 's1-redis-mail',
};
const ofJob = {
  namespace: 'shop',
  scaledJob: 'batch',
  scaler: 'redisScaler',
  triggerIndex: '1',
  metric: 's1-redis-mail',
};
const loop = [
  { namespace: 'shop', type: 'scaledobject', name: 'web' },
  { namespace: 'shop', type: 'scaledjob', name: 'batch' },
];
const empty = { namespace: 'shop', triggerName: 'mail', metricName: 's1-redis-mail', ignoreNullValues: true };
const http = {
  namespace: 'shop',
  scaler: 'redis',
  trigger_name: 'mail',
  metric_name: 's1-redis-mail',
  status_code: '200',
};
const oneOf = (namespace: string) => ({ type: 'cluster_trigger_authentication', namespace });

describe('the instruments of OpenTelemetry', () => {
  it.each<[name: string, kind: string, unit: string, value: number, attributes: readonly object[]]>([
    ['keda.scaler.metrics.value', 'gauge', '1', 7, [ofObject, ofJob]],
    ['keda.scaler.metrics.latency.seconds', 'gauge', 's', 0.02, [ofObject, ofJob]],
    ['keda.scaler.metrics.latency', 'gauge', 'ms', 20, [ofObject, ofJob]],
    ['keda.scaler.active', 'gauge', '1', 1, [ofObject, ofJob]],
    ['keda.scaler.errors', 'counter', '1', 3, [ofObject, ofJob]],
    ['keda.scaled.object.paused', 'gauge', '1', 1, [{ namespace: 'shop', scaledObject: 'web' }]],
    ['keda.scaledobject.errors', 'counter', '1', 5, [{ namespace: 'shop', scaledObject: 'web' }]],
    ['keda.scaledjob.errors', 'counter', '1', 5, [{ namespace: 'shop', scaledJob: 'batch' }]],
    ['keda.internal.scale.loop.latency.seconds', 'gauge', 's', 0.25, loop],
    ['keda.internal.scale.loop.latency', 'gauge', 'ms', 250, loop],
    ['keda.trigger.registered.count', 'up-down', '1', 2, [{ type: 'redis' }]],
    ['keda.trigger.totals', 'up-down', '1', 2, [{ type: 'redis' }]],
    ['keda.resource.registered.count', 'up-down', '1', 1, [oneOf('default')]],
    ['keda.resource.totals', 'up-down', '1', 1, [oneOf('default')]],
    [
      'keda.scaler.empty.upstream.responses',
      'counter',
      '1',
      4,
      [
        { ...empty, scaledResource: 'web', isScaledObject: true },
        { ...empty, scaledResource: 'batch', isScaledObject: false },
      ],
    ],
    [
      'keda.scaler.http.requests.count',
      'counter',
      '1',
      2,
      [
        { ...http, scaled_resource: 'web' },
        { ...http, scaled_resource: 'batch' },
      ],
    ],
    [
      'keda.cloudeventsource.events.emitted.count',
      'counter',
      '1',
      6,
      [{ namespace: 'shop', cloudEventSource: 'audit', eventsink: 'http', state: 'failed' }],
    ],
    ['keda.cloudeventsource.events.queued', 'gauge', '1', 9, [{ namespace: 'shop' }]],
    ['keda.build.info', 'gauge', '1', 1, [expect.objectContaining({ version: '1.2.3' })]],
  ])('have %s', (name, kind, unit, value, attributes) => {
    const instrument = kedaInstruments(kedaProcess, '1.2.3').find((one) => one.name === name);
    expect(instrument).toMatchObject({ kind, unit });
    expect([...(instrument?.points(snapshot) ?? [])]).toEqual(attributes.map((one) => ({ attributes: one, value })));
  });

  it('have keda.scaler.http.request.duration.seconds, by type and status alone', () => {
    expect(httpDurationPoints(kedaProcess)).toEqual([
      { attributes: { scaler: 'redis', status_code: '200' }, value: figures },
    ]);
  });
});
