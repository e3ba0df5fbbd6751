// What this replica is doing about its objects at this moment, so that it can be waited for or broken off.
import { type Clock, onAbort } from '../../async.ts';

export interface Visits {
  /** Runs `work` with a signal that aborts with `parent`, or when the visit is broken off; what `work` then throws is `brokenOff`. */
  run<T>(uid: string, parent: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof brokenOff>;
  /** Whether one of them is to an object of which `which` holds. */
  some(which: (uid: string) => boolean): boolean;
  /** Those that are not over in `patienceMs` are broken off. */
  hurry(which: (uid: string) => boolean, patienceMs: number): void;
  breakOffAll(): void;
}

export const brokenOff = Symbol('broken off');

interface Visit {
  readonly uid: string;
  readonly own: AbortController;
  cancel: (() => void) | undefined;
}

/** `ended` is told whenever a visit is over. */
export function createVisits(clock: Clock, ended: () => void): Visits {
  const running = new Set<Visit>();
  const breakOff = ({ own }: Visit): void => own.abort(new Error('the object is not ours to act on any more'));
  return {
    async run(uid, parent, work) {
      const visit: Visit = { uid, own: new AbortController(), cancel: undefined };
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
    some: (which) => [...running].some(({ uid }) => which(uid)),
    hurry(which, patienceMs) {
      for (const visit of running) {
        if (which(visit.uid)) visit.cancel ??= clock.schedule(patienceMs, () => breakOff(visit));
      }
    },
    breakOffAll() {
      for (const visit of running) breakOff(visit);
    },
  };
}
