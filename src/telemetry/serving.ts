// Series about what the API server asks of us, and we of it.
import { Counter, Histogram, type Registry } from 'prom-client';

export interface ServingTelemetry {
  kubeCall(call: { readonly verb: string; readonly resource: string; readonly code: string }): void;
  metricsRequest(request: { readonly code: number; readonly seconds: number }): void;
  /** Age of a value when it was served to the HPA. */
  metricServed(ageSeconds: number): void;
  scaledObjectValidated(write: { readonly namespace: string; readonly action: string }): void;
  scaledObjectRefused(write: { readonly namespace: string; readonly action: string; readonly reason: string }): void;
  webhookRequest(request: { readonly code: number; readonly seconds: number }): void;
}

export function createServingSeries(registry: Registry): ServingTelemetry {
  const registers = [registry];
  const kube = new Counter({
    name: 'sluice_kube_requests_total',
    help: 'Calls to the API server by verb and resource (as RBAC names them) and status; create, update, patch and delete are writes',
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
  const validations = new Counter({
    name: 'keda_webhook_scaled_object_validations_total',
    help: 'ScaledObjects that the admission webhook judged',
    labelNames: ['namespace', 'action'],
    registers,
  });
  const refusals = new Counter({
    name: 'keda_webhook_scaled_object_validation_errors_total',
    help: 'Reasons for which the admission webhook refused ScaledObjects',
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
    kubeCall: ({ verb, resource, code }) => kube.inc({ verb, resource, code }),
    metricsRequest: ({ code, seconds }) => requests.observe({ code: String(code) }, seconds),
    metricServed: (age) => freshness.observe(age),
    scaledObjectValidated: ({ namespace, action }) => validations.inc({ namespace, action }),
    scaledObjectRefused: ({ namespace, action, reason }) => refusals.inc({ namespace, action, reason }),
    webhookRequest: ({ code, seconds }) => webhook.observe({ code: String(code) }, seconds),
  };
}
