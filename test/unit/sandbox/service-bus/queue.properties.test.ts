// Whatever consumers do, and however time passes, no message is lost and none is twice in the world.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Delivery, Outcome } from '../../../../src/sandbox/service-bus/delivery.ts';
import { aMessage, aQueue } from './queue-bench.ts';

type Step =
  | { readonly do: 'send'; readonly delayMs: number }
  | { readonly do: 'take'; readonly count: number }
  | { readonly do: 'settle'; readonly nth: number; readonly outcome: Outcome }
  | { readonly do: 'renew'; readonly nth: number }
  | { readonly do: 'fetch deferred' }
  | { readonly do: 'wait'; readonly ms: number };

const outcome: fc.Arbitrary<Outcome> = fc.constantFrom(
  { type: 'complete' },
  { type: 'abandon' },
  { type: 'release' },
  { type: 'defer' },
  { type: 'dead-letter', reason: 'because' },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), delayMs: fc.constantFrom(0, 0, 0, 500, 5000) }),
  fc.record({ do: fc.constant('take' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('settle' as const), nth: fc.nat(), outcome }),
  fc.record({ do: fc.constant('renew' as const), nth: fc.nat() }),
  fc.record({ do: fc.constant('fetch deferred' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 300, 1000, 4000) }),
);

describe('sandbox/service-bus/queue, under random use', () => {
  it('has every message that was sent in exactly one place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue, clock, dead, take } = aQueue({ lockDurationMs: 1000, maxDeliveryCount: 3 });
        const completed: string[] = [];
        let held: Delivery[] = [];
        let sent = 0;
        for (const next of steps) {
          const chosen = 'nth' in next ? held[next.nth % Math.max(1, held.length)] : undefined;
          if (next.do === 'send') {
            queue.enqueue(aMessage(String(++sent), { scheduledAtMs: clock.now() + next.delayMs }));
          } else if (next.do === 'take') held.push(...take(next.count));
          else if (next.do === 'wait') await clock.advance(next.ms);
          else if (next.do === 'renew') queue.renew(chosen?.lock?.token ?? '');
          else if (next.do === 'fetch deferred') {
            const numbers = queue.peek(0, 1000).filter(({ state }) => state === 'deferred');
            held.push(
              ...queue.receiveDeferred(
                numbers.map(({ sequenceNumber }) => sequenceNumber),
                'peek-lock',
              ),
            );
          } else if (chosen) {
            const settled = queue.settle(chosen.lock!.token, next.outcome);
            if (settled && next.outcome.type === 'complete') completed.push(chosen.stored.message.messageId);
            held = held.filter((delivery) => delivery !== chosen);
          }
          const waiting = queue.peek(0, 1000).map(({ message }) => message.messageId);
          const everywhere = [...completed, ...waiting, ...dead.map(({ messageId }) => messageId)];
          expect(everywhere.sort((a, b) => Number(a) - Number(b))).toEqual(
            Array.from({ length: sent }, (_, i) => String(i + 1)),
          );
          const { active, scheduled } = queue.counts();
          expect(active + scheduled).toBe(waiting.length);
        }
        queue.close();
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
