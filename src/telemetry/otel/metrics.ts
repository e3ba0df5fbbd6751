// Sends KEDA's metrics to a collector at every interval. The SDK is loaded by whoever wants it only.
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Environment } from '../../config.ts';
import { type Collector, collectorOf, positive, type Telling, toldOnce } from './collector.ts';
import { createProducer, type ProducerOptions } from './producer.ts';
import { resourceOf } from './resource.ts';

export interface MetricsExportOptions extends Omit<ProducerOptions, 'sdk'>, Telling {
  readonly env: Environment;
  /** Which replica this is. */
  readonly instance: string;
}

const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 30_000;
/** About a megabyte: collectors refuse messages over 4 MiB unless they are told otherwise. */
const POINTS_AT_ONCE = 5_000;

/** The returned function sends what is left and ends it; it never rejects. */
export async function startMetricsExport(options: MetricsExportOptions): Promise<() => Promise<void>> {
  const { env } = options;
  const sdk = await import('@opentelemetry/sdk-metrics');
  const collector = collectorOf(env, 'METRICS');
  const intervalMs = positive(env['OTEL_METRIC_EXPORT_INTERVAL']) ?? INTERVAL_MS;
  const reader = new sdk.PeriodicExportingMetricReader({
    exporter: toldOnce(await exporterFor(collector), 'metrics', collector, options),
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, positive(env['OTEL_METRIC_EXPORT_TIMEOUT']) ?? TIMEOUT_MS),
    maxExportBatchSize: POINTS_AT_ONCE,
    metricProducers: [createProducer({ ...options, sdk })],
  });
  const provider = new sdk.MeterProvider({ resource: await resourceOf(options), readers: [reader] });
  return () => provider.shutdown().catch(() => {});
}

async function exporterFor({ protocol, options }: Collector): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } =
    protocol === 'grpc'
      ? await import('@opentelemetry/exporter-metrics-otlp-grpc')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter(options);
}
