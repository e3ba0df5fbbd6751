// How events reach a destination that is away, refuses, or answers late.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sleep } from '../../../src/async.ts';
import { cloudEventOf } from '../../../src/cloud-events/cloud-event.ts';
import { deliver } from '../../../src/cloud-events/deliver.ts';
import type { Destination } from '../../../src/cloud-events/destination.ts';
import { createWaitingEvents, type WaitingEvent } from '../../../src/cloud-events/waiting-events.ts';
import { AuthError, SourceAnswerError, SourceUnavailableError } from '../../../src/errors.ts';
import { createFakeClock } from '../../support/clock.ts';

const away = new SourceUnavailableError('sink: the connection was refused');
const bad = new SourceAnswerError('sink: expected HTTP 2xx, found 400');

/** One source's way to its destination. `answer` may be changed at any time. */
function aDelivery({ room = 1_024, mostAtOnce = 1, prepare = async (): Promise<void> => {} } = {}) {
  const clock = createFakeClock();
  const ending = new AbortController();
  const stop = new AbortController();
  const calls: string[][] = [];
  const told: string[] = [];
  let serial = 0;
  const world = {
    clock,
    calls,
    told,
    answer: (_ids: readonly string[], _signal: AbortSignal): Promise<void> | void => {},
    prepare,
    put(count = 1) {
      for (let i = 0; i < count; i++) waiting.add(anEvent(String(serial++)));
    },
    waits: () => waiting.size(),
    async end() {
      ending.abort();
      await clock.advance(100_000);
      await done;
    },
    async break() {
      stop.abort(new Error('changed'));
      ending.abort();
      await clock.advance(1);
      await done;
    },
  };
  const anEvent = (id: string): WaitingEvent => {
    const regarding = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'shop', name: id };
    const event = { regarding, reason: 'ScaledObjectReady', note: '' };
    const occurrence = { id, at: clock.now(), type: 'keda.scaledobject.ready.v1', event } as const;
    const cloudEvent = cloudEventOf(occurrence, { clusterName: 'c', namespace: 'keda' });
    return { event: cloudEvent, since: clock.now(), refusals: 0 };
  };
  const waiting = createWaitingEvents(room, (entries) =>
    told.push(`out ${entries.map(({ event }) => event.id).join()}`),
  );
  const destination: Destination = {
    sink: 'http',
    place: 'sink',
    mostAtOnce,
    prepare: () => world.prepare(),
    async send(events, signal) {
      const ids = events.map(({ id }) => id);
      calls.push(ids);
      await world.answer(ids, signal);
    },
    close: async () => {},
  };
  const hooks = {
    prepared: () => void told.push('prepared'),
    delivered: (count: number) => void told.push(`delivered ${count}`),
    lost: (count: number) => void told.push(`lost ${count}`),
    failed: (_error: unknown, times: number) => void told.push(`failed ${times}`),
  };
  const done = deliver(
    { waiting, destination, clock, random: () => 0.5, hooks },
    { ending: ending.signal, stop: stop.signal },
  );
  return world;
}

describe('deliver', () => {
  it('brings events in their order, one call after the other', async () => {
    const world = aDelivery();
    world.put(3);
    await world.clock.advance(10);
    world.put(1);
    await world.clock.advance(10);
    expect(world.calls).toEqual([['0'], ['1'], ['2'], ['3']]);
    expect(world.told).toEqual(['prepared', ...Array.from({ length: 4 }, () => 'delivered 1')]);
    await world.end();
  });

  it('brings as many at once as the destination takes', async () => {
    const world = aDelivery({ mostAtOnce: 2 });
    world.put(5);
    await world.clock.advance(10);
    expect(world.calls).toEqual([['0', '1'], ['2', '3'], ['4']]);
    await world.end();
  });

  it('keeps everything while the destination is away, for longer and longer, and then brings it in order', async () => {
    const world = aDelivery();
    world.answer = () => Promise.reject(away);
    world.put(2);
    await world.clock.advance(600_000);
    const attempts = world.calls.length;
    expect(world.calls).toEqual(Array.from({ length: attempts }, () => ['0']));
    expect(attempts).toBeGreaterThan(20);
    expect(attempts).toBeLessThan(40);
    world.answer = () => {};
    await world.clock.advance(30_000);
    expect(world.calls.slice(attempts)).toEqual([['0'], ['1']]);
    expect(world.told.slice(-2)).toEqual(['delivered 1', 'delivered 1']);
    await world.end();
  });

  it('waits as long as the destination asks, but not for ever', async () => {
    const world = aDelivery();
    world.answer = () =>
      Promise.reject(new SourceUnavailableError('sink', { code: 'SOURCE_THROTTLED', retryAfterMs: 60_000 }));
    world.put();
    await world.clock.advance(59_000);
    expect(world.calls).toHaveLength(1);
    world.answer = () => Promise.reject(new SourceUnavailableError('sink', { retryAfterMs: 10 ** 9 }));
    await world.clock.advance(2_000);
    expect(world.calls).toHaveLength(2);
    await world.clock.advance(301_000);
    expect(world.calls).toHaveLength(3);
    await world.end();
  });

  it('gives an event up that is refused six times by itself, and goes on with the next', async () => {
    const world = aDelivery({ mostAtOnce: 10 });
    world.answer = (ids) => (ids.includes('1') ? Promise.reject(bad) : undefined);
    world.put(4);
    await world.clock.advance(120_000);
    expect(world.calls[0]).toEqual(['0', '1', '2', '3']);
    expect(world.calls.filter((ids) => ids.join() === '1')).toHaveLength(6);
    expect(world.calls.flat().filter((id) => id === '0')).toHaveLength(2);
    expect(world.calls.slice(-2)).toEqual([['2'], ['3']]);
    expect(world.told.filter((line) => line.startsWith('lost'))).toEqual(['lost 1']);
    expect(world.waits()).toBe(0);
    await world.end();
  });

  it('does not give up an event because we are refused, until it is an hour old', async () => {
    const world = aDelivery();
    world.answer = () => Promise.reject(new AuthError('sink refuses us (HTTP 401)'));
    world.put(2);
    await world.clock.advance(3_500_000);
    expect(world.waits()).toBe(2);
    await world.clock.advance(200_000);
    expect(world.waits()).toBe(0);
    expect(world.told.filter((line) => line.startsWith('lost'))).toEqual(['lost 1', 'lost 1']);
    await world.end();
  });

  it('lets the oldest make way when there are too many', async () => {
    const world = aDelivery({ room: 2 });
    world.answer = () => Promise.reject(away);
    world.put();
    await world.clock.advance(10);
    world.put(3);
    expect(world.told).toContain('out 0');
    world.answer = () => {};
    await world.clock.advance(60_000);
    expect(world.calls.flat()).toEqual(['0', '2', '3']);
    await world.end();
  });

  it('takes a silent destination for one that is away', async () => {
    const world = aDelivery();
    world.answer = (_ids, signal) => sleep(world.clock, 10 ** 9, signal);
    world.put();
    await world.clock.advance(15_100);
    expect(world.told).toEqual(['prepared', 'failed 1']);
    world.answer = () => {};
    await world.clock.advance(1_000);
    expect(world.told.at(-1)).toBe('delivered 1');
    await world.end();
  });

  it('delivers nothing before it is prepared, and asks again whether it is', async () => {
    const world = aDelivery({ prepare: () => Promise.reject(new AuthError('no such Secret')) });
    world.put();
    await world.clock.advance(60_000);
    expect(world.calls).toEqual([]);
    world.prepare = async () => {};
    await world.clock.advance(30_000);
    expect(world.calls).toEqual([['0']]);
    await world.end();
  });

  it('tries once more what waits when it ends, and leaves the rest', async () => {
    const world = aDelivery();
    world.answer = () => Promise.reject(away);
    world.put(2);
    await world.clock.advance(10);
    world.answer = (ids) => (ids[0] === '1' ? Promise.reject(away) : undefined);
    await world.end();
    expect(world.calls).toEqual([['0'], ['0'], ['1']]);
    expect(world.waits()).toBe(1);
  });

  it('puts back what is under way when it is broken off', async () => {
    const world = aDelivery();
    world.answer = (_ids, signal) => sleep(world.clock, 10 ** 9, signal);
    world.put(2);
    await world.clock.advance(10);
    await world.break();
    expect(world.waits()).toBe(2);
    expect(world.told).toEqual(['prepared']);
  });

  it('loses and repeats nothing that a destination takes sooner or later, and keeps the order', async () => {
    const answers = fc.array(fc.constantFrom('takes', 'away', 'refuses'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        answers,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (script, count, mostAtOnce) => {
          const world = aDelivery({ mostAtOnce });
          const taken: string[] = [];
          let refusals = 0;
          world.answer = (ids) => {
            const next = script.shift() ?? 'takes';
            if (next === 'away') return Promise.reject(away);
            // Not so often that one would be given up.
            if (next === 'refuses' && refusals++ < 5) return Promise.reject(bad);
            taken.push(...ids);
            return undefined;
          };
          world.put(count);
          await world.clock.advance(1_000_000);
          expect(taken).toEqual(Array.from({ length: count }, (_, i) => String(i)));
          await world.end();
        },
      ),
      { numRuns: 200 },
    );
  });
});
