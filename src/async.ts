// Time and waiting. The only file that reads the clock or touches timers; everything else takes a Clock.
import { SourceUnavailableError } from './errors.ts';

export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** Milliseconds on a clock that nobody sets, since some moment in the past: for durations that others rely on. */
export function elapsedMs(): number {
  return performance.now();
}

/** setTimeout holds 31 bits; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer =
        left > LONGEST_TIMER_MS
          ? setTimeout(arm, LONGEST_TIMER_MS, left - LONGEST_TIMER_MS)
          : setTimeout(run, Math.max(0, left));
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. Leaves no listener behind. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const cancel = clock.schedule(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    function stop(): void {
      cancel();
      reject(signal.reason);
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Resolves when the signal aborts; for a wait that lasts as long as the signal, because the listener stays until then. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Runs `work` with a signal that fires at the deadline or when `parent` does, and rejects then even if `work` ignores it.
 * The deadline's error is a SourceUnavailableError with code SOURCE_TIMEOUT. (AbortSignal.any would pin its listeners on a
 * long-lived parent, so the link is made and removed by hand.)
 */
export async function withDeadline<T>(
  clock: Clock,
  parent: AbortSignal,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const own = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => {});
  const stop = (reason: unknown): void => {
    own.abort(reason);
    reject(reason);
  };
  const onParent = (): void => stop(parent.reason);
  const cancel = clock.schedule(ms, () =>
    stop(new SourceUnavailableError(`${what}: no answer within ${ms} ms`, { code: 'SOURCE_TIMEOUT' })),
  );
  parent.addEventListener('abort', onParent, { once: true });
  try {
    return await Promise.race([work(own.signal), expired]);
  } finally {
    cancel();
    parent.removeEventListener('abort', onParent);
  }
}

export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `width` pieces of work at once; the rest wait in order. */
export function createLimiter(width: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= width) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** Exponential back-off with full-range jitter in [half, whole] of the current step: attempt 0 waits about `baseMs`. */
export function backoffMs(attempt: number, baseMs: number, maxMs: number, random: () => number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)) * (0.5 + random() / 2);
}
