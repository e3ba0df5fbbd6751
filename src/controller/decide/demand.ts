// Where one step upwards goes: what the metrics ask for, within the bounds and the user's own behavior.scaleUp.
import type { ObservedMetric } from '../../hpa/desired-replicas.ts';
import { type StepUp, stepUp } from '../../hpa/step-up.ts';
import { fallbackReplicas, fallbackValue, isInFallback } from './fallback.ts';
import type { Observation, TriggerState } from './observation.ts';
import type { ScalingPolicy } from './policy.ts';

/** For a target that should be awake; never below its present size, nor below max(1, minReplicas). */
export function demand(policy: ScalingPolicy, seen: Observation, metrics: readonly TriggerState[]): StepUp {
  return stepUp(
    {
      nowMs: seen.now,
      currentReplicas: seen.replicas,
      ...(seen.readyReplicas === undefined ? {} : { readyReplicas: seen.readyReplicas }),
      minReplicas: policy.minReplicas,
      maxReplicas: policy.maxReplicas,
      metrics: metrics.map((trigger) => observedMetric(trigger, policy, seen)),
      scaleUp: policy.scaleUpRules,
    },
    seen.history,
  );
}

function observedMetric(trigger: TriggerState, policy: ScalingPolicy, seen: Observation): ObservedMetric {
  const { metric: name, type = 'AverageValue', target = 1 } = trigger;
  if (trigger.kind === 'value') return { name, type, target, value: trigger.value };
  if (!policy.fallback || !isInFallback(trigger, policy.fallback)) return { name, type, target, value: undefined };
  const wanted = fallbackReplicas(policy.fallback, seen.replicas);
  // From zero a Value metric is not multiplied by anything.
  const pods = seen.replicas === 0 ? 1 : (seen.readyReplicas ?? seen.replicas);
  return { name, type, target, value: fallbackValue({ target, type }, wanted, pods) };
}
