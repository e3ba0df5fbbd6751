// When a target may go to rest.
import type { Observation } from './observation.ts';
import type { ScalingPolicy } from './policy.ts';

/** KEDA: cooldownPeriod counts from the last activity; before any activity initialCooldownPeriod counts from creation. */
export function cooldownEnd(
  { cooldownMs, initialCooldownMs }: Pick<ScalingPolicy, 'cooldownMs' | 'initialCooldownMs'>,
  { createdAt, lastActiveAt }: Pick<Observation, 'createdAt' | 'lastActiveAt'>,
): number {
  return lastActiveAt === undefined ? createdAt + initialCooldownMs : lastActiveAt + cooldownMs;
}
