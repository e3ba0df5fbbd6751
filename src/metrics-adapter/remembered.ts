// Answers that cost a call to the API server, kept for a short while; callers at one moment share one call.
import { type Clock, withDeadline } from '../async.ts';

export interface RememberedOptions<V> {
  readonly clock: Clock;
  /** How long an answer holds, in milliseconds. */
  readonly lifeMs: (value: V) => number;
  /** The oldest is forgotten beyond this many. */
  readonly capacity: number;
}

export type Remembered<V> = (key: string, ask: (signal: AbortSignal) => Promise<V>) => Promise<V>;

const DEADLINE_MS = 5_000;

/**
 * A call belongs to all who wait for it: it has its own deadline, and nobody who goes away ends it for the others. A failure is
 * not remembered.
 */
export function createRemembered<V>({ clock, lifeMs, capacity }: RememberedOptions<V>): Remembered<V> {
  const entries = new Map<string, { readonly value: Promise<V>; since: number; lifeMs: number }>();
  return (key, ask) => {
    const known = entries.get(key);
    // Of either sign, so that a clock that was set back lengthens nothing.
    if (known !== undefined && Math.abs(clock.now() - known.since) < known.lifeMs) return known.value;
    const value = withDeadline(clock, new AbortController().signal, DEADLINE_MS, 'asking the API server', ask);
    const entry = { value, since: clock.now(), lifeMs: Number.POSITIVE_INFINITY };
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
    value.then(
      (answer) => {
        entry.since = clock.now();
        entry.lifeMs = lifeMs(answer);
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
    return value;
  };
}
