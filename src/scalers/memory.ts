// `memory`: adds a memory target to the HPA.
import { defineResourceMetric } from './resource-metric.ts';

export const memory = defineResourceMetric('memory', 'Adds a memory target to the HPA, which measures it by itself.');
