// KEDA's scaling strategies: what the Jobs that are there take from what waits.
import type { JobCount } from './count.ts';
import type { JobPolicy } from './policy.ts';

/** What the triggers ask for: Jobs without regard to any maximum, and within the room (KEDA's maxScale). */
interface Demand {
  readonly wanted: number;
  readonly maxScale: number;
}

type Bounds = Pick<JobPolicy, 'minJobs' | 'room' | 'maxJobs' | 'strategy' | 'accounting'>;

/**
 * The Jobs that may be started for the queue; below zero none. KEDA's table, with two differences (accounting Exact): never more
 * unfinished Jobs than maxJobs, and eager counts a pending Job once, as one that its message has already.
 */
export function effectiveMaxOf(policy: Bounds, queue: Demand, jobs: JobCount): number {
  return policy.accounting === 'KEDA'
    ? asKeda(policy, queue.maxScale, jobs)
    : Math.min(exactly(policy, queue, jobs), policy.maxJobs - jobs.running);
}

function asKeda({ strategy, minJobs, room }: Bounds, maxScale: number, { running, pending }: JobCount): number {
  const extra = running - minJobs;
  switch (strategy.kind) {
    case 'default':
      return maxScale - extra;
    case 'custom':
      return Math.min(maxScale - strategy.deduction - Math.trunc(extra * strategy.runningShare), room);
    case 'accurate':
      return maxScale + extra - pending > room ? room - extra : maxScale - pending;
    case 'eager':
      return Math.min(room - extra - pending, maxScale);
  }
}

/**
 * The same numbers wherever KEDA's are right. What waits beyond the room stays in the sum, since a Job that has ended meanwhile may
 * still count for its message.
 */
function exactly(
  { strategy, minJobs, room }: Bounds,
  { wanted, maxScale }: Demand,
  { runningAtReading, pending }: JobCount,
): number {
  const extra = runningAtReading - minJobs;
  switch (strategy.kind) {
    case 'default':
      return wanted - extra;
    case 'custom':
      return Math.min(maxScale - strategy.deduction - Math.trunc(extra * strategy.runningShare), room);
    case 'accurate':
    case 'eager':
      return wanted - pending;
  }
}

/** Jobs that are there and that the strategy does not take from what waits. */
export function startedWithoutTrace({ strategy, minJobs }: Bounds, { running, pending }: JobCount): number {
  const extra = Math.max(0, running - minJobs);
  switch (strategy.kind) {
    case 'default':
      return 0;
    case 'custom':
      return Math.max(0, extra - strategy.deduction - Math.trunc(extra * strategy.runningShare));
    case 'accurate':
    case 'eager':
      return Math.max(0, extra - pending);
  }
}
