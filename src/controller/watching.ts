// Keeps a scaler's watch going while somebody wants to hear: begun again, after a wait that grows, when it ends by itself.
import { backoffMs, type Clock } from '../async.ts';
import { type SluiceError, SourceUnavailableError } from '../errors.ts';
import { unlessAborted } from '../scalers/coalesce.ts';
import type { Scaler } from '../scalers/scaler.ts';

export interface Watching {
  start(): void;
  /** Nothing is heard from now on. */
  stop(): void;
  /** Begins anew on another connection, if it is going on. */
  restart(): void;
  /** Ends a wait early: the source has just answered again. */
  hurry(): void;
}

export interface WatchingOptions {
  readonly clock: Clock;
  readonly random: () => number;
  connect(): Promise<Scaler>;
  heard(): void;
  /** It ended without being told to; polling goes on. No error: the source ended it in good order. */
  ended(error: SluiceError | undefined): void;
  /** What a driver threw, as an error of ours. */
  translate(thrown: unknown): SluiceError;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** What somebody has to mend first, such as a right or a setting of the broker. */
const WAIT_FOR_SOMEBODY_MS = 600_000;
/** A watch that lasted so long did work. */
const LASTED_MS = 10_000;

export function createWatching(options: WatchingOptions): Watching {
  const { clock, random, connect, heard, ended, translate } = options;
  let own: AbortController | undefined;
  let endWait = (): void => {};

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.schedule(ms, resolve);
      endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  async function keep(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const begunAt = clock.now();
      let error: SluiceError | undefined;
      try {
        const scaler = await unlessAborted(connect(), signal);
        if (!scaler.watch) return;
        await unlessAborted(
          scaler.watch(() => {
            if (!signal.aborted) heard();
          }, signal),
          signal,
        );
      } catch (thrown) {
        if (!signal.aborted) error = translate(thrown);
      }
      if (signal.aborted) return;
      ended(error);
      if (Math.abs(clock.now() - begunAt) >= LASTED_MS) failures = 0;
      await wait(waitAfter(error, failures++, random));
    }
  }

  function start(): void {
    if (own) return;
    own = new AbortController();
    void keep(own.signal);
  }

  function stop(): void {
    own?.abort(new DOMException('nobody wants to hear any more', 'AbortError'));
    own = undefined;
    endWait();
  }

  return {
    start,
    stop,
    restart() {
      if (!own) return;
      stop();
      start();
    },
    hurry: () => endWait(),
  };
}

function waitAfter(error: SluiceError | undefined, failures: number, random: () => number): number {
  if (error && !(error instanceof SourceUnavailableError)) {
    return backoffMs(0, WAIT_FOR_SOMEBODY_MS, WAIT_FOR_SOMEBODY_MS, random);
  }
  return Math.max(error?.retryAfterMs ?? 0, backoffMs(failures, FIRST_WAIT_MS, LONGEST_WAIT_MS, random));
}
