// Sends a span for each scaling decision to a collector, with a child for each read that was done for it.
import { type Attributes, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type * as sdkTrace from '@opentelemetry/sdk-trace';
import type { Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Environment } from '../../config.ts';
import type { DecisionSpan, MetricSpan } from '../decision-span.ts';
import { type Collector, collectorOf, positive, type Telling, toldOnce } from './collector.ts';
import { resourceOf } from './resource.ts';

export interface TracesExportOptions extends Telling {
  readonly env: Environment;
  readonly version: string;
  readonly instance: string;
}

export interface TracesExport {
  record(span: DecisionSpan): void;
  /** Sends what is left and ends it; never rejects. */
  stop(): Promise<void>;
}

/** What waits for a collector that does not answer; more is dropped. */
const LONGEST_QUEUE = 4_096;

export async function startTracesExport(options: TracesExportOptions): Promise<TracesExport> {
  const { env, version } = options;
  const sdk = await import('@opentelemetry/sdk-trace');
  const collector = collectorOf(env, 'TRACES');
  const delayMs = positive(env['OTEL_BSP_SCHEDULE_DELAY']);
  const processor = new sdk.BatchSpanProcessor({
    exporter: toldOnce(await exporterFor(collector), 'traces', collector, options),
    maxQueueSize: positive(env['OTEL_BSP_MAX_QUEUE_SIZE']) ?? LONGEST_QUEUE,
    ...(delayMs === undefined ? {} : { scheduledDelayMillis: delayMs }),
  });
  const provider = new sdk.TracerProvider({
    resource: await resourceOf(options),
    sampler: samplerOf(sdk, env),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('sluice', version);
  return {
    record: (span) => recordDecision(tracer, span),
    stop: () => provider.shutdown().catch(() => {}),
  };
}

/** A decision has no parent, so `parentbased_…` is what stands behind it. */
function samplerOf(sdk: typeof sdkTrace, env: Environment): Sampler {
  const name = (env['OTEL_TRACES_SAMPLER'] ?? '').replace(/^parentbased_/, '');
  if (name === 'always_off') return new sdk.AlwaysOffSampler();
  if (name !== 'traceidratio') return new sdk.AlwaysOnSampler();
  const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  return new sdk.TraceIdRatioBasedSampler(ratio >= 0 && ratio <= 1 ? ratio : 1);
}

async function exporterFor({ protocol, options }: Collector): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'grpc'
      ? await import('@opentelemetry/exporter-trace-otlp-grpc')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter(options);
}

export function recordDecision(tracer: Tracer, decision: DecisionSpan): void {
  const { kind, namespace, name, reason, active, from, to, startedAt, endedAt, metrics } = decision;
  const attributes: Attributes = {
    'sluice.object.kind': kind,
    'sluice.object.namespace': namespace,
    'sluice.object.name': name,
    'sluice.decision.reason': reason,
    'sluice.decision.active': active,
    'sluice.replicas.from': from,
    'sluice.replicas.to': to,
    // Of equal length, in the order of the triggers; what there is none of is NaN.
    'sluice.metric.names': metrics.map(({ metric }) => metric),
    'sluice.metric.values': metrics.map(({ value = Number.NaN }) => value),
    'sluice.metric.targets': metrics.map(({ target = Number.NaN }) => target),
    'sluice.metric.ages_seconds': metrics.map(({ ageMs = Number.NaN }) => ageMs / 1000),
  };
  const span = tracer.startSpan(`decide ${kind}`, { startTime: startedAt, attributes }, ROOT_CONTEXT);
  const failed = metrics.filter(({ code }) => code !== undefined);
  if (failed.length > 0) {
    const message = failed.map(({ metric, code }) => `${metric}: ${code}`).join(', ');
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  const own = trace.setSpan(ROOT_CONTEXT, span);
  for (const metric of metrics) recordRead(tracer, metric, startedAt, own);
  span.end(endedAt);
}

/** Readings of an earlier moment, which were shared, belong to no look. */
function recordRead(
  tracer: Tracer,
  { metric, type, readAt, tookMs = 0, value, code }: MetricSpan,
  since: number,
  within: typeof ROOT_CONTEXT,
): void {
  if (readAt === undefined || readAt - tookMs < since) return;
  const attributes = {
    'sluice.metric.name': metric,
    'sluice.trigger.type': type,
    ...(value === undefined ? {} : { 'sluice.metric.value': value }),
    ...(code === undefined ? {} : { 'error.type': code }),
  };
  const span = tracer.startSpan(`read ${type}`, { startTime: readAt - tookMs, attributes }, within);
  if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  span.end(readAt);
}
