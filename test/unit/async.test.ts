import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { backoffMs, createLimiter, onAbort, sleep, withDeadline } from '../../src/async.ts';
import { createFakeClock } from '../support/clock.ts';

const never = new AbortController().signal;

describe('sleep', () => {
  it('resolves when the time has come, and not before', async () => {
    const clock = createFakeClock();
    let woke = false;
    const done = sleep(clock, 1000, never).then(() => {
      woke = true;
    });
    await clock.advance(999);
    expect(woke).toBe(false);
    await clock.advance(1);
    await done;
    expect(woke).toBe(true);
  });

  it('rejects with the signal’s reason and leaves no timer', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const done = sleep(clock, 1000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    expect(clock.pending()).toBe(0);
  });
});

describe('withDeadline', () => {
  it('rejects at the deadline even when the work ignores its signal', async () => {
    const clock = createFakeClock();
    const done = withDeadline(clock, never, 3000, 'redis 10.0.0.1:6379', () => new Promise(() => {}));
    const rejected = expect(done).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: 'redis 10.0.0.1:6379: no answer within 3000 ms',
    });
    await clock.advance(3000);
    await rejected;
  });

  it('aborts the work’s signal with the same reason', async () => {
    const clock = createFakeClock();
    let reason: unknown;
    const work = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      });
    const rejected = expect(withDeadline(clock, never, 10, 'x', work)).rejects.toThrow();
    await clock.advance(10);
    await rejected;
    expect(reason).toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('leaves neither timer nor listener when the work is done', async () => {
    const clock = createFakeClock();
    const parent = new AbortController();
    let listeners = 0;
    const { signal } = parent;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    await expect(withDeadline(clock, signal, 1000, 'x', async () => 7)).resolves.toBe(7);
    expect([clock.pending(), listeners]).toEqual([0, 0]);
  });
});

describe('onAbort', () => {
  it('runs each once when the signal aborts, but for those that were taken back', () => {
    const controller = new AbortController();
    const ran: string[] = [];
    onAbort(controller.signal, () => ran.push('a'));
    const forget = onAbort(controller.signal, () => ran.push('b'));
    onAbort(controller.signal, () => ran.push('c'));
    forget();
    controller.abort();
    expect(ran).toEqual(['a', 'c']);
  });

  it('listens anew after all were taken back, and a late word of the old ones ends nothing', () => {
    const controller = new AbortController();
    const ran: string[] = [];
    const forget = onAbort(controller.signal, () => ran.push('old'));
    forget();
    onAbort(controller.signal, () => ran.push('new'));
    forget();
    controller.abort();
    expect(ran).toEqual(['new']);
  });

  it('has one listener for however many wait', () => {
    const { signal } = new AbortController();
    const forget = Array.from({ length: 100 }, () => onAbort(signal, () => {}));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const each of forget) each();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('createLimiter', () => {
  it('lets so many run at once and the rest wait in order, failures included', async () => {
    const limit = createLimiter(2);
    const order: number[] = [];
    let running = 0;
    let peak = 0;
    const job = (id: number) => async (): Promise<void> => {
      peak = Math.max(peak, ++running);
      order.push(id);
      await Promise.resolve();
      running--;
      if (id === 1) throw new Error('one fails');
    };
    const all = await Promise.allSettled([0, 1, 2, 3, 4].map((id) => limit(job(id))));
    expect([peak, order]).toEqual([2, [0, 1, 2, 3, 4]]);
    expect(all.filter((r) => r.status === 'rejected')).toHaveLength(1);
  });
});

describe('backoffMs', () => {
  it.each([
    [0, 0, 500],
    [0, 1, 1000],
    [3, 1, 8000],
    [50, 1, 60_000],
  ])('attempt %i with random %f waits %i ms', (attempt, random, expected) => {
    expect(backoffMs(attempt, 1000, 60_000, () => random)).toBe(expected);
  });
});
