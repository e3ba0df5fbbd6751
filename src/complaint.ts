// Says once what goes wrong all the time: again when it is something else, or when it has lasted for another five minutes.
import type { Clock } from './async.ts';
import type { LogFields, Logger } from './log.ts';

export interface Complaint {
  /** A warning when `what` differs from the last time or that is five minutes ago, otherwise a line for debugging. */
  raise(what: string, message: string, fields?: LogFields): void;
  /** It is over; `message` tells so if there was a warning. */
  settle(message?: string, fields?: LogFields): void;
}

const EVERY_MS = 300_000;

export function createComplaint({ log, clock }: { readonly log: Logger; readonly clock: Clock }): Complaint {
  let told: { readonly what: string; readonly at: number } | undefined;
  return {
    raise(what, message, fields) {
      const now = clock.now();
      if (told?.what === what && now - told.at < EVERY_MS) return log.debug(message, fields);
      told = { what, at: now };
      log.warn(message, fields);
    },
    settle(message, fields) {
      if (told !== undefined && message !== undefined) log.info(message, fields);
      told = undefined;
    },
  };
}
