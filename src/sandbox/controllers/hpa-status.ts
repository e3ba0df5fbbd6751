// What an HPA says of itself: conditions with Kubernetes' reasons, present metrics, sizes. Pure.
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/#appendix-horizontal-pod-autoscaler-status-conditions
import { formatMilli, toMilli } from '../../hpa/quantity.ts';
import type { Recommendation } from '../../hpa/recommend.ts';
import type { Scale } from '../../kube/scale.ts';
import { timestamp } from '../node-agent/pod.ts';
import { type Condition, withCondition } from './conditions.ts';
import type { MetricReading } from './external-metrics.ts';
import type { Hpa, HpaStatus, MetricStatus } from './hpa-object.ts';

type Say = Omit<Condition, 'lastTransitionTime'> & { readonly reason: string; readonly message: string };

/** One look at an HPA, in full. */
export interface Look {
  readonly scale: Scale;
  readonly readings: readonly MetricReading[];
  readonly seen: Recommendation;
  /** What came of writing the new size; absent when there was nothing to write. */
  readonly rescale?: 'written' | { readonly error: string };
}

export function hpaStatus(hpa: Hpa, look: Look, nowMs: number): HpaStatus {
  const { scale, readings, seen, rescale } = look;
  const before = hpa.status ?? {};
  const lastScaleTime = rescale === 'written' ? timestamp(nowMs) : before.lastScaleTime;
  const knows = seen.reason !== 'MetricsMissing' && (rescale === undefined || rescale === 'written');
  const desired = knows ? seen.desiredReplicas : before.desiredReplicas;
  const currentMetrics = readings.flatMap((reading) => metricStatus(reading, scale.currentReplicas));
  return {
    currentReplicas: scale.replicas,
    ...(desired === undefined ? {} : { desiredReplicas: desired }),
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(currentMetrics.length === 0 ? {} : { currentMetrics }),
    conditions: conditionsAfter(before, [ableToScale(look), ...scalingActive(look), ...scalingLimited(look)], nowMs),
  };
}

/** When the target's scale could not even be read. */
export function statusWithoutScale(hpa: Hpa, message: string, nowMs: number): HpaStatus {
  const said: Say = { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message };
  return { ...hpa.status, conditions: conditionsAfter(hpa.status ?? {}, [said], nowMs) };
}

function conditionsAfter(before: HpaStatus, said: readonly Say[], nowMs: number): readonly Condition[] {
  return said.reduce<readonly Condition[]>(
    (conditions, condition) => withCondition(conditions, condition, nowMs),
    before.conditions ?? [],
  );
}

function ableToScale({ seen, rescale }: Look): Say {
  const yes = (reason: string, message: string): Say => ({ type: 'AbleToScale', status: 'True', reason, message });
  if (rescale === 'written') return yes('SucceededRescale', `the target was scaled to ${seen.desiredReplicas}`);
  if (rescale !== undefined) {
    return { type: 'AbleToScale', status: 'False', reason: 'FailedUpdateScale', message: rescale.error };
  }
  if (seen.stabilizedBy === 'ScaleDownStabilized') {
    return yes(seen.stabilizedBy, 'a higher recommendation of the stabilization window is followed');
  }
  if (seen.stabilizedBy === 'ScaleUpStabilized') {
    return yes(seen.stabilizedBy, 'a lower recommendation of the stabilization window is followed');
  }
  return seen.metric === undefined
    ? yes('SucceededGetScale', "the target's scale was read")
    : yes('ReadyForNewScale', 'no earlier recommendation stands in the way');
}

/** Nothing when the size was corrected without asking metrics. */
function scalingActive({ seen, readings }: Look): readonly Say[] {
  const failure = readings.find((reading) => reading.failure !== undefined)?.failure;
  switch (seen.reason) {
    case 'ScalingDisabled':
      return [{ type: 'ScalingActive', status: 'False', reason: seen.reason, message: 'the target has zero replicas' }];
    case 'MetricsMissing':
      return [
        {
          type: 'ScalingActive',
          status: 'False',
          reason: failure?.reason ?? 'InvalidMetricSourceType',
          message: failure?.message ?? 'spec.metrics is empty',
        },
      ];
    case 'AboveMaximum':
    case 'BelowMinimum':
      return [];
    case 'AboveTarget':
    case 'BelowTarget':
    case 'OnTarget':
      return [
        {
          type: 'ScalingActive',
          status: 'True',
          reason: 'ValidMetricFound',
          message: `the size follows ${seen.metric}`,
        },
      ];
  }
}

const LIMITS = {
  TooManyReplicas: 'more replicas are recommended than maxReplicas allows',
  TooFewReplicas: 'fewer replicas are recommended than minReplicas allows',
  ScaleUpLimit: 'the scaleUp policies allow no larger step',
  ScaleDownLimit: 'the scaleDown policies allow no larger step',
} as const;

function scalingLimited({ seen }: Look): readonly Say[] {
  if (seen.metric === undefined) return [];
  const { limitedBy } = seen;
  if (limitedBy === undefined) {
    const message = 'the recommended size is within bounds and policies';
    return [{ type: 'ScalingLimited', status: 'False', reason: 'DesiredWithinRange', message }];
  }
  return [{ type: 'ScalingLimited', status: 'True', reason: limitedBy, message: LIMITS[limitedBy] }];
}

function metricStatus({ observed, metric }: MetricReading, replicas: number): readonly MetricStatus[] {
  const { type, value } = observed;
  if (metric === undefined || value === undefined) return [];
  const milli = toMilli(value);
  const current =
    type === 'Value'
      ? { value: formatMilli(milli) }
      : { averageValue: formatMilli(Math.ceil(milli / Math.max(1, replicas))) };
  return [{ type: 'External', external: { metric, current } }];
}
