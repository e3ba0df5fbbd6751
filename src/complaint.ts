// Says once what goes wrong all the time: again when it is something else, or when it has lasted for another five minutes.
import type { Clock } from './async.ts';
import type { LogFields, Logger } from './log.ts';

export interface Complaint {
  /** A warning when `what` has not been told in the last five minutes, otherwise a line for debugging. */
  raise(what: string, message: string, fields?: LogFields): void;
  /** It is over; `message` tells so if there was a warning. */
  settle(message?: string, fields?: LogFields): void;
}

const EVERY_MS = 300_000;
/** A server that goes down refuses some and resets others; texts of errors may differ without end. */
const REMEMBERED = 8;

export function createComplaint({ log, clock }: { readonly log: Logger; readonly clock: Clock }): Complaint {
  /** When each was told; the one that was told longest ago first. */
  const told = new Map<string, number>();
  return {
    raise(what, message, fields) {
      const now = clock.now();
      const at = told.get(what);
      if (at !== undefined && now - at < EVERY_MS) return log.debug(message, fields);
      told.delete(what);
      told.set(what, now);
      const [oldest] = told.keys();
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest);
      log.warn(message, fields);
    },
    settle(message, fields) {
      if (told.size > 0 && message !== undefined) log.info(message, fields);
      told.clear();
    },
  };
}
