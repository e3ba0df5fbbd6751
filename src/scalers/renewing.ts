// Credentials that are exchanged for others: kept until shortly before they end, and exchanged once for all who wait.
import { type Clock, withDeadline } from '../async.ts';
import { createSharing } from './coalesce.ts';

export interface Renewing<T> {
  get(signal: AbortSignal): Promise<T>;
  /** This one was refused where it was shown: the next get() exchanges anew. */
  drop(value: T): void;
  /** Ends the exchange under way. */
  close(): void;
}

export interface Renewable<T> {
  readonly value: T;
  /** In milliseconds since the epoch. */
  readonly endsAtMs: number;
}

const DEADLINE_MS = 10_000;

export function createRenewing<T>(options: {
  readonly clock: Clock;
  /** Names the exchange in the error of a missed deadline. */
  readonly what: string;
  readonly renewBeforeMs: number;
  /** Has to give up when the signal aborts. A failure is not remembered. */
  exchange(signal: AbortSignal): Promise<Renewable<T>>;
}): Renewing<T> {
  const { clock, what, renewBeforeMs } = options;
  const share = createSharing();
  const life = new AbortController();
  let known: (Renewable<T> & { readonly fromMs: number }) | undefined;

  async function renew(): Promise<T> {
    const got = await withDeadline(clock, life.signal, DEADLINE_MS, what, options.exchange);
    known = { ...got, fromMs: clock.now() };
    return got.value;
  }

  return {
    async get(signal) {
      const now = clock.now();
      // One from the future tells that the clock was set back, and nothing of how long it is still good.
      const isGood = known !== undefined && known.fromMs <= now && now < known.endsAtMs - renewBeforeMs;
      return known && isGood ? known.value : share('', renew, signal);
    },
    drop(value) {
      if (known?.value === value) known = undefined;
    },
    close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
    },
  };
}
