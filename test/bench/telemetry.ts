// What telling costs: /metrics of 10,000 objects with three triggers each, and OpenTelemetry where it is switched on.
import { gzipSync } from 'node:zlib';
import { scaledObjects } from '../../src/api/names.ts';
import { systemClock } from '../../src/async.ts';
import { DEPLOYMENTS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import type { DecisionSpan } from '../../src/telemetry/decision-span.ts';
import { startMetricsExport } from '../../src/telemetry/otel/metrics.ts';
import { createProducer } from '../../src/telemetry/otel/producer.ts';
import { startTracesExport } from '../../src/telemetry/otel/traces.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry.ts';
import { aDeployment, aScaledObject, createQueueTypes, never } from '../support/controller-world.ts';
import { createMemoryKube } from '../support/memory-kube.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type Bench, pause, type Report } from './bench.ts';
import { createBenchController } from './bench-controller.ts';

const OBJECTS = 10_000;
const SPANS = 100_000;

export const telemetryBench: Bench = {
  name: 'telemetry',
  async run(report) {
    await openTelemetryCost(report);
    const telemetry = createTelemetry();
    const stop = await startObjects(telemetry);
    await renderCost(telemetry, report);
    await collectCost(telemetry, report);
    await stop();
  },
};

/** A whole controller that has looked at each of them. */
async function startObjects(telemetry: Telemetry): Promise<() => Promise<void>> {
  const kube = createMemoryKube(Date.now);
  for (let i = 0; i < OBJECTS; i++) {
    const triggers = ['a', 'b', 'c'].map((queue) => ({ type: 'queue', metadata: { queue: `${queue}-${i}` } }));
    await kube.create(DEPLOYMENTS, aDeployment(`w-${i}`, 0), { signal: never });
    await kube.create(scaledObjects, aScaledObject(`w-${i}`, { pollingInterval: 600, triggers }), { signal: never });
  }
  const stop = new AbortController();
  let looks = 0;
  const controller = createBenchController(kube, createQueueTypes(new Map()), {
    telemetry: { ...telemetry, looked: () => looks++ },
  });
  const running = controller.run(stop.signal);
  // Each is looked at, and what was written comes back; then hardly one a tenth of a second is left.
  for (let before = 0; looks < OBJECTS || looks - before > 100; await pause(2_000)) before = looks;
  return async () => {
    stop.abort(new Error('the bench is over'));
    await running;
  };
}

async function renderCost(telemetry: Telemetry, report: Report): Promise<void> {
  for await (const _warm of telemetry.render());
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const turns = watchTurns();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let [lines, bytes, most] = [0, 0, 0];
  const pieces: string[] = [];
  for await (const piece of telemetry.render()) {
    bytes += piece.length;
    lines += piece.split('\n').length - 1;
    most = Math.max(most, process.memoryUsage().heapUsed);
    if (pieces.length < 64) pieces.push(piece);
  }
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const longestMs = turns.stop();
  const what = `/metrics of ${OBJECTS} objects with three triggers each`;
  report({ what: `${what}: lines`, value: `${lines}, ${(bytes / 1e6).toFixed(1)} MB` });
  report({ what: `${what}: time`, value: `${tookMs.toFixed(0)} ms, ${((user + system) / 1e3).toFixed(0)} ms of CPU` });
  report({
    what: `${what}: longest time that others wait`,
    value: `${longestMs.toFixed(0)} ms of CPU`,
    aim: '≤ 20 ms',
  });
  report({
    what: `${what}: heap meanwhile`,
    value: `${((most - heapBefore) / 1e6).toFixed(0)} MB more, garbage included`,
  });
  const sample = Buffer.from(pieces.join(''));
  report({
    what: `${what}: compressed to`,
    value: `${((100 * gzipSync(sample, { level: 1 }).length) / sample.length).toFixed(0)} %`,
  });
}

async function collectCost({ kedaProcess, snapshot }: Telemetry, report: Report): Promise<void> {
  const sdk = await import('@opentelemetry/sdk-metrics');
  const producer = createProducer({ sdk, kedaProcess, snapshot, version: 'bench', clock: systemClock });
  await producer.collect();
  const startedAt = performance.now();
  const { resourceMetrics } = await producer.collect();
  const tookMs = performance.now() - startedAt;
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints }) => dataPoints.length),
  );
  const count = points.reduce((sum, some) => sum + some, 0);
  report({ what: `OpenTelemetry: ${count} points for ${OBJECTS} objects`, value: `${tookMs.toFixed(0)} ms` });
}

async function openTelemetryCost(report: Report): Promise<void> {
  const telemetry = createTelemetry();
  const collector = await startOtlpReceiver('http');
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const parts = { env, log: silentLogger, version: 'bench', instance: 'bench', stopping: never };
  const begin = async <T>(what: string, start: () => Promise<T>): Promise<T> => {
    const [startedAt, heap] = [performance.now(), process.memoryUsage().rss];
    const started = await start();
    const [tookMs, mb] = [performance.now() - startedAt, (process.memoryUsage().rss - heap) / 1e6];
    report({ what: `OpenTelemetry: loading ${what}`, value: `${tookMs.toFixed(0)} ms, ${mb.toFixed(0)} MB` });
    return started;
  };
  const { kedaProcess, snapshot } = telemetry;
  const stopMetrics = await begin('the export of metrics', () =>
    startMetricsExport({ ...parts, clock: systemClock, kedaProcess, snapshot }),
  );
  const traces = await begin('the export of traces, after that', () => startTracesExport(parts));
  const startedAt = performance.now();
  for (let i = 0; i < SPANS; i++) traces.record(aSpan(i));
  const tookMs = performance.now() - startedAt;
  report({
    what: 'OpenTelemetry: a decision with three metrics, each read for it (four spans), until it is queued',
    value: `${((1_000 * tookMs) / SPANS).toFixed(1)} µs`,
  });
  const off = performance.now();
  for (let i = 0; i < SPANS; i++) telemetry.traceDecision(() => aSpan(i));
  report({
    what: 'the same while traces are off',
    value: `${((1_000 * (performance.now() - off)) / SPANS).toFixed(2)} µs`,
  });
  await Promise.all([stopMetrics(), traces.stop()]);
  await collector.stop();
}

/** The longest work of this thread between two turns of its event loop; in time of its own, so that others on the machine do not count. */
function watchTurns(): { stop(): number } {
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1e3;
  };
  let [last, longest, goesOn] = [cpuMs(), 0, true];
  const look = (): void => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (goesOn) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop() {
      goesOn = false;
      return longest;
    },
  };
}

function aSpan(at: number): DecisionSpan {
  const metric = (name: string) => ({
    metric: `s0-${name}`,
    type: 'redis',
    value: at,
    target: 5,
    ageMs: 3,
    readAt: 1_004,
    tookMs: 3,
  });
  return {
    kind: 'ScaledObject',
    namespace: 'shop',
    name: 'worker',
    reason: 'Active',
    active: 'True',
    from: 1,
    to: 1,
    startedAt: 1_000,
    endedAt: 1_005,
    metrics: ['a', 'b', 'c'].map(metric),
  };
}
