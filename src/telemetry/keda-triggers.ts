// KEDA's series about triggers, by its names and labels: https://keda.sh/docs/2.20/integrations/prometheus/
import type { Family, Sample } from './exposition.ts';
import { histogramSamples } from './exposition.ts';
import type { ResourceFigures, Snapshot, TriggerFigures } from './figures.ts';

/** `scaledObject` is the name of a ScaledJob as well; `type` says which. */
const LABELS = ['namespace', 'metric', 'scaledObject', 'scaler', 'triggerIndex', 'type'] as const;
const HTTP_LABELS = ['namespace', 'scaled_resource', 'scaler', 'trigger_name', 'metric_name', 'status_code'] as const;
const KINDS = { scaledobject: 'ScaledObject', scaledjob: 'ScaledJob' } as const;

export const triggerFamilies: readonly Family[] = [
  {
    name: 'keda_scaler_metrics_value',
    type: 'gauge',
    help: 'The value that a trigger had when it was last read',
    labels: LABELS,
    samples: each(({ value }) => value),
  },
  {
    name: 'keda_scaler_metrics_latency_seconds',
    type: 'gauge',
    help: 'How long the last read of a trigger took',
    labels: LABELS,
    samples: each(({ tookMs }) => tookMs && tookMs / 1000),
  },
  {
    name: 'keda_scaler_active',
    type: 'gauge',
    help: '1 when a trigger is active, 0 when it is not',
    labels: LABELS,
    samples: each(({ isActive }) => (isActive === undefined ? undefined : Number(isActive))),
  },
  {
    name: 'keda_scaler_detail_errors_total',
    type: 'counter',
    help: 'Failed reads of a trigger, whoever asked for them',
    labels: LABELS,
    samples: each(({ failedReads }) => failedReads),
  },
  {
    name: 'keda_scaler_empty_upstream_responses_total',
    type: 'counter',
    help: 'Answers without a value',
    labels: ['namespace', 'scaledResource', 'triggerName', 'metricName', 'resourceType', 'ignoreNullValues'],
    *samples({ resources }) {
      for (const { resource, trigger } of triggersOf(resources)) {
        for (const [isIgnored, value] of trigger.emptyAnswers ?? []) {
          const { namespace, name, type } = resource;
          yield { values: [namespace, name, trigger.name, trigger.metric, KINDS[type], String(isIgnored)], value };
        }
      }
    },
  },
  {
    name: 'keda_scaler_http_requests_total',
    type: 'counter',
    help: 'HTTP requests for the sake of a trigger, by status; one that several objects share counts for each of them',
    labels: HTTP_LABELS,
    *samples({ resources }) {
      for (const { values, figures } of requestsOf(resources)) yield { values, value: figures.count };
    },
  },
];

/** In place of the one that adds them all up. */
export const httpDurationByTrigger: Family = {
  name: 'keda_scaler_http_request_duration_seconds',
  type: 'histogram',
  help: 'Durations of HTTP requests of triggers',
  labels: HTTP_LABELS,
  *samples({ resources }) {
    for (const { values, figures } of requestsOf(resources)) yield* histogramSamples(values, figures);
  },
};

/** Of these resources, every trigger with what it belongs to. */
export function* triggersOf(
  resources: readonly ResourceFigures[],
): Generator<{ readonly resource: ResourceFigures; readonly trigger: TriggerFigures }> {
  for (const resource of resources) for (const trigger of resource.triggers) yield { resource, trigger };
}

function each(valueOf: (trigger: TriggerFigures) => number | undefined): (snapshot: Snapshot) => Generator<Sample> {
  return function* ({ resources }) {
    for (const { resource, trigger } of triggersOf(resources)) {
      const value = valueOf(trigger);
      if (value === undefined) continue;
      const { namespace, name, type } = resource;
      yield { values: [namespace, trigger.metric, name, trigger.scaler, trigger.index, type], value };
    }
  };
}

function* requestsOf(resources: readonly ResourceFigures[]) {
  for (const { resource, trigger } of triggersOf(resources)) {
    for (const [status, figures] of trigger.http ?? []) {
      const values = [resource.namespace, resource.name, trigger.type, trigger.name, trigger.metric, status] as const;
      yield { values, figures };
    }
  }
}
