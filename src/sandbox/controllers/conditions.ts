// Conditions of an object's status: set one without touching its times when nothing changed.
import { timestamp } from '../node-agent/pod.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

interface Dated {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
}

export function findCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The list with this condition in its old place, or at the end; `lastTransitionTime` moves only with the status. */
export function withCondition<C extends Dated>(
  conditions: readonly C[] | undefined,
  next: NoInfer<C>,
  nowMs: number,
): readonly C[] {
  const before = findCondition(conditions, next.type);
  const since = before?.status === next.status ? before.lastTransitionTime : undefined;
  const dated = { ...next, lastTransitionTime: since ?? timestamp(nowMs) };
  if (before === undefined) return [...(conditions ?? []), dated];
  return (conditions ?? []).map((condition) => (condition === before ? dated : condition));
}

export function withoutCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}
