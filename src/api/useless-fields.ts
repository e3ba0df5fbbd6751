// Fields that are right and mean nothing beside others: KEDA's webhook warns of two.
import type { FieldIssue } from '../errors.ts';
import type { ScaledObjectSpec } from './scaled-object.ts';
import { triggersOutsideFormula } from './scaling-modifiers.ts';

/**
 * While minReplicaCount keeps the target awake, nobody waits for a cooldown. With KEDA nobody waits for a poll either; here a poll is
 * what a step to the demand is made by, so its interval is useless only where such steps are switched off.
 */
export function uselessFields(
  spec: ScaledObjectSpec,
  types: { readonly isResource: (type: string) => boolean },
): readonly FieldIssue[] {
  return [...timesWhileAwake(spec, types), ...triggersOutsideFormula(spec, types)];
}

function timesWhileAwake(
  spec: ScaledObjectSpec,
  types: { readonly isResource: (type: string) => boolean },
): readonly FieldIssue[] {
  const { minReplicaCount: min = 0, idleReplicaCount, pollingInterval, cooldownPeriod, triggers } = spec;
  if (min === 0 || idleReplicaCount !== undefined) return [];
  const isPolled = triggers.some(({ type }) => !types.isResource(type));
  const isUsed = isPolled && spec.advanced?.sluice?.scaleUp !== 'HPA';
  const isCached = triggers.some(({ useCachedMetrics }) => useCachedMetrics === true);
  const awake = `has no effect: minReplicaCount is ${min}, so the target never sleeps`;
  return [
    ...(pollingInterval === undefined || isUsed || isCached ? [] : [{ field: 'spec.pollingInterval', message: awake }]),
    ...(cooldownPeriod === undefined ? [] : [{ field: 'spec.cooldownPeriod', message: awake }]),
  ];
}
