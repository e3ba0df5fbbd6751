// Keys waiting for work: de-duplicated, delayed, and never two workers on one key.
import { backoffMs } from '../async.ts';
import type { Clock } from '../async.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** First and longest wait after a failure; the wait doubles from one failure to the next. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly hooks?: WorkQueueHooks;
}

/** For telemetry and logs; must not throw. */
export interface WorkQueueHooks {
  /** A key waited `waitedMs` for a worker and was worked on for `tookMs`. */
  worked?(key: string, waitedMs: number, tookMs: number): void;
  /** A handler threw; the key comes back with back-off. */
  failed?(key: string, error: unknown): void;
}

export type Handle = (key: string, signal: AbortSignal) => Promise<void>;

export interface WorkQueue {
  /** Work on the key as soon as a worker is free. While it is being worked on: once more, afterwards. */
  add(key: string): void;
  /** As `add`, in `delayMs`. Of several delays the earliest counts. */
  addAfter(key: string, delayMs: number): void;
  /** As `addAfter`, with a back-off that grows with each failure until the key is forgotten; never longer than `withinMs`. */
  retry(key: string, withinMs?: number): void;
  /** Ends the key's back-off. It happens by itself when a handler succeeds without calling `retry`. */
  forget(key: string): void;
  /** Drops a waiting delay, for a key whose object is gone. */
  cancel(key: string): void;
  /** Keys that wait for a worker now. */
  depth(): number;
  /** Works until `signal` aborts, then waits for the handlers that run. A handler that throws is retried. */
  run(handle: Handle, options: { readonly concurrency: number; readonly signal: AbortSignal }): Promise<void>;
}

export function createWorkQueue({ clock, random, baseDelayMs, maxDelayMs, hooks = {} }: WorkQueueOptions): WorkQueue {
  const ready: string[] = [];
  const readySince = new Map<string, number>();
  const running = new Set<string>();
  const again = new Set<string>();
  const delays = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  const failures = new Map<string, number>();
  const idle: (() => void)[] = [];
  let stopped = false;

  function cancel(key: string): void {
    delays.get(key)?.cancel();
    delays.delete(key);
  }

  function add(key: string): void {
    if (stopped) return;
    cancel(key);
    if (running.has(key)) {
      again.add(key);
    } else if (!readySince.has(key)) {
      readySince.set(key, clock.now());
      ready.push(key);
      idle.shift()?.();
    }
  }

  function addAfter(key: string, delayMs: number): void {
    const at = clock.now() + delayMs;
    const planned = delays.get(key);
    if (stopped || readySince.has(key) || again.has(key) || (planned && planned.at <= at)) return;
    planned?.cancel();
    delays.set(key, { at, cancel: clock.schedule(delayMs, () => add(key)) });
  }

  function retry(key: string, withinMs = maxDelayMs): void {
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    addAfter(key, Math.min(withinMs, backoffMs(attempt, baseDelayMs, maxDelayMs, random)));
  }

  async function work(key: string, handle: Handle, signal: AbortSignal): Promise<void> {
    const startedAt = clock.now();
    const waitedMs = startedAt - (readySince.get(key) ?? startedAt);
    const failuresBefore = failures.get(key);
    readySince.delete(key);
    running.add(key);
    try {
      await handle(key, signal);
      if (failures.get(key) === failuresBefore) failures.delete(key);
    } catch (error) {
      if (!signal.aborted) {
        hooks.failed?.(key, error);
        retry(key);
      }
    } finally {
      running.delete(key);
      hooks.worked?.(key, waitedMs, clock.now() - startedAt);
      if (again.delete(key)) add(key);
    }
  }

  async function runWorker(handle: Handle, signal: AbortSignal): Promise<void> {
    while (!stopped) {
      const key = ready.shift();
      if (key === undefined) await new Promise<void>((wake) => idle.push(wake));
      else await work(key, handle, signal);
    }
  }

  function stop(): void {
    stopped = true;
    for (const key of delays.keys()) cancel(key);
    for (const wake of idle.splice(0)) wake();
  }

  return {
    add,
    addAfter,
    retry,
    cancel,
    forget: (key) => void failures.delete(key),
    depth: () => ready.length,
    async run(handle, { concurrency, signal }) {
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      await Promise.all(Array.from({ length: concurrency }, () => runWorker(handle, signal)));
    },
  };
}
