// What will happen by itself, and when.
import { cooldownEnd } from '../../controller/decide/cooldown.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import type { Timer } from './explanation.ts';

export function timersOf({ at, decision, policy, seen }: DecisionRecord, now: number): readonly Timer[] {
  const inSeconds = (then: number): number => Math.round((then - now) / 1_000);
  const next = { what: 'the next look at the triggers', inSeconds: inSeconds(at + decision.checkAgainInMs) };
  const size = decision.scaleTo ?? seen.replicas;
  const floor = policy.idleReplicas ?? policy.minReplicas;
  const canRest = policy.idleReplicas !== undefined || policy.minReplicas === 0;
  if (!canRest || size <= floor || decision.reason === 'ScaleInPaused') return [next];
  const { lastActiveAt } = decision;
  const which = lastActiveAt === undefined ? 'initialCooldownPeriod' : 'cooldownPeriod';
  const end = cooldownEnd(policy, { ...seen, lastActiveAt });
  const what = {
    True: `${which} would be over, if nothing were active from now on`,
    False: `${which} is over, and ${floor} replicas are allowed`,
    Unknown: `${which} is over, and ${floor} replicas are allowed as soon as every trigger can be read`,
  }[decision.active];
  return [next, { what, inSeconds: inSeconds(end) }];
}

/** From the status alone, which is at most a minute behind. */
export function timersOfStatus({ spec, status }: ScaledObject, now: number): readonly Timer[] {
  const at = Date.parse(status?.lastActiveTime ?? '');
  if (Number.isNaN(at)) return [];
  const end = at + (spec.cooldownPeriod ?? 300) * 1_000;
  return [{ what: 'cooldownPeriod is over', inSeconds: Math.round((end - now) / 1_000) }];
}
