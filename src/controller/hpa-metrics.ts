// spec.metrics of an HPA from parsed triggers.
import { COMPOSITE_METRIC, externalMetricName, labels } from '../api/names.ts';
import type { MeasuredTrigger, MetricSpec, ResourceTrigger } from '../scalers/scaler.ts';

export type HpaMetric =
  | {
      readonly type: 'External';
      readonly external: {
        readonly metric: {
          readonly name: string;
          readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
        };
        readonly target: MetricTarget;
      };
    }
  | { readonly type: 'Resource'; readonly resource: { readonly name: string; readonly target: MetricTarget } }
  | {
      readonly type: 'ContainerResource';
      readonly containerResource: { readonly name: string; readonly container: string; readonly target: MetricTarget };
    };

type MetricTarget =
  | { readonly type: 'AverageValue'; readonly averageValue: string }
  | { readonly type: 'Value'; readonly value: string }
  | { readonly type: 'Utilization'; readonly averageUtilization: number };

/**
 * Sorted by type as KEDA does, and by trigger within a type. The index in each external name makes it unique in the object. With a
 * composite metric that one stands for all external ones, behind the others: another order would be a difference to KEDA.
 */
export function hpaMetrics(
  scaledObjectName: string,
  triggers: readonly { readonly index: number; readonly trigger: MeasuredTrigger }[],
  composite?: Pick<MetricSpec, 'target' | 'type'>,
): readonly HpaMetric[] {
  const own = triggers.flatMap(({ index, trigger }): readonly { index: number; metric: HpaMetric }[] => {
    if (trigger.kind === 'resource') return [{ index, metric: resource(trigger) }];
    if (composite) return [];
    const name = externalMetricName(index, trigger.metric.name);
    return [{ index, metric: external(scaledObjectName, { ...trigger.metric, name }) }];
  });
  const sorted = own
    .toSorted((a, b) => (a.metric.type === b.metric.type ? a.index - b.index : a.metric.type < b.metric.type ? -1 : 1))
    .map(({ metric }) => metric);
  return composite ? [...sorted, external(scaledObjectName, { ...composite, name: COMPOSITE_METRIC })] : sorted;
}

function external(scaledObjectName: string, metric: Pick<MetricSpec, 'name' | 'target' | 'type'>): HpaMetric {
  const target = quantityOf(metric.target);
  return {
    type: 'External',
    external: {
      metric: { name: metric.name, selector: { matchLabels: { [labels.scaledObjectName]: scaledObjectName } } },
      target:
        metric.type === 'Value' ? { type: 'Value', value: target } : { type: 'AverageValue', averageValue: target },
    },
  };
}

function resource({ resource: name, containerName, target }: ResourceTrigger): HpaMetric {
  return containerName === undefined
    ? { type: 'Resource', resource: { name, target } }
    : { type: 'ContainerResource', containerResource: { name, container: containerName, target } };
}

const SUFFIXES = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
/** More than any target; from 1e21 on, decimals are no longer written out. */
const MOST = 9e20;

/** A quantity in Kubernetes' canonical form, to a thousandth (KEDA's precision for targets): 5, 2500m, 10k. NaN and negative give 0 as in KEDA. */
export function quantityOf(target: number): string {
  if (!(target > 0)) return '0';
  let amount = BigInt(Math.min(target, MOST).toFixed(3).replace('.', ''));
  let suffix = 0;
  while (amount !== 0n && amount % 1000n === 0n && suffix < SUFFIXES.length - 1) {
    amount /= 1000n;
    suffix++;
  }
  return amount === 0n ? '0' : `${amount}${SUFFIXES[suffix] ?? ''}`;
}
