// From metric values to a number of replicas: the ratio, its tolerance, and what to believe when a metric is missing.
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
import { toMilli } from './quantity.ts';

/** One metric of an HPA with what was read for it. */
export interface ObservedMetric {
  readonly name: string;
  /** AverageValue: `target` is what one replica handles. Value: the whole value is compared with `target`. */
  readonly type: 'AverageValue' | 'Value';
  readonly target: number;
  /** The sum over the metric's series; undefined when it could not be read, which is not the same as 0. */
  readonly value: number | undefined;
}

export interface ReplicaCounts {
  /** What the target's scale asks for. */
  readonly spec: number;
  /** What the target's scale reports. */
  readonly status: number;
  /** Pods that run and are Ready. */
  readonly ready: number;
}

/** How far a ratio may lie from 1 before it counts: 0.1 ignores everything between 0.9 and 1.1. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

export const DEFAULT_TOLERANCE = 0.1;

/** The API server's integers; also keeps an absurd metric from becoming Infinity replicas. */
const MOST_REPLICAS = 2 ** 31 - 1;

/** Replicas that this value asks for; the present count while the ratio is within tolerance. */
export function replicasForMetric(
  metric: { readonly type: ObservedMetric['type']; readonly target: number; readonly value: number },
  replicas: ReplicaCounts,
  tolerances: Tolerances,
): number {
  const value = toMilli(metric.value);
  const target = toMilli(metric.target);
  if (metric.type === 'AverageValue') {
    const ratio = value / (target * replicas.status);
    return isWithin(ratio, tolerances) ? replicas.status : bounded(Math.ceil(value / target));
  }
  const ratio = value / target;
  if (replicas.spec === 0) return bounded(Math.ceil(ratio));
  return isWithin(ratio, tolerances) ? replicas.spec : bounded(Math.ceil(ratio * replicas.ready));
}

export type Demand =
  | {
      readonly kind: 'known';
      readonly replicas: number;
      readonly metric: string;
      /** Metrics without a value; the others asked for no less than there is, so that they may be followed. */
      readonly missing: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly missing: readonly string[] };

/** The highest answer of all metrics. A missing metric might have asked for more, so with one missing the answer never goes below `spec`. */
export function replicasForMetrics(
  metrics: readonly ObservedMetric[],
  replicas: ReplicaCounts,
  tolerances: Tolerances,
): Demand {
  const missing: string[] = [];
  let highest: { replicas: number; metric: string } | undefined;
  for (const { name, type, target, value } of metrics) {
    if (value === undefined) {
      missing.push(name);
      continue;
    }
    const wanted = replicasForMetric({ type, target, value }, replicas, tolerances);
    if (highest === undefined || wanted > highest.replicas) highest = { replicas: wanted, metric: name };
  }
  if (highest === undefined || (missing.length > 0 && highest.replicas < replicas.spec)) {
    return { kind: 'unknown', missing };
  }
  return { kind: 'known', ...highest, missing };
}

function isWithin(ratio: number, tolerances: Tolerances): boolean {
  return ratio >= 1 - tolerances.down && ratio <= 1 + tolerances.up;
}

/** Nothing over nothing (a target of 0 with a value of 0) asks for nothing. */
function bounded(replicas: number): number {
  return Number.isNaN(replicas) ? 0 : Math.min(Math.max(0, replicas), MOST_REPLICAS);
}
