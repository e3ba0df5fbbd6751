// A connection that is opened when it is first needed, shared, and opened again when it was lost: no reconnecting in the background.
import { type Clock, withDeadline } from '../async.ts';

export interface Reopening<C> {
  /** The open connection, or the one being opened. Rejects with what `open` rejected with. */
  get(): Promise<C>;
  /** Gives up the connection, so that the next get() opens another. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** How long a failure to open stands for an answer, so that a thousand readers don't hammer a broker that refuses. */
const REST_MS = 1_000;

/**
 * `open` calls `lost` when the connection it opened is gone, and must give up when its signal aborts, at the latest after
 * `deadlineMs`. `shut` ends a connection; what it throws is ignored.
 */
export function createReopening<C>(options: {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Names the attempt in the error of a missed deadline. */
  readonly what: string;
  open(lost: () => void, signal: AbortSignal): Promise<C>;
  shut(connection: C): Promise<void>;
}): Reopening<C> {
  const { clock } = options;
  const life = new AbortController();
  let current: Promise<C> | undefined;
  let stopRest = (): void => {};

  function open(): Promise<C> {
    let state: 'opening' | 'open' | 'lost' = 'opening';
    const lost = (): void => {
      // What is lost before it was open fails by itself, and then rests.
      if (state === 'open') forget(attempt);
      state = 'lost';
    };
    const attempt: Promise<C> = withDeadline(clock, life.signal, options.deadlineMs, options.what, async (signal) => {
      const connection = await options.open(lost, signal);
      if (signal.aborted) await options.shut(connection);
      if (state === 'lost') forget(attempt);
      state = 'open';
      return connection;
    });
    attempt.catch(() => {
      if (!life.signal.aborted) stopRest = clock.schedule(REST_MS, () => forget(attempt));
    });
    return attempt;
  }

  function forget(attempt: Promise<C>): void {
    if (current === attempt) current = undefined;
  }

  async function drop(): Promise<void> {
    stopRest();
    const gone = current;
    current = undefined;
    if (gone) await gone.then(options.shut).catch(() => {});
  }

  return {
    get: () => (current ??= open()),
    drop,
    async close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
      await drop();
    },
  };
}
