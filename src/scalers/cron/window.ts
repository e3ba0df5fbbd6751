// Whether a window between two cron expressions is open. Pure: the time is given.
import { parseCron } from './expression.ts';
import { createZone, nextRun, skipsTo } from './next-run.ts';

interface Schedule {
  /** Infinity when there is none. */
  next(now: number): number;
  skipsTo(instant: number): boolean;
}

/** The next time is computed again only when the one before has passed. */
function createSchedule(text: string, timezone: string): Schedule {
  const expression = parseCron(text);
  const zone = createZone(expression.timezone ?? timezone);
  let known: { readonly since: number; readonly next: number } | undefined;
  return {
    skipsTo: (instant) => skipsTo(zone, instant),
    next(now) {
      if (!known || now < known.since || now >= known.next) {
        known = { since: now, next: nextRun(expression, zone, now) ?? Infinity };
      }
      return known.next;
    },
  };
}

export interface Window {
  isOpen(now: number): boolean;
  /** The next time of either expression. */
  nextEdge(now: number): number;
}

/**
 * Between two cron expressions; `timezone` is that of those that name none themselves. Throws a RangeError for what is no expression
 * or time zone. KEDA: the window is open when its next end comes before, or together with, its next start.
 */
export function createWindow(times: {
  readonly start: string;
  readonly end: string;
  readonly timezone: string;
}): Window {
  const starts = createSchedule(times.start, times.timezone);
  const ends = createSchedule(times.end, times.timezone);
  return {
    nextEdge: (now) => Math.min(starts.next(now), ends.next(now)),
    isOpen(now) {
      const [nextStart, nextEnd] = [starts.next(now), ends.next(now)];
      if (nextStart !== nextEnd || !starts.skipsTo(nextStart)) return nextEnd <= nextStart;
      // Clocks skip both, or one and the way to the other: the window is empty that day, and not open until then.
      return ends.next(nextEnd) <= starts.next(nextStart);
    },
  };
}
