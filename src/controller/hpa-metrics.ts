// spec.metrics of an HPA from parsed triggers.
import { externalMetricName, labels } from '../api/names.ts';
import type { MeasuredTrigger, PolledTrigger, ResourceTrigger } from '../scalers/scaler.ts';

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

/** Sorted by type as KEDA does, and by trigger within a type. The index in each external name makes it unique in the object. */
export function hpaMetrics(
  scaledObjectName: string,
  triggers: readonly { readonly index: number; readonly trigger: MeasuredTrigger }[],
): readonly HpaMetric[] {
  return triggers
    .map(({ index, trigger }) => ({
      index,
      metric: trigger.kind === 'polled' ? external(scaledObjectName, index, trigger) : resource(trigger),
    }))
    .toSorted((a, b) => (a.metric.type === b.metric.type ? a.index - b.index : a.metric.type < b.metric.type ? -1 : 1))
    .map(({ metric }) => metric);
}

function external(scaledObjectName: string, index: number, { metric }: PolledTrigger): HpaMetric {
  const target = quantityOf(metric.target);
  return {
    type: 'External',
    external: {
      metric: {
        name: externalMetricName(index, metric.name),
        selector: { matchLabels: { [labels.scaledObjectName]: scaledObjectName } },
      },
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

/** A quantity in Kubernetes' canonical form, to a thousandth (KEDA's precision for targets): 5, 2500m, 10k. NaN and negative give 0 as in KEDA. */
export function quantityOf(target: number): string {
  if (!(target > 0)) return '0';
  let amount = BigInt(Math.round(Math.min(target, 9e15) * 1000));
  let suffix = 0;
  while (amount !== 0n && amount % 1000n === 0n && suffix < SUFFIXES.length - 1) {
    amount /= 1000n;
    suffix++;
  }
  return amount === 0n ? '0' : `${amount}${SUFFIXES[suffix] ?? ''}`;
}
