// The metrics of an HPA, read from external.metrics.k8s.io as Kubernetes' own controller reads them.
import { MetricError, toSluiceError } from '../../errors.ts';
import type { ObservedMetric } from '../../hpa/desired-replicas.ts';
import { parseQuantity } from '../../quantity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { query } from '../../kube/path.ts';
import type { MetricIdentifier, MetricSpec } from './hpa-object.ts';
import { selectorQuery } from './label-selector.ts';

/** One metric of an HPA and what came of reading it. */
export interface MetricReading {
  readonly observed: ObservedMetric;
  readonly metric?: MetricIdentifier;
  /** Present when `observed` has no value. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

interface ExternalMetricValueList {
  readonly items?: readonly { readonly value: string }[];
}

/** Never rejects but for an aborted signal: a metric that can't be read says why. */
export async function readMetric(
  client: KubeClient,
  namespace: string | undefined,
  spec: MetricSpec,
  signal: AbortSignal,
): Promise<MetricReading> {
  const { external } = spec;
  if (spec.type !== 'External' || external === undefined) {
    const message = `metrics of type ${spec.type} need a metrics server, which the sandbox has not; use External`;
    return failed(spec, 'AverageValue', 0, `FailedGet${spec.type}Metric`, message);
  }
  const { metric, target } = external;
  const type = target.averageValue === undefined ? 'Value' : 'AverageValue';
  const wanted = parseQuantity(target.averageValue ?? target.value ?? '');
  if (wanted === undefined) {
    return failed(spec, type, 0, 'FailedGetExternalMetric', 'its target has neither averageValue nor value');
  }
  try {
    const value = await readValue(client, namespace, metric, signal);
    return { observed: { name: metric.name, type, target: wanted, value }, metric };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toSluiceError(error, `metric ${metric.name}`);
    return failed(spec, type, wanted, 'FailedGetExternalMetric', message);
  }
}

/** The sum over all series that match. */
async function readValue(
  client: KubeClient,
  namespace: string | undefined,
  { name, selector }: MetricIdentifier,
  signal: AbortSignal,
): Promise<number> {
  const root = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace ?? '')}`;
  const labelSelector = selector && selectorQuery(selector);
  const path = `${root}/${encodeURIComponent(name)}${query({ labelSelector })}`;
  const { items = [] } = await client.request<ExternalMetricValueList>('GET', path, undefined, { signal });
  if (items.length === 0) throw new MetricError('METRIC_UNAVAILABLE', `the metrics API has no value for ${name}`);
  return items.reduce((sum, { value }) => {
    const number = parseQuantity(value);
    if (number === undefined) throw new MetricError('METRIC_UNAVAILABLE', `the value of ${name} is no quantity`);
    return sum + number;
  }, 0);
}

function failed(
  spec: MetricSpec,
  type: ObservedMetric['type'],
  target: number,
  reason: string,
  message: string,
): MetricReading {
  const name = spec.external?.metric.name ?? spec.type;
  return { observed: { name, type, target, value: undefined }, failure: { reason, message } };
}
