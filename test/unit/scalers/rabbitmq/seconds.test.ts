import { describe, expect, it } from '@jest/globals';
import { createSecondsGauge, type QueueProgress } from '../../../../src/scalers/rabbitmq/seconds.ts';
import { createFakeClock } from '../../../support/clock.ts';

const queue = (own: Partial<QueueProgress>): QueueProgress => ({
  name: 'orders',
  messages: 0,
  headTimestamp: undefined,
  done: 0,
  ...own,
});

describe('the age', () => {
  const clock = createFakeClock();
  const age = createSecondsGauge({ measure: 'oldestAge', targetSeconds: 60 }, clock, 'mq');
  const secondsAgo = (seconds: number): number => clock.now() / 1_000 - seconds;

  it.each([
    ['no queue matches', [], 0],
    ['nothing waits', [queue({})], 0],
    ['nothing that counts waits', [queue({ headTimestamp: secondsAgo(30) })], 0],
    ['some wait', [queue({ messages: 3, headTimestamp: secondsAgo(30) })], 30],
    ['a publisher’s clock is ahead', [queue({ messages: 3, headTimestamp: secondsAgo(-9) })], 0],
    [
      'several queues match',
      [10, 40, 20].map((seconds) => queue({ messages: 1, headTimestamp: secondsAgo(seconds) })),
      40,
    ],
  ])('when %s', (_case, queues, seconds) => expect(age(queues)).toBeCloseTo(seconds));

  it('is unknown, not 0, while messages without a timestamp wait', () => {
    expect(() => age([queue({ messages: 1 })])).toThrow(
      'mq: the broker doesn\'t tell since when queue "orders" has its oldest message: publishers must set the property timestamp, and the queue must be a classic one',
    );
  });
});

describe('the time to drain', () => {
  const of = (name: string) => (messages: number, done: number) => queue({ name, messages, done });
  const [eu, us] = [of('eu'), of('us')] as const;

  it('is the target until a rate is known, and goes by all queues together', async () => {
    const clock = createFakeClock();
    const drain = createSecondsGauge({ measure: 'drainTime', targetSeconds: 60 }, clock, 'mq');
    expect(drain([eu(30, 5), us(10, 5)])).toBe(60);
    await clock.advance(10_000);
    expect(drain([eu(20, 15), us(10, 15)])).toBe(15);
    expect(drain([eu(0, 15), us(0, 15)])).toBe(0);
  });

  it('takes what a queue did before it matched for no rate', async () => {
    const clock = createFakeClock();
    const drain = createSecondsGauge({ measure: 'drainTime', targetSeconds: 60 }, clock, 'mq');
    drain([eu(30, 5)]);
    await clock.advance(10_000);
    expect(drain([eu(10, 25), us(10, 1_000_000)])).toBe(10);
    await clock.advance(10_000);
    expect(drain([eu(10, 45)])).toBe(5);
  });
});
