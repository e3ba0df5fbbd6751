// What the program tells in numbers and traces, and to whom.
import { flag, option, text } from './option.ts';

export const telemetryOptions = {
  prometheusMetrics: option({
    flag: '--enable-prometheus-metrics',
    env: 'SLUICE_ENABLE_PROMETHEUS_METRICS',
    default: 'true',
    schema: flag,
    describe: 'Serve /metrics',
  }),
  highCardinalityLabels: option({
    flag: '--enable-high-cardinality-metrics-labels',
    env: 'SLUICE_ENABLE_HIGH_CARDINALITY_METRICS_LABELS',
    default: 'false',
    schema: flag,
    describe: 'Durations of HTTP requests for each trigger, not only for each type of trigger',
  }),
  openTelemetryMetrics: option({
    flag: '--enable-opentelemetry-metrics',
    env: 'SLUICE_ENABLE_OPENTELEMETRY_METRICS',
    default: 'false',
    schema: flag,
    describe:
      'Send KEDA’s metrics to an OpenTelemetry collector; the usual variables OTEL_EXPORTER_OTLP_… say where it is',
  }),
  traces: option({
    flag: '--opentelemetry-traces-exporter',
    value: 'NAME',
    env: 'OTEL_TRACES_EXPORTER',
    default: 'none',
    schema: text.transform((names) => names.split(',').some((name) => name.trim() === 'otlp')),
    describe: 'otlp sends a span for each scaling decision to an OpenTelemetry collector, anything else nothing',
  }),
} as const;
