// The state machine of a queue: locks, attempts, time.
import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '../../../../src/sandbox/service-bus/delivery.ts';
import { aMessage, aQueue } from './queue-bench.ts';

const ids = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ stored }) => stored.message.messageId);
const tokenOf = (delivery: Delivery | undefined): string => delivery!.lock!.token;

describe('sandbox/service-bus/queue', () => {
  it('delivers in order, and counts a locked message as active until it is settled', () => {
    const { queue, take } = aQueue();
    for (const id of ['a', 'b', 'c']) queue.enqueue(aMessage(id));
    const taken = take(2);
    expect(ids(taken)).toEqual(['a', 'b']);
    expect(queue.counts()).toEqual({ active: 3, scheduled: 0 });
    expect(queue.settle(tokenOf(taken[0]), { type: 'complete' })).toBe(true);
    expect(queue.counts().active).toBe(2);
    expect(ids(take(5))).toEqual(['c']);
  });

  it('forgets a message at once when it is received and deleted', () => {
    const { queue, take } = aQueue();
    queue.enqueue(aMessage('a'));
    expect(take(1, 'receive-and-delete')[0]).toMatchObject({ lock: undefined });
    expect(queue.counts().active).toBe(0);
  });

  it('gives an abandoned message its old place and counts the attempt', () => {
    const { queue, take } = aQueue();
    for (const id of ['a', 'b']) queue.enqueue(aMessage(id));
    queue.settle(tokenOf(take()[0]), { type: 'abandon', changes: { tried: 'once' } });
    const [again] = take();
    expect(again?.stored).toMatchObject({
      deliveryCount: 1,
      message: { messageId: 'a', applicationProperties: { tried: 'once' } },
    });
  });

  it('does not count an attempt that was released', () => {
    const { queue, take } = aQueue();
    queue.enqueue(aMessage('a'));
    queue.settle(tokenOf(take()[0]), { type: 'release' });
    expect(take()[0]?.stored.deliveryCount).toBe(0);
  });

  it.each([1, 3])('dead-letters a message after %i failed deliveries', (maxDeliveryCount) => {
    const { queue, take, dead } = aQueue({ maxDeliveryCount });
    queue.enqueue(aMessage('poison'));
    for (let i = 0; i < maxDeliveryCount; i++) queue.settle(tokenOf(take()[0]), { type: 'abandon' });
    expect(take()).toEqual([]);
    expect(dead).toMatchObject([
      { messageId: 'poison', applicationProperties: { DeadLetterReason: 'MaxDeliveryCountExceeded' } },
    ]);
  });

  it('returns a message when its lock expires, and then knows the lock no more', async () => {
    const { queue, take, clock } = aQueue({ lockDurationMs: 30_000 });
    queue.enqueue(aMessage('a'));
    const token = tokenOf(take()[0]);
    await clock.advance(29_999);
    expect(take()).toEqual([]);
    await clock.advance(1);
    const [again] = take();
    expect(again?.stored.deliveryCount).toBe(1);
    expect(queue.settle(token, { type: 'complete' })).toBe(false);
    expect(queue.renew(token)).toBeUndefined();
  });

  it('keeps a renewed lock for another whole duration', async () => {
    const { queue, take, clock } = aQueue({ lockDurationMs: 30_000 });
    queue.enqueue(aMessage('a'));
    const token = tokenOf(take()[0]);
    await clock.advance(20_000);
    expect(queue.renew(token)).toBe(clock.now() + 30_000);
    await clock.advance(29_999);
    expect(queue.settle(token, { type: 'complete' })).toBe(true);
  });

  it('holds a scheduled message back until its hour, then hands it to whoever waits', async () => {
    const { queue, clock } = aQueue();
    const got: string[] = [];
    queue.attach({
      mode: 'receive-and-delete',
      credit: () => 10,
      deliver: ({ stored }) => got.push(stored.message.messageId),
      gone() {},
    });
    const number = queue.enqueue(aMessage('later', { scheduledAtMs: clock.now() + 5000 }));
    const never = queue.enqueue(aMessage('never', { scheduledAtMs: clock.now() + 5000 }));
    expect(queue.counts()).toEqual({ active: 0, scheduled: 2 });
    expect(queue.cancelScheduled(never)).toBe(true);
    expect(queue.cancelScheduled(never)).toBe(false);
    await clock.advance(5000);
    expect(got).toEqual(['later']);
    expect(queue.cancelScheduled(number)).toBe(false);
  });

  it.each([
    ['drops', false, []],
    ['dead-letters', true, ['TTLExpiredException']],
  ])('%s a message that expired, when the queue says so', async (_, deadLetterExpired, reasons) => {
    const { queue, dead, clock } = aQueue({ deadLetterExpired, timeToLiveMs: 10_000 });
    queue.enqueue(aMessage('a', { timeToLiveMs: 1000 }));
    queue.enqueue(aMessage('b', { timeToLiveMs: 99_000 }));
    await clock.advance(1000);
    expect(queue.counts().active).toBe(1);
    await clock.advance(9000);
    expect(queue.counts().active).toBe(0);
    expect(dead.map((message) => message.applicationProperties['DeadLetterReason'])).toEqual(
      reasons.flatMap((reason) => [reason, reason]),
    );
  });

  it('lets a message that expires under a lock still be completed', async () => {
    const { queue, take, dead, clock } = aQueue({ deadLetterExpired: true, lockDurationMs: 60_000 });
    queue.enqueue(aMessage('done', { timeToLiveMs: 1000 }));
    queue.enqueue(aMessage('late', { timeToLiveMs: 1000 }));
    const [done, late] = take(2);
    await clock.advance(2000);
    expect(queue.settle(tokenOf(done), { type: 'complete' })).toBe(true);
    queue.settle(tokenOf(late), { type: 'abandon' });
    expect(dead.map((message) => message.messageId)).toEqual(['late']);
  });

  it('hands out deferred messages by number only', () => {
    const { queue, take } = aQueue();
    const number = queue.enqueue(aMessage('a'));
    queue.settle(tokenOf(take()[0]), { type: 'defer' });
    expect(take()).toEqual([]);
    expect(queue.peek(1, 10)[0]?.state).toBe('deferred');
    const [deferred] = queue.receiveDeferred([number], 'peek-lock');
    queue.settle(tokenOf(deferred), { type: 'abandon' });
    expect(take()).toEqual([]);
    expect(queue.receiveDeferred([number], 'receive-and-delete')).toHaveLength(1);
    expect(queue.counts().active).toBe(0);
  });

  it('lets consumers take turns', () => {
    const { queue } = aQueue();
    const got: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (const name of Object.keys(got)) {
      queue.attach({ mode: 'receive-and-delete', credit: () => 10, deliver: () => got[name]!++, gone() {} });
    }
    for (let i = 0; i < 30; i++) queue.enqueue(aMessage(String(i)));
    expect(got).toEqual({ a: 10, b: 10, c: 10 });
  });

  it('sends its consumers away and leaves no timer when it is closed', () => {
    const { queue, clock, take } = aQueue({ timeToLiveMs: 1000 });
    for (const id of ['a', 'b']) queue.enqueue(aMessage(id));
    queue.enqueue(aMessage('c', { scheduledAtMs: clock.now() + 5000 }));
    take();
    let gone = 0;
    queue.attach({ mode: 'peek-lock', credit: () => 0, deliver() {}, gone: () => gone++ });
    queue.close();
    expect({ gone, timers: clock.pending() }).toEqual({ gone: 1, timers: 0 });
  });
});
