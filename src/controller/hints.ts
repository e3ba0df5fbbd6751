// From hints of sources to looks: at once after a quiet time, and so seldom in a storm that nobody else has to wait for it.
import type { Clock } from '../async.ts';

export interface Hints {
  /** A source says that something about the object probably changed. */
  heard(key: string): void;
  /** Drops what is planned for the object. */
  forget(key: string): void;
  /** Drops everything that is planned. */
  close(): void;
}

interface Pace {
  /** When hints last led to a look. */
  lookedAt: number;
  /** Time that the next one keeps from it. */
  distanceMs: number;
  /** A look is planned: further hints mean the same one. */
  isPlanned: boolean;
  cancel: () => void;
}

/** Between two looks that hints led to, at one object: at first, and when hints do not cease. */
const NEAREST_MS = 250;
const FARTHEST_MS = 5_000;
/** Between two such looks at any objects: 500 in a second leave time for those that are due anyway. */
const APART_MS = 2;

/** A hint is never lost: one that comes while its object is looked at leads to another look. */
export function createHints({
  clock,
  look,
  farthestMs = FARTHEST_MS,
}: {
  readonly clock: Clock;
  look(key: string): void;
  /** Between two looks at one object when hints do not cease. */
  readonly farthestMs?: number;
}): Hints {
  const paces = new Map<string, Pace>();
  const due: string[] = [];
  let stopPump: (() => void) | undefined;

  function pump(): void {
    stopPump = undefined;
    const key = due.shift();
    if (key === undefined) return;
    stopPump = clock.schedule(APART_MS, pump);
    const pace = paces.get(key);
    if (!pace?.isPlanned) return;
    pace.isPlanned = false;
    pace.lookedAt = clock.now();
    look(key);
  }

  function enqueue(key: string): void {
    due.push(key);
    if (!stopPump) pump();
  }

  return {
    heard(key) {
      const known = paces.get(key);
      if (known?.isPlanned) return;
      const now = clock.now();
      // Of a time ahead of the clock nothing can be said but that the clock was set back.
      const sinceMs = known && now >= known.lookedAt ? now - known.lookedAt : Number.POSITIVE_INFINITY;
      const before = known?.distanceMs ?? NEAREST_MS;
      const isQuiet = sinceMs >= 2 * before;
      const waitMs = Math.max(0, before - sinceMs);
      const distanceMs = isQuiet ? NEAREST_MS : Math.min(farthestMs, 2 * before);
      const pace = { lookedAt: known?.lookedAt ?? now, distanceMs, isPlanned: true, cancel: () => {} };
      paces.set(key, pace);
      if (waitMs === 0) enqueue(key);
      else pace.cancel = clock.schedule(waitMs, () => enqueue(key));
    },
    forget(key) {
      paces.get(key)?.cancel();
      paces.delete(key);
    },
    close() {
      for (const { cancel } of paces.values()) cancel();
      paces.clear();
      due.length = 0;
      stopPump?.();
    },
  };
}
