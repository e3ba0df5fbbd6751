// One metric's values, from the provider's numbers to the list that the HPA reads.
import { type Answer, json } from '../serving/answer.ts';
import { GROUP_VERSION } from './discovery.ts';
import type { MetricQuery, MetricsProvider } from './provider.ts';
import { formatQuantity } from './quantity.ts';
import { parseSelector } from './selector.ts';

export interface MetricRequest {
  readonly namespace: string;
  readonly metric: string;
  readonly labelSelector: string;
}

export interface MetricAnswerOptions {
  readonly provider: MetricsProvider;
  /** Told when each value was read, milliseconds since the epoch. */
  readonly onServed: (at: number) => void;
}

/** Rejects with a MetricError: the provider's, or METRIC_BAD_REQUEST for a selector that can't be used. */
export async function answerMetric(
  request: MetricRequest,
  { provider, onServed }: MetricAnswerOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const { namespace, metric, labelSelector } = request;
  const query: MetricQuery = { namespace, metric, labels: parseSelector(labelSelector) };
  const values = await provider.read(query, signal);
  for (const { at } of values) onServed(at);
  return json(200, {
    kind: 'ExternalMetricValueList',
    apiVersion: GROUP_VERSION,
    metadata: {},
    items: values.map(({ name, value, at }) => ({
      metricName: name,
      metricLabels: null,
      timestamp: toSeconds(at),
      value: formatQuantity(value),
    })),
  });
}

/** metav1.Time has no fractions of a second. */
function toSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
