// When the next round is due: in its turn, or at once when something has happened.
import type { Clock } from '../../async.ts';

export interface Pace {
  /** A round begins. */
  begin(): void;
  /** The next round begins as soon as this one is over, but for a short breath. */
  wake(): void;
  /** A round that failed is not repeated at once. */
  forgetWakes(): void;
  /** Resolves when the next round is due: `intervalMs` after the last began, or sooner. Also when the signal aborts. */
  rest(intervalMs: number, signal: AbortSignal): Promise<void>;
}

/** However often we are woken: a crowd that joins at once is dealt with in a few rounds. */
const BREATH_MS = 20;

export function createPace(clock: Clock): Pace {
  let begunAt = 0;
  let isWoken = false;
  let goOn = (): void => {};
  return {
    begin() {
      begunAt = clock.now();
      isWoken = false;
    },
    wake() {
      isWoken = true;
      goOn();
    },
    forgetWakes() {
      isWoken = false;
    },
    async rest(intervalMs, signal) {
      const pause = (ms: number): Promise<void> =>
        new Promise((resolve) => {
          const cancel = clock.schedule(ms, end);
          signal.addEventListener('abort', end, { once: true });
          goOn = end;
          function end(): void {
            cancel();
            signal.removeEventListener('abort', end);
            goOn = () => {};
            resolve();
          }
          if (signal.aborted) end();
        });
      // A wall clock that was set must not make the round wait for longer than its interval.
      const sinceMs = Math.max(0, clock.now() - begunAt);
      if (!isWoken) await pause(Math.max(BREATH_MS, Math.min(intervalMs, intervalMs - sinceMs)));
      if (isWoken && !signal.aborted) {
        isWoken = false;
        await pause(BREATH_MS);
      }
    },
  };
}
