// Brings the events that wait to their destination, one call after the other, for as long as it takes.
import { backoffMs, type Clock, sleep, withDeadline } from '../async.ts';
import { type SluiceError, SourceUnavailableError, toSluiceError } from '../errors.ts';
import type { Destination } from './destination.ts';
import { isAboutEvents } from './refusal.ts';
import type { WaitingEvent, WaitingEvents } from './waiting-events.ts';

export interface DeliverOptions {
  readonly waiting: WaitingEvents;
  readonly destination: Destination;
  readonly clock: Clock;
  readonly random: () => number;
  readonly hooks: DeliverHooks;
}

export interface DeliverHooks {
  /** Everything that a delivery needs is there. */
  prepared(): void;
  delivered(count: number): void;
  /** They are given up. */
  lost(count: number, error: SluiceError): void;
  /** It was tried `times` in a row, and failed. */
  failed(error: SluiceError, times: number): void;
}

/** KEDA's number, after the first attempt. */
export const RETRIES = 5;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** Whatever a destination asks for. */
const LONGEST_REST_MS = 300_000;
const CALL_MS = 15_000;
/** The API server keeps Events as long. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * A destination that is away keeps everything waiting: it gets the events in their order when it is back. One that answers, but not
 * with 2xx, may do so because of an event, which is therefore given up after five retries. `ending`: what waits is tried once
 * more; `stop` breaks off at once, and puts back what was under way.
 */
export async function deliver(
  { waiting, destination, clock, random, hooks }: DeliverOptions,
  { ending, stop }: { readonly ending: AbortSignal; readonly stop: AbortSignal },
): Promise<void> {
  let failuresInARow = 0;
  let isPrepared = false;

  async function attempt(doing: (signal: AbortSignal) => Promise<void>): Promise<SluiceError | undefined> {
    try {
      await withDeadline(clock, stop, CALL_MS, destination.place, doing);
      failuresInARow = 0;
      return undefined;
    } catch (thrown) {
      failuresInARow++;
      return toSluiceError(thrown, `${destination.place}: delivery`);
    }
  }

  async function rest(error: SluiceError): Promise<void> {
    if (!stop.aborted) hooks.failed(error, failuresInARow);
    const askedMs = error instanceof SourceUnavailableError ? (error.retryAfterMs ?? 0) : 0;
    const pauseMs = backoffMs(failuresInARow - 1, FIRST_RETRY_MS, LONGEST_RETRY_MS, random);
    await sleep(clock, Math.max(pauseMs, Math.min(askedMs, LONGEST_REST_MS)), ending).catch(() => {});
  }

  function keepOrGiveUp(batch: readonly WaitingEvent[], error: SluiceError): void {
    const [alone] = batch.length === 1 ? batch : [];
    if (alone && isAboutEvents(error)) alone.refusals++;
    const isOver = ({ refusals, since }: WaitingEvent): boolean =>
      refusals > RETRIES || clock.now() - since >= LONGEST_WAIT_MS;
    const kept = batch.filter((entry) => !isOver(entry));
    waiting.putBack(kept);
    if (kept.length < batch.length) hooks.lost(batch.length - kept.length, error);
  }

  while (!stop.aborted) {
    const isLastRound = ending.aborted;
    if (!isPrepared) {
      const error = await attempt((signal) => destination.prepare(signal));
      if (error && isLastRound) return;
      if (error) {
        await rest(error);
        continue;
      }
      isPrepared = true;
      hooks.prepared();
    }
    // After a failure each goes by itself, so that one that is refused holds up no other.
    const batch = waiting.take(failuresInARow === 0 ? destination.mostAtOnce : 1);
    if (batch.length === 0) {
      if (isLastRound) return;
      await waiting.filled(ending);
      continue;
    }
    const error = await attempt((signal) =>
      destination.send(
        batch.map(({ event }) => event),
        signal,
      ),
    );
    if (!error) {
      hooks.delivered(batch.length);
      continue;
    }
    if (stop.aborted) return waiting.putBack(batch);
    keepOrGiveUp(batch, error);
    if (isLastRound) return;
    await rest(error);
  }
}
