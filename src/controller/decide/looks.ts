// When to look again: at the object's own moment in each interval, and exactly when a cooldown ends.

/** Milliseconds until the next moment `phaseMs` of an interval, in (0, intervalMs]. */
export function nextLookInMs(now: number, intervalMs: number, phaseMs: number): number {
  const since = (((now - phaseMs) % intervalMs) + intervalMs) % intervalMs;
  return intervalMs - since;
}

/** The next look is never further away than an interval, or the clock was set back. */
export function isLookDue(
  { nextLookAt }: { readonly nextLookAt: number },
  { pollingIntervalMs }: { readonly pollingIntervalMs: number },
  now: number,
): boolean {
  return now >= nextLookAt || nextLookAt - now > pollingIntervalMs;
}
