// What a collector hears while Sluice works: KEDA's metrics and a span for each decision, over HTTP and over gRPC.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../src/sandbox/free-port.ts';
import { eventually } from '../support/eventually.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { aScaledWorker, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

let world: World;
let collector: OtlpReceiver | undefined;
beforeAll(async () => {
  world = await startWorld({ program: 'none' });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterEach(async () => {
  await world.stopProgram();
  await collector?.stop();
  collector = undefined;
});
afterAll(() => world.stop());

const switchedOn = { openTelemetryMetrics: 'true', traces: 'otlp' } as const;
const often = { OTEL_METRIC_EXPORT_INTERVAL: '250', OTEL_BSP_SCHEDULE_DELAY: '250' };

async function applyWorker(name: string, queue = name): Promise<void> {
  if (!world.broker.counts(queue)) world.broker.createQueue(queue);
  await world.apply(...aScaledWorker(name, { spec: { pollingInterval: 1, triggers: [aTrigger(queue)] } }));
}

describe.each([
  ['http', 'http/protobuf'],
  ['grpc', 'grpc'],
] as const)('a collector over %s', (kind, protocol) => {
  it('gets KEDA’s metrics by name, attributes and value, and why it was scaled', async () => {
    const name = `otel-${kind}`;
    const received = (collector = await startOtlpReceiver(kind));
    await world.start(switchedOn, {
      ...often,
      OTEL_EXPORTER_OTLP_ENDPOINT: received.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    });
    await applyWorker(name);
    await world.send(name, 7);
    const trigger = {
      namespace: NAMESPACE,
      scaledObject: name,
      scaler: 'azureServiceBusScaler',
      scalerIndex: '0',
      metric: `s0-azure-servicebus-${name}`,
    };
    const value = (metric: string) =>
      received.points.find((point) => point.metric === metric && isPartOf(trigger, point.attributes));
    await eventually('the collector knows the queue', () =>
      expect(value('keda.scaler.metrics.value')).toMatchObject({ value: 7, kind: 'gauge', attributes: trigger }),
    );
    expect(value('keda.scaler.active')?.value).toBe(1);
    expect(value('keda.scaler.errors')).toMatchObject({ kind: 'counter', value: 0 });
    expect(value('keda.scaler.metrics.latency.seconds')?.unit).toBe('s');
    expect(new Set(received.points.map(({ scope }) => scope))).toEqual(new Set(['keda-open-telemetry-metrics']));
    const told = (metric: string) => received.points.filter((point) => point.metric === metric);
    expect(told('keda.scaledobject.errors')).toContainEqual(
      expect.objectContaining({ attributes: { namespace: NAMESPACE, scaledObject: name }, value: 0 }),
    );
    expect(told('keda.internal.scale.loop.latency.seconds')).toContainEqual(
      expect.objectContaining({ attributes: { namespace: NAMESPACE, type: 'scaledobject', name } }),
    );
    expect(told('keda.scaler.http.requests.count')).toContainEqual(
      expect.objectContaining({ attributes: expect.objectContaining({ scaled_resource: name, status_code: '200' }) }),
    );
    expect(told('keda.scaler.http.request.duration.seconds')[0]).toMatchObject({
      kind: 'histogram',
      attributes: { scaler: 'azure-servicebus', status_code: '200' },
    });
    expect(told('keda.resource.registered.count')).toContainEqual(
      expect.objectContaining({ kind: 'up-down', attributes: { type: 'scaled_object', namespace: NAMESPACE } }),
    );
    expect(told('keda.build.info')).toHaveLength(1);
    expect(received.resource).toMatchObject({ 'service.name': 'sluice' });

    const isWaking = ({ attributes }: ReceivedSpan) =>
      attributes['sluice.object.name'] === name && attributes['sluice.decision.reason'] === 'Activated';
    await eventually('the collector knows the decision', () => expect(received.spans.filter(isWaking)).toHaveLength(1));
    const [span] = received.spans.filter(isWaking);
    expect(span).toMatchObject({
      name: 'decide ScaledObject',
      scope: 'sluice',
      parent: '',
      status: { code: 0 },
      attributes: {
        'sluice.object.kind': 'ScaledObject',
        'sluice.object.namespace': NAMESPACE,
        'sluice.decision.active': 'True',
        'sluice.metric.names': [trigger.metric],
        'sluice.metric.values': [7],
      },
    });
    expect(Number(span?.attributes['sluice.replicas.to'])).toBeGreaterThan(0);
    const reads = received.spans.filter(({ parent }) => parent === span?.id);
    expect(reads).toMatchObject([{ name: 'read azure-servicebus', trace: span?.trace }]);
  });
});

describe('a collector that is not there', () => {
  it('is told once, and neither scaling nor the end waits for it', async () => {
    const port = await freePort();
    const before = world.log.length;
    await world.start(switchedOn, {
      ...often,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '400',
    });
    await applyWorker('alone');
    await world.send('alone', 1);
    await eventually('it is woken all the same', async () => expect(await world.replicas('alone')).toBe(1));
    const told = (): readonly string[] =>
      world.log.slice(before).filter((line) => /OpenTelemetry collector/.test(line));
    await eventually('both are told', () => told().length === 2, 30_000);
    await world.looks('alone', 3);
    expect(told()).toHaveLength(2);
    expect(told().join()).toContain('does not take metrics');
    const startedAt = performance.now();
    await world.stopProgram();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

function isPartOf(part: Readonly<Record<string, unknown>>, whole: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(part).every(([name, value]) => whole[name] === value);
}
