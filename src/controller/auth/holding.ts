// What many ask for at the same time is fetched once and kept for a moment.
import type { Clock } from '../../async.ts';

export interface Holding<T> {
  /** A failure is everybody's who waits for it, and is not kept. */
  get(key: string, fetch: () => Promise<T>): Promise<T>;
  forget(key: string): void;
  clear(): void;
}

/** `holdMs` counts from when it is asked for. */
export function createHolding<T>(clock: Clock, holdMs: number): Holding<T> {
  const held = new Map<string, { readonly fetching: Promise<T>; readonly stop: () => void }>();

  function forget(key: string): void {
    held.get(key)?.stop();
    held.delete(key);
  }

  return {
    forget,
    get(key, fetch) {
      const known = held.get(key);
      if (known) return known.fetching;
      const fetching = fetch();
      const entry = { fetching, stop: clock.schedule(holdMs, () => forget(key)) };
      held.set(key, entry);
      fetching.catch(() => {
        if (held.get(key) === entry) forget(key);
      });
      return fetching;
    },
    clear() {
      for (const key of held.keys()) forget(key);
    },
  };
}
