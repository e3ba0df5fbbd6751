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

interface Watch {
  readonly runs: Set<() => void>;
  readonly stop: () => void;
}

/** By signal. Node searches all listeners of a signal for each that is added, which is slow for one that thousands wait for. */
const watches = new WeakMap<AbortSignal, Watch>();

/** Runs `run` when the signal aborts; in constant time, however many wait for that. The returned function takes it back. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  const watch = watches.get(signal) ?? startWatch(signal);
  watch.runs.add(run);
  return () => {
    if (watch.runs.delete(run) && watch.runs.size === 0) watch.stop();
  };
}

function startWatch(signal: AbortSignal): Watch {
  const runs = new Set<() => void>();
  const runAll = (): void => {
    for (const run of runs) run();
  };
  const stop = (): void => {
    signal.removeEventListener('abort', runAll);
    watches.delete(signal);
  };
  const watch = { runs, stop };
  watches.set(signal, watch);
  signal.addEventListener('abort', runAll, { once: true });
  return watch;
}

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. Leaves no listener behind. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const cancel = clock.schedule(delayMs, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, () => {
      cancel();
      reject(signal.reason);
    });
  });
}

/** Lets everything else that waits for the event loop have its turn; for long work in pieces. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
  const cancel = clock.schedule(ms, () =>
    stop(new SourceUnavailableError(`${what}: no answer within ${ms} ms`, { code: 'SOURCE_TIMEOUT' })),
  );
  const forget = onAbort(parent, () => stop(parent.reason));
  try {
    return await Promise.race([work(own.signal), expired]);
  } finally {
    cancel();
    forget();
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
