// Real time that can jump ahead, as on a machine that slept: what became due meanwhile runs at once.
import { type Clock, systemClock } from '../../src/async.ts';

export interface JumpingClock extends Clock {
  jump(ms: number): void;
}

export function createJumpingClock(): JumpingClock {
  const waiting = new Set<{ readonly arm: () => void }>();
  let aheadMs = 0;
  const now = (): number => systemClock.now() + aheadMs;
  return {
    now,
    schedule(delayMs, run) {
      const dueAt = now() + delayMs;
      let cancel = (): void => {};
      const timer = {
        arm() {
          cancel();
          cancel = systemClock.schedule(Math.max(0, dueAt - now()), () => {
            waiting.delete(timer);
            run();
          });
        },
      };
      waiting.add(timer);
      timer.arm();
      return () => {
        waiting.delete(timer);
        cancel();
      };
    },
    jump(ms) {
      aheadMs += ms;
      for (const timer of waiting) timer.arm();
    },
  };
}
