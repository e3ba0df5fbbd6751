// What `cpu` and `memory` have in common: a target for a resource metric that the HPA reads by itself.
import { z } from 'zod';
import { defineResource } from './define.ts';
import { field, removed, text } from './fields.ts';
import type { ResourceTrigger, TriggerSource } from './scaler.ts';

const ResourceMetric = z.object({
  value: field(
    text(),
    'The target of one replica: percent of the request (metricType Utilization) or a quantity such as 500m or 1Gi (AverageValue).',
  ),
  containerName: field(text().optional(), 'Measure only this container instead of the whole pod.'),
  type: field(removed('use triggers[].metricType'), 'Use triggers[].metricType.'),
});

/** Kubernetes: resource.Quantity. */
const QUANTITY = /^\+?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const INT32_MAX = 2 ** 31 - 1;

/** A trigger type that is never read: the HPA measures the pods, and the workload always counts as active. */
export function defineResourceMetric(resource: ResourceTrigger['resource'], summary: string): TriggerSource {
  return defineResource({
    type: resource,
    resource,
    summary,
    config: ResourceMetric,
    containerName: (c) => c.containerName,
    target: ({ value }, metricType) =>
      metricType === 'Utilization'
        ? { type: 'Utilization', averageUtilization: Number(value) }
        : { type: 'AverageValue', averageValue: value },
    review({ value }, { metricType, refuse }) {
      if (value === undefined) return;
      const found = `found ${JSON.stringify(value)}`;
      if (metricType === 'Utilization' && !isPercentage(value)) {
        refuse('value', `expected a whole percentage of at least 1, without a sign for it, such as 60, ${found}`);
      }
      if (metricType === 'AverageValue' && (!QUANTITY.test(value) || !/[1-9]/.test(value))) {
        refuse('value', `expected a quantity above 0 such as 500m or 1Gi, ${found}`);
      }
    },
  });
}

/** Go's strconv.ParseInt in base 10, 32 bits; the HPA refuses what is below 1. */
function isPercentage(text: string): boolean {
  return /^\+?\d+$/.test(text) && Number(text) >= 1 && Number(text) <= INT32_MAX;
}
