// Empty queues without consumers are looked at often, all others seldom, and never more than the broker should bear.
import { describe, expect, it } from '@jest/globals';
import { SourceAnswerError } from '../../../../src/errors.ts';
import { createQuickLooks, type QueueState } from '../../../../src/scalers/rabbitmq/quick-look.ts';
import { createFakeClock } from '../../../support/clock.ts';

function aBench() {
  const clock = createFakeClock();
  const queues = new Map<string, QueueState>();
  const looks: string[] = [];
  const watchQueue = createQuickLooks({
    clock,
    async look(queue) {
      looks.push(queue);
      const state = queues.get(queue);
      if (!state) throw new SourceAnswerError(`there is no queue ${queue}`, { code: 'SOURCE_NOT_FOUND' });
      return state;
    },
  });
  const stop = new AbortController();
  const watch = (queue: string, activation = 0) => {
    const watched = { wakes: 0, end: Promise.resolve() as Promise<unknown> };
    watched.end = watchQueue(queue, activation, () => watched.wakes++, stop.signal).catch((error: unknown) => error);
    return watched;
  };
  const set = (queue: string, ready: number, consumers = 0) => queues.set(queue, { ready, consumers });
  return { clock, looks, watch, set, stop };
}

describe('scalers/rabbitmq/quick-look', () => {
  it('wakes once when it begins, and when a message comes into an empty queue', async () => {
    const { clock, watch, set } = aBench();
    set('orders', 0);
    const watched = watch('orders');
    await clock.advance(1_000);
    expect(watched.wakes).toBe(1);
    set('orders', 3);
    await clock.advance(200);
    expect(watched.wakes).toBe(2);
  });

  it('goes by the activation: what does not count as work wakes nobody', async () => {
    const { clock, watch, set } = aBench();
    set('orders', 0);
    const watched = watch('orders', 10);
    await clock.advance(1_000);
    set('orders', 10);
    await clock.advance(1_000);
    expect(watched.wakes).toBe(1);
    set('orders', 11);
    await clock.advance(200);
    expect(watched.wakes).toBe(2);
  });

  it('looks five times a second while a queue is empty, and every five seconds while there is work or somebody to do it', async () => {
    const { clock, looks, watch, set } = aBench();
    set('orders', 0);
    watch('orders');
    await clock.advance(10_000);
    expect(looks.length).toBeGreaterThanOrEqual(50);
    for (const [ready, consumers] of [
      [5, 0],
      [0, 1],
    ] as const) {
      set('orders', ready, consumers);
      await clock.advance(5_000);
      looks.length = 0;
      await clock.advance(20_000);
      expect(looks.length).toBeLessThanOrEqual(4);
    }
  });

  it('asks a broker no more than two hundred times a second, each of a thousand queues in its turn', async () => {
    const { clock, looks, watch, set } = aBench();
    for (let i = 0; i < 1_000; i++) {
      set(`queue ${i}`, 0);
      watch(`queue ${i}`);
    }
    await clock.advance(10_000);
    expect(looks.length).toBeLessThanOrEqual(2_001);
    expect(looks.length).toBeGreaterThan(1_900);
    expect(new Set(looks).size).toBe(1_000);
  });

  it('fails with the look, so that a queue that is missing is not asked for again and again', async () => {
    const { clock, looks, watch } = aBench();
    const { end } = watch('no-such-queue');
    await clock.advance(10_000);
    expect(await end).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(looks).toHaveLength(1);
  });

  it('ends with its signal, and leaves no timer', async () => {
    const { clock, looks, watch, set, stop } = aBench();
    set('orders', 0);
    const { end } = watch('orders');
    await clock.advance(1_000);
    const before = looks.length;
    stop.abort(new Error('enough'));
    expect(await end).toMatchObject({ message: 'enough' });
    expect(clock.pending()).toBe(0);
    expect(looks).toHaveLength(before);
  });
});
