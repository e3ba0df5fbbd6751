// `cpu`: adds a CPU target to the HPA.
import { defineResourceMetric } from './resource-metric.ts';

export const cpu = defineResourceMetric('cpu', 'Adds a CPU target to the HPA, which measures it by itself.');
