// How long a replica may go on acting after the API server last heard of it.
import type { Clock } from '../../async.ts';

export interface Fence {
  /** To be taken before a renewal is sent, and given to `extend` when it has succeeded. */
  moment(): Moment;
  /** Opens it, or keeps it open, unless the renewal began too long ago. */
  extend(begunAt: Moment): void;
  /** Also when it finds itself overdue before its timer has run: after a sleep timers are late. */
  isShut(): boolean;
  /** Without telling anybody; until the next `extend`. */
  close(): void;
}

export interface Moment {
  readonly elapsedMs: number;
  readonly wallMs: number;
}

export interface FenceOptions {
  readonly clock: Clock;
  /** A clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** It shuts when the last renewal that succeeded began so long ago. */
  readonly holdMs: number;
  readonly hooks: { opened(): void; shut(): void };
}

/**
 * Shut at first. The time that has passed is what the more pessimistic of two clocks says: the wall clock may be set back, the other
 * one may stand still while a machine is suspended.
 */
export function createFence({ clock, elapsedMs, holdMs, hooks }: FenceOptions): Fence {
  let since: Moment | undefined;
  let isOpen = false;
  let stopTimer = (): void => {};

  const moment = (): Moment => ({ elapsedMs: elapsedMs(), wallMs: clock.now() });

  function leftMs(): number {
    if (!since) return 0;
    const now = moment();
    return Math.max(0, holdMs - Math.max(now.elapsedMs - since.elapsedMs, now.wallMs - since.wallMs));
  }

  function isShut(): boolean {
    if (leftMs() > 0) return false;
    if (isOpen) {
      isOpen = false;
      hooks.shut();
    }
    return true;
  }

  /** What is under way must end at the moment itself, not at its next write. */
  function arm(): void {
    stopTimer();
    stopTimer = clock.schedule(leftMs() + 1, () => {
      if (!isShut()) arm();
    });
  }

  return {
    moment,
    isShut,
    extend(begunAt) {
      since = begunAt;
      if (isShut()) return;
      arm();
      if (isOpen) return;
      isOpen = true;
      hooks.opened();
    },
    close() {
      since = undefined;
      isOpen = false;
      stopTimer();
    },
  };
}
