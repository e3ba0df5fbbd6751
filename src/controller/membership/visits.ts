// What this replica is doing about its objects at this moment, so that it can be waited for or broken off. An object is known by any word
// that is its own: its uid or its key.
import { type Clock, onAbort } from '../../async.ts';

export interface Visits {
  /** Runs `work` with a signal that aborts with `parent`, or when the visit is broken off; what `work` then throws is `brokenOff`. */
  run<T>(id: string, parent: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof brokenOff>;
  /** Whether one of them is to an object of which `which` holds. */
  some(which: (id: string) => boolean): boolean;
  /** Those that are not over in `patienceMs` are broken off. */
  hurry(which: (id: string) => boolean, patienceMs: number): void;
  breakOffAll(): void;
}

export const brokenOff = Symbol('broken off');

interface Visit {
  readonly id: string;
  readonly own: AbortController;
  cancel: (() => void) | undefined;
}

/** `ended` is told whenever a visit is over. */
export function createVisits(clock: Clock, ended: () => void): Visits {
  const running = new Set<Visit>();
  const breakOff = ({ own }: Visit): void => own.abort(new Error('the object is not ours to act on any more'));
  return {
    async run(id, parent, work) {
      const visit: Visit = { id, own: new AbortController(), cancel: undefined };
      if (parent.aborted) visit.own.abort(parent.reason);
      const forget = onAbort(parent, () => visit.own.abort(parent.reason));
      running.add(visit);
      try {
        return await work(visit.own.signal);
      } catch (error) {
        if (visit.own.signal.aborted && !parent.aborted) return brokenOff;
        throw error;
      } finally {
        forget();
        visit.cancel?.();
        running.delete(visit);
        ended();
      }
    },
    some: (which) => [...running].some(({ id }) => which(id)),
    hurry(which, patienceMs) {
      for (const visit of running) {
        if (which(visit.id)) visit.cancel ??= clock.schedule(patienceMs, () => breakOff(visit));
      }
    },
    breakOffAll() {
      for (const visit of running) breakOff(visit);
    },
  };
}
