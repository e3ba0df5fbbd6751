// What a trigger is taken to say while it cannot be read (KEDA: spec.fallback).
import type { TriggerState } from './observation.ts';
import type { FallbackPolicy } from './policy.ts';

/** In force once a trigger has failed more often in a row than the threshold says. */
export function isInFallback(trigger: TriggerState, fallback: FallbackPolicy | undefined): boolean {
  return fallback !== undefined && trigger.kind === 'failed' && trigger.failures > fallback.failureThreshold;
}

/** KEDA: fallback.behavior. */
export function fallbackReplicas({ behavior, replicas }: FallbackPolicy, currentReplicas: number): number {
  switch (behavior) {
    case 'static':
    // In force only where the formula makes nothing of a failed trigger.
    case 'scalingModifiers':
      return replicas;
    case 'currentReplicas':
      return currentReplicas;
    case 'currentReplicasIfHigher':
      return Math.max(currentReplicas, replicas);
    case 'currentReplicasIfLower':
      return Math.min(currentReplicas, replicas);
  }
}

/**
 * The value that makes an HPA ask for `wantedReplicas`. A Value metric is compared as a whole and multiplied by the Ready pods, so
 * it is divided by them here; undefined when their number is needed and not known.
 */
export function fallbackValue(
  metric: { readonly target: number; readonly type: 'AverageValue' | 'Value' },
  wantedReplicas: number,
  readyReplicas: number | undefined,
): number | undefined {
  const whole = metric.target * wantedReplicas;
  if (metric.type === 'AverageValue') return whole;
  return readyReplicas === undefined || readyReplicas === 0 ? undefined : whole / readyReplicas;
}
