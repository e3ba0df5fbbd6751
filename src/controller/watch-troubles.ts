// Tells in the log that a source cannot push: once for each source and reason in an hour, however many triggers it has.
import type { Clock } from '../async.ts';
import type { SluiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { PolledTrigger } from '../scalers/scaler.ts';
import { sourceName } from '../scalers/source-id.ts';

const AGAIN_AFTER_MS = 3_600_000;

export type TellTrouble = (trigger: Pick<PolledTrigger, 'type' | 'sourceId'>, error: SluiceError | undefined) => void;

export function createWatchTroubles({ log, clock }: { readonly log: Logger; readonly clock: Clock }): TellTrouble {
  const toldAt = new Map<string, number>();
  return ({ type, sourceId }, error) => {
    const message = 'no push from a source: it is polled all the same';
    const fields = { type, source: sourceName(sourceId), ...(error ? { error } : {}) };
    // A source that ends its stream in good order is asked again, and that is all.
    if (!error) return log.debug(message, fields);
    const now = clock.now();
    for (const [key, at] of toldAt) if (Math.abs(now - at) >= AGAIN_AFTER_MS) toldAt.delete(key);
    const key = `${sourceId} ${error.code}`;
    if (toldAt.has(key)) return log.debug(message, fields);
    toldAt.set(key, now);
    log.warn(message, fields);
  };
}
