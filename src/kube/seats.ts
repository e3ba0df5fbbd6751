// How many calls are under way at once. Any number, until the API server turns one away (429): from then on no more than it let in.
// Who is turned away all the time is told to wait longer and longer (Kubernetes: API Priority and Fairness).
import type { Clock } from '../async.ts';
import { KubeError } from '../errors.ts';

/** Works when there is a seat, in order; rejects with the signal's reason when it aborts before that. */
export type TakeSeat = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** One seat more after each such time in which nobody was turned away. */
const GROWTH_MS = 1_000;
/** So many are as good as any number. */
const MOST_SEATS = 100;

export function createSeats(clock: Clock): TakeSeat {
  const waiting = new Set<() => void>();
  let seats = Number.POSITIVE_INFINITY;
  let taken = 0;
  let changedAt = 0;

  function grow(): void {
    const now = clock.now();
    const more = Math.floor(Math.abs(now - changedAt) / GROWTH_MS);
    if (seats === Number.POSITIVE_INFINITY || more === 0) return;
    seats = seats + more > MOST_SEATS ? Number.POSITIVE_INFINITY : seats + more;
    changedAt = now;
  }

  function seatNext(): void {
    grow();
    for (const sit of waiting) {
      if (taken >= seats) return;
      waiting.delete(sit);
      taken++;
      sit();
    }
  }

  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sit = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(sit);
        reject(signal.reason as Error);
      };
      waiting.add(sit);
      signal.addEventListener('abort', leave, { once: true });
      seatNext();
    });
  }

  return async (work, signal) => {
    signal.throwIfAborted();
    await wait(signal);
    try {
      return await work();
    } catch (error) {
      if (error instanceof KubeError && error.code === 'KUBE_THROTTLED') {
        seats = Math.max(1, taken - 1);
        changedAt = clock.now();
      }
      throw error;
    } finally {
      taken--;
      seatNext();
    }
  };
}
