// What the management API tells in seconds: the age of the oldest message, and how long consumers will need for the rest.
import type { Clock } from '../../async.ts';
import { SourceAnswerError } from '../../errors.ts';
import { createRateMeters, drainSeconds } from '../drain-rate.ts';
import type { ScaleOn } from '../scaler.ts';

export interface QueueProgress {
  readonly name: string;
  /** As the trigger counts them: with those that consumers hold, or without. */
  readonly messages: number;
  /** Of the oldest message, a held one included; seconds since the epoch, by the publisher's clock. */
  readonly headTimestamp: number | undefined;
  /** Messages that stopped counting, since the broker began to count; only grows. */
  readonly done: number;
}

/** From the queues of one moment to seconds: the oldest message of all, or the time until they are all empty. */
export function createSecondsGauge(
  { measure, targetSeconds }: ScaleOn,
  clock: Clock,
  what: string,
): (queues: readonly QueueProgress[]) => number {
  if (measure === 'oldestAge') return (queues) => Math.max(0, ...queues.map((queue) => ageOf(queue, clock, what)));
  const perSecond = createRateMeters(clock);
  return (queues) => {
    const waiting = queues.reduce((sum, { messages }) => sum + messages, 0);
    return drainSeconds(waiting, perSecond(new Map(queues.map(({ name, done }) => [name, done]))), targetSeconds);
  };
}

function ageOf({ name, messages, headTimestamp }: QueueProgress, clock: Clock, what: string): number {
  if (messages === 0) return 0;
  if (headTimestamp !== undefined) return clock.now() / 1_000 - headTimestamp;
  throw new SourceAnswerError(
    `${what}: the broker doesn't tell since when queue ${JSON.stringify(name)} has its oldest message: ` +
      'publishers must set the property timestamp, and the queue must be a classic one',
  );
}
