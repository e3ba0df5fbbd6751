// How fast a queue is worked off, and how long the rest of it takes at that rate.
import type { Clock } from '../async.ts';

/**
 * Seconds until `waiting` messages are gone at `perSecond`. Nobody knows while nothing is consumed: then it is `targetSeconds`, which
 * leaves the size as it is.
 */
export function drainSeconds(waiting: number, perSecond: number, targetSeconds: number): number {
  if (waiting <= 0) return 0;
  return perSecond > 0 ? waiting / perSecond : targetSeconds;
}

export interface RateMeter {
  /** Takes note of a counter that only grows, and gives its growth a second over the last minute; 0 while that is unknown. */
  perSecond(counter: number): number;
}

const WINDOW_MS = 60_000;
/** Closer samples say little, and a minute's worth of them is kept. */
const STEP_MS = 1_000;

/** A counter that falls was reset, and a clock that goes back was set: what was seen before tells nothing then. */
export function createRateMeter(clock: Clock): RateMeter {
  let samples: { readonly at: number; readonly counter: number }[] = [];
  return {
    perSecond(counter) {
      const now = { at: clock.now(), counter };
      const last = samples.at(-1);
      if (last && (counter < last.counter || now.at < last.at)) samples = [];
      samples = samples.filter(({ at }, i) => now.at - at <= WINDOW_MS || i === samples.length - 1);
      const [first = now] = samples;
      if (samples.length === 0 || now.at - (samples.at(-1)?.at ?? 0) >= STEP_MS) samples.push(now);
      const elapsedMs = now.at - first.at;
      return elapsedMs < STEP_MS ? 0 : ((counter - first.counter) * 1_000) / elapsedMs;
    },
  };
}

/** Of counters that come and go, by name: how fast they grow together. What is new, or was reset, adds nothing at first. */
export function createRateMeters(clock: Clock): (counters: ReadonlyMap<string, number>) => number {
  let meters = new Map<string, RateMeter>();
  return (counters) => {
    const before = meters;
    meters = new Map([...counters.keys()].map((name) => [name, before.get(name) ?? createRateMeter(clock)]));
    return [...counters].reduce((sum, [name, counter]) => sum + (meters.get(name)?.perSecond(counter) ?? 0), 0);
  };
}
