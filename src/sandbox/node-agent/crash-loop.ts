// How long a container that ended waits before it starts again (Kubernetes: CrashLoopBackOff).

export interface CrashLoopLimits {
  readonly baseMs: number;
  readonly maxMs: number;
  /** A container that ran this long is forgiven. */
  readonly resetAfterMs: number;
}

export const KUBERNETES_CRASH_LOOP: CrashLoopLimits = { baseMs: 10_000, maxMs: 300_000, resetAfterMs: 600_000 };

/** The wait before the next start: none after the first end, then `baseMs`, doubling. `previousMs` is undefined before the first. */
export function restartDelayMs(limits: CrashLoopLimits, previousMs: number | undefined, ranMs: number): number {
  if (previousMs === undefined || ranMs >= limits.resetAfterMs) return 0;
  return previousMs === 0 ? limits.baseMs : Math.min(limits.maxMs, previousMs * 2);
}
