// What the triggers of a ScaledJob say together.
import { isInFallback } from '../../decide/fallback.ts';
import type { TriggerState } from '../../decide/observation.ts';
import type { JobCount } from './count.ts';
import type { JobPolicy } from './policy.ts';
import { startedWithoutTrace } from './strategies.ts';

export interface Queue {
  readonly isActive: boolean;
  /** Events that wait; of several triggers by multipleScalersCalculation. */
  readonly queueLength: number;
  /** Jobs that they ask for, without regard to any maximum. */
  readonly wanted: number;
  /** KEDA's maxScale: the same within the room, rounded up. */
  readonly maxScale: number;
  readonly inFallback: readonly string[];
  readonly failing: readonly string[];
}

interface Waiting {
  readonly length: number;
  readonly wanted: number;
}

/**
 * KEDA: only active triggers count, and one without a target asks for nothing. One that cannot be read is left out, unless its fallback is
 * in force (ours). Every metric of an external scaler counts as a trigger of its own.
 */
export function queueOf(policy: JobPolicy, triggers: readonly TriggerState[], jobs: JobCount): Queue {
  const fallback = policy.fallback && { ...policy.fallback, behavior: 'static' as const };
  const failed = triggers.filter(({ kind }) => kind === 'failed');
  const inFallback = failed.filter((trigger) => isInFallback(trigger, fallback)).map(({ metric }) => metric);
  const failing = failed.map(({ metric }) => metric).filter((metric) => !inFallback.includes(metric));
  const waiting = triggers.flatMap((trigger): readonly Waiting[] => {
    const { target = 1 } = trigger;
    if (trigger.kind === 'value') {
      if (!trigger.isActive) return [];
      return [{ length: trigger.value, wanted: target > 0 ? trigger.value / target : 0 }];
    }
    if (!fallback || !inFallback.includes(trigger.metric)) return [];
    // So many Jobs are held. A strategy that does not take what runs from what waits would start them at every look.
    const wanted = Math.max(0, fallback.replicas - startedWithoutTrace(policy, jobs));
    return [{ length: wanted * target, wanted }];
  });
  const together = combine(policy, waiting);
  const maxScale = Math.ceil(Math.min(together?.wanted ?? 0, policy.room));
  return {
    // A fallback that has its Jobs goes on being in force.
    isActive: together !== undefined || (inFallback.length > 0 && (fallback?.replicas ?? 0) > 0),
    queueLength: together?.length ?? 0,
    wanted: Math.ceil(together?.wanted ?? 0),
    maxScale,
    inFallback,
    failing,
  };
}

/** Undefined: nothing is active. */
function combine({ combine: how, room }: JobPolicy, waiting: readonly Waiting[]): Waiting | undefined {
  if (waiting.length === 0) return undefined;
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const lengths = total(waiting.map(({ length }) => length));
  switch (how) {
    case 'max': {
      const longest = waiting.reduce((a, b) => (b.length > a.length ? b : a));
      // KEDA: an active trigger whose queue is empty does not count here.
      return longest.length > 0 ? longest : undefined;
    }
    case 'min':
      return waiting.reduce((a, b) => (b.length < a.length ? b : a));
    case 'sum':
      return { length: lengths, wanted: total(waiting.map(({ wanted }) => wanted)) };
    case 'avg': {
      // KEDA bounds each trigger before it averages.
      const bounded = total(waiting.map(({ wanted }) => Math.min(wanted, room)));
      return { length: lengths / waiting.length, wanted: bounded / waiting.length };
    }
  }
}
