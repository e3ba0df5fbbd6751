// A queue on a clock that stands still, with a consumer that takes what it is told to.
import type { Consumer, Delivery, ReceiveMode } from '../../../../src/sandbox/service-bus/delivery.ts';
import type { BrokeredMessage } from '../../../../src/sandbox/service-bus/message.ts';
import { createQueue, type Queue, type QueueSettings } from '../../../../src/sandbox/service-bus/queue.ts';
import { createFakeClock, type FakeClock } from '../../../support/clock.ts';

export interface QueueBench {
  readonly clock: FakeClock;
  readonly queue: Queue;
  readonly dead: BrokeredMessage[];
  /** Takes at most `count` messages, as one receiver would. */
  take(count?: number, mode?: ReceiveMode): Delivery[];
}

export function aMessage(id: string, changes: Partial<BrokeredMessage> = {}): BrokeredMessage {
  return { messageId: id, applicationProperties: {}, sections: {}, ...changes };
}

export function aQueue(settings: Partial<QueueSettings> = {}): QueueBench {
  const clock = createFakeClock();
  const dead: BrokeredMessage[] = [];
  let tokens = 0;
  let numbers = 0;
  const queue = createQueue(
    { lockDurationMs: 60_000, maxDeliveryCount: 10, timeToLiveMs: Infinity, deadLetterExpired: false, ...settings },
    {
      clock,
      newLockToken: () => `token-${++tokens}`,
      nextSequenceNumber: () => ++numbers,
      deadLetter: (message) => dead.push(message),
    },
  );
  return {
    clock,
    queue,
    dead,
    take(count = 1, mode = 'peek-lock') {
      const taken: Delivery[] = [];
      const consumer: Consumer = {
        mode,
        credit: () => count - taken.length,
        deliver: (delivery) => taken.push(delivery),
        gone() {},
      };
      queue.attach(consumer)();
      return taken;
    },
  };
}
