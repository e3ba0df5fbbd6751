// Waits for a server that has just been started.
import { type Clock, sleep } from '../async.ts';
import { SourceUnavailableError } from '../errors.ts';

const LOOK_EVERY_MS = 100;
const WITHIN_MS = 90_000;

export interface Waiting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Tries until `ask` resolves, which it resolves to; rejects when it does not in a minute and a half, or when the signal aborts. */
export async function untilAnswers<T>(what: string, { clock, signal }: Waiting, ask: () => Promise<T>): Promise<T> {
  const deadline = clock.now() + WITHIN_MS;
  while (clock.now() < deadline) {
    try {
      return await ask();
    } catch {
      await sleep(clock, LOOK_EVERY_MS, signal);
    }
  }
  throw new SourceUnavailableError(`${what} did not answer within ${WITHIN_MS / 1000} s`, { code: 'SOURCE_TIMEOUT' });
}
