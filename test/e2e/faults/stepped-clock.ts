// The system's clock as it is when somebody sets it: the time steps, timers go on as before.
import { type Clock, systemClock } from '../../../src/async.ts';

export interface SteppedClock extends Clock {
  /** Sets it so many milliseconds ahead of the machine's; behind, when negative. */
  setAhead(ms: number): void;
}

export function createSteppedClock(): SteppedClock {
  let aheadMs = 0;
  return {
    now: () => systemClock.now() + aheadMs,
    schedule: systemClock.schedule,
    setAhead(ms) {
      aheadMs = ms;
    },
  };
}
