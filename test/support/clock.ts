// A clock that stands still until a test moves it.
import type { Clock } from '../../src/async.ts';

export interface FakeClock extends Clock {
  /** Moves time forward, running due timers in order and letting promises settle after each. */
  advance(ms: number): Promise<void>;
  /** As if somebody set the system's time: timers run when they would have run anyway. */
  set(toMs: number): void;
  /** Timers that wait. */
  pending(): number;
}

export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs;
  /** What the system's time is ahead of the time that timers go by. */
  let aheadMs = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now + aheadMs,
    set(toMs) {
      aheadMs = toMs - now;
    },
    pending: () => timers.size,
    schedule(delayMs, run) {
      const id = serial++;
      timers.set(id, { at: now + Math.max(0, delayMs), run });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        // Ids grow, and a Map keeps their order: of timers at one moment the first one made comes first.
        let due: [number, { at: number; run: () => void }] | undefined;
        for (const timer of timers) if (timer[1].at <= until && (!due || timer[1].at < due[1].at)) due = timer;
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
