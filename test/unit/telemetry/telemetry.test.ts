import { describe, expect, it } from '@jest/globals';
import { observeRead, readObserver } from '../../../src/telemetry/read-observer.ts';
import { createTelemetry } from '../../../src/telemetry.ts';
import { textOf } from '../../support/exposition.ts';

const linesOf = async (telemetry: ReturnType<typeof createTelemetry>, pattern: RegExp): Promise<readonly string[]> =>
  (await textOf(telemetry)).split('\n').filter((line) => pattern.test(line));

const http = new Map([['200', { count: 2, sumSeconds: 0.5, buckets: Array.from({ length: 12 }, () => 0) }]]);
const trigger = { metric: 's0-x', scaler: 'prometheusScaler', name: 'mine', type: 'prometheus', index: 0, http };
const resource = {
  type: 'scaledjob',
  namespace: 'shop',
  name: 'worker',
  isPaused: false,
  errors: 3,
  lateMs: 250,
  triggers: [{ ...trigger, emptyAnswers: new Map([[true, 4]]) }],
} as const;

describe('names and labels', () => {
  it('follow Prometheus’ conventions', async () => {
    const all = createTelemetry().declarations();
    expect(all.filter(({ name }) => !/^(keda|sluice|process|nodejs)_[a-z0-9_]+$/.test(name))).toEqual([]);
    // Names of KEDA's and of the library are as they are.
    const ours = all.filter(({ name }) => name.startsWith('sluice_'));
    expect(ours.filter(({ name, type }) => type === 'counter' && !name.endsWith('_total'))).toEqual([]);
    expect(ours.filter(({ name, type }) => type === 'histogram' && !/_(seconds|bytes)$/.test(name))).toEqual([]);
    expect(ours.filter(({ name, type }) => type === 'gauge' && name.endsWith('_total'))).toEqual([]);
    expect(ours.filter(({ help }) => help.length < 10 || help.endsWith('.'))).toEqual([]);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('of HTTP requests are KEDA’s: the type as scaler, the trigger’s name beside it', async () => {
    const telemetry = createTelemetry();
    telemetry.pull({ resources: () => [resource] });
    expect(await linesOf(telemetry, /^keda_scaler_http_requests_total\{/)).toEqual([
      'keda_scaler_http_requests_total{namespace="shop",scaled_resource="worker",scaler="prometheus",trigger_name="mine",metric_name="s0-x",status_code="200"} 2',
    ]);
    expect(await linesOf(telemetry, /^keda_scaler_empty/)).toEqual([
      'keda_scaler_empty_upstream_responses_total{namespace="shop",scaledResource="worker",triggerName="mine",metricName="s0-x",resourceType="ScaledJob",ignoreNullValues="true"} 4',
    ]);
    expect(await linesOf(telemetry, /^keda_scaled_(job|object)_errors_total\{/)).toEqual([
      'keda_scaled_job_errors_total{namespace="shop",scaledJob="worker"} 3',
    ]);
  });

  it.each([
    ['low-cardinality', 'scaler="rabbitmq",status_code="500"'],
    [
      'high-cardinality',
      'namespace="shop",scaled_resource="worker",scaler="prometheus",trigger_name="mine",metric_name="s0-x",status_code="200"',
    ],
  ] as const)('of durations are of %s', async (labels, expected) => {
    const telemetry = createTelemetry({ labels });
    telemetry.pull({ resources: () => [resource] });
    telemetry.httpRequest({ type: 'rabbitmq', status: '500', seconds: 0.2 });
    const lines = await linesOf(telemetry, /^keda_scaler_http_request_duration_seconds_count/);
    expect(lines).toEqual([expect.stringContaining(`{${expected}}`)]);
  });
});

describe('CloudEvents', () => {
  it('are counted by source, sink and state, and forgotten with their source', async () => {
    const telemetry = createTelemetry();
    const event = { namespace: 'shop', source: 'audit', sink: 'http' } as const;
    telemetry.cloudEvents.emitted({ ...event, state: 'emitted' });
    telemetry.cloudEvents.emitted({ ...event, state: 'emitted' });
    telemetry.cloudEvents.emitted({ ...event, state: 'failed' });
    telemetry.cloudEvents.queued({ namespace: 'shop', count: 5 });
    const labels = 'namespace="shop",cloudeventsource="audit",eventsink="http"';
    expect(await linesOf(telemetry, /^keda_cloudeventsource/)).toEqual([
      `keda_cloudeventsource_events_emitted_total{${labels},state="emitted"} 2`,
      `keda_cloudeventsource_events_emitted_total{${labels},state="failed"} 1`,
      'keda_cloudeventsource_events_queued{namespace="shop"} 5',
    ]);
    telemetry.cloudEvents.gone({ namespace: 'shop', source: 'audit' });
    expect(await linesOf(telemetry, /^keda_cloudeventsource/)).toEqual([]);
  });
});

describe('clients of brokers', () => {
  it('are counted by kind, and gone when the last one is', async () => {
    const telemetry = createTelemetry();
    let kept = [
      { type: 'redis', leases: 3 },
      { type: 'redis', leases: 1 },
      { type: 'kafka', leases: 0 },
    ];
    telemetry.watchClients(() => kept);
    expect(await linesOf(telemetry, /^sluice_source_(clients|leases)\{/)).toEqual([
      'sluice_source_clients{type="redis"} 2',
      'sluice_source_clients{type="kafka"} 1',
      'sluice_source_leases{type="redis"} 4',
      'sluice_source_leases{type="kafka"} 0',
    ]);
    kept = [];
    expect(await linesOf(telemetry, /^sluice_source_(clients|leases)\{/)).toEqual([]);
  });
});

describe('what happens within a read', () => {
  it('is counted for it, however deep, and outside of one for nobody', async () => {
    const seen: string[] = [];
    const observer = (name: string) => ({ http: (status: string) => seen.push(`${name} ${status}`), emptyAnswer() {} });
    const deep = async (status: string): Promise<void> => {
      await Promise.resolve();
      readObserver()?.http(status, 0);
    };
    await Promise.all([
      observeRead(observer('a'), () => deep('200')),
      observeRead(observer('b'), () => deep('404')),
      deep('500'),
    ]);
    expect(seen.toSorted()).toEqual(['a 200', 'b 404']);
  });
});
