// Every Prometheus series, declared once. Components get narrow callbacks, never the registry.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { version } from './version.ts';

export interface Telemetry {
  /** The text that /metrics serves. */
  render(): Promise<string>;
  readonly contentType: string;
  decision(reason: string): void;
  /** One read of a source: how long it took, and the error's code when it failed. */
  sourceRead(read: { type: string; seconds: number; code?: string }): void;
  /** A read whose driver ignored its deadline and was left to itself. */
  sourceAbandoned(type: string): void;
  /** A source said that it probably changed. */
  sourceHint(type: string): void;
  /** A source does not say any more when it changes; with the error's code unless it ended in good order. */
  watchEnded(watch: { type: string; code?: string }): void;
  /** A look at an object because of hints. */
  pushedLook(): void;
  queueWait(seconds: number): void;
  kubeCall(call: { verb: string; resource: string; code: string }): void;
  metricsRequest(request: { code: number; seconds: number }): void;
  /** Age of a value when it was served to the HPA. */
  metricServed(ageSeconds: number): void;
  objects(counts: Readonly<Record<string, number>>): void;
  /** Objects that this replica acts on. */
  ownedObjects(count: number): void;
  /** Replicas that share the work, this one included. */
  members(count: number): void;
  scaledObjectValidated(write: { namespace: string; action: string }): void;
  scaledObjectRefused(write: { namespace: string; action: string; reason: string }): void;
  webhookRequest(request: { code: number; seconds: number }): void;
}

export function createTelemetry(): Telemetry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'sluice_' });
  new Gauge({
    name: 'sluice_build_info',
    help: '1, with the version as label',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const decisions = new Counter({
    name: 'sluice_decisions_total',
    help: 'Decisions by reason',
    labelNames: ['reason'],
    registers,
  });
  const reads = new Histogram({
    name: 'sluice_source_read_seconds',
    help: 'Duration of reads by trigger type and outcome (ok or an error code)',
    labelNames: ['type', 'outcome'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 3, 10],
    registers,
  });
  const abandoned = new Counter({
    name: 'sluice_source_reads_abandoned_total',
    help: 'Reads whose driver ignored the deadline',
    labelNames: ['type'],
    registers,
  });
  const hints = new Counter({
    name: 'sluice_source_hints_total',
    help: 'How often sources said that they changed, by trigger type',
    labelNames: ['type'],
    registers,
  });
  const watchEnds = new Counter({
    name: 'sluice_source_watches_ended_total',
    help: 'Watches of sources that ended and are begun again, by trigger type and outcome (ok or an error code)',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const pushedLooks = new Counter({
    name: 'sluice_pushed_looks_total',
    help: 'Looks at objects because a source said that it changed',
    registers,
  });
  const wait = new Histogram({
    name: 'sluice_queue_wait_seconds',
    help: 'From the moment a look at an object was due to the moment it began',
    buckets: [0.001, 0.01, 0.1, 1, 10, 60],
    registers,
  });
  const kube = new Counter({
    name: 'sluice_kube_requests_total',
    help: 'Calls to the API server',
    labelNames: ['verb', 'resource', 'code'],
    registers,
  });
  const requests = new Histogram({
    name: 'sluice_metrics_api_request_seconds',
    help: 'Requests to the metrics API by HTTP status',
    labelNames: ['code'],
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.25, 1, 5],
    registers,
  });
  const freshness = new Histogram({
    name: 'sluice_metric_age_seconds',
    help: 'Age of the values served to the HPA',
    buckets: [0.1, 1, 5, 15, 30, 60, 300],
    registers,
  });
  const objects = new Gauge({
    name: 'sluice_objects',
    help: 'Objects served, by kind',
    labelNames: ['kind'],
    registers,
  });
  const owned = new Gauge({
    name: 'sluice_owned_objects',
    help: 'ScaledObjects that this replica acts on',
    registers,
  });
  const members = new Gauge({
    name: 'sluice_members',
    help: 'Replicas that share the work, this one included; 0 when its Lease is gone',
    registers,
  });
  members.set(1);
  const validations = new Counter({
    name: 'keda_webhook_scaled_object_validations_total',
    help: 'ScaledObjects that the admission webhook judged (the name is KEDA’s)',
    labelNames: ['namespace', 'action'],
    registers,
  });
  const refusals = new Counter({
    name: 'keda_webhook_scaled_object_validation_errors_total',
    help: 'Reasons for which the admission webhook refused ScaledObjects (the name is KEDA’s)',
    labelNames: ['namespace', 'action', 'reason'],
    registers,
  });
  const webhook = new Histogram({
    name: 'sluice_admission_request_seconds',
    help: 'Requests to the admission webhook by HTTP status; a refused write is a 200',
    labelNames: ['code'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.25, 1, 5, 10],
    registers,
  });
  return {
    render: () => registry.metrics(),
    contentType: registry.contentType,
    decision: (reason) => decisions.inc({ reason }),
    sourceRead: ({ type, seconds, code }) => reads.observe({ type, outcome: code ?? 'ok' }, seconds),
    sourceAbandoned: (type) => abandoned.inc({ type }),
    sourceHint: (type) => hints.inc({ type }),
    watchEnded: ({ type, code }) => watchEnds.inc({ type, outcome: code ?? 'ok' }),
    pushedLook: () => pushedLooks.inc(),
    queueWait: (seconds) => wait.observe(seconds),
    kubeCall: (labels) => kube.inc(labels),
    metricsRequest: ({ code, seconds }) => requests.observe({ code: String(code) }, seconds),
    metricServed: (age) => freshness.observe(age),
    scaledObjectValidated: (labels) => validations.inc(labels),
    scaledObjectRefused: (labels) => refusals.inc(labels),
    webhookRequest: ({ code, seconds }) => webhook.observe({ code: String(code) }, seconds),
    objects(counts) {
      for (const [kind, count] of Object.entries(counts)) objects.set({ kind }, count);
    },
    ownedObjects: (count) => owned.set(count),
    members: (count) => members.set(count),
  };
}
