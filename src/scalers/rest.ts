// A source that asked to be left alone is left alone, by all who share it.
import type { Clock } from '../async.ts';
import { SourceUnavailableError } from '../errors.ts';
import type { Lease, ScalerDeps } from './scaler.ts';

export interface Rest {
  /** Throws while the source rests. */
  check(): void;
  /** The source asked for it: gives the error for whoever asked it. */
  begin(forMs: number): SourceUnavailableError;
}

/** One for all who ask `what` in whatever right: a throttled service counts all of them. */
export function leaseRest({ clients, clock }: ScalerDeps, what: string, asks: string): Promise<Lease<Rest>> {
  return clients.share(
    `rest of ${what}`,
    async () => createRest(clock, `${what}: ${asks}`),
    async () => {},
  );
}

/** `asks` says who asks for it, such as `bus: the namespace asks`. */
export function createRest(clock: Clock, asks: string): Rest {
  let rest = { since: 0, forMs: 0 };
  const throttled = (leftMs: number): SourceUnavailableError =>
    new SourceUnavailableError(`${asks} to be left alone for ${Math.ceil(leftMs)} ms`, {
      code: 'SOURCE_THROTTLED',
      retryAfterMs: leftMs,
    });
  return {
    check() {
      // Of either sign: a clock that was set back prolongs no rest.
      const restedMs = Math.abs(clock.now() - rest.since);
      if (restedMs < rest.forMs) throw throttled(rest.forMs - restedMs);
    },
    begin(forMs) {
      rest = { since: clock.now(), forMs };
      return throttled(forMs);
    },
  };
}
