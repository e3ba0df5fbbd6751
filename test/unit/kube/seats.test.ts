// How many calls are under way at once.
import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/errors.ts';
import { createSeats } from '../../../src/kube/seats.ts';
import { createFakeClock } from '../../support/clock.ts';

const { signal } = new AbortController();
const throttled = new KubeError('too many requests', { code: 'KUBE_THROTTLED', retry: 'backoff' });

/** A server with so many seats; who finds none is turned away at once. */
function aServer(seats: number) {
  const clock = createFakeClock();
  const take = createSeats(clock);
  let present = 0;
  let refused = 0;
  const call = (): Promise<void> =>
    take(async () => {
      if (present >= seats) {
        refused++;
        throw throttled;
      }
      present++;
      await new Promise<void>((resolve) => void clock.schedule(10, resolve));
      present--;
    }, signal);
  /** All at once; resolves to how many were turned away. */
  async function burst(calls: number): Promise<number> {
    refused = 0;
    const all = Promise.allSettled(Array.from({ length: calls }, call));
    await clock.advance(10 * calls);
    await all;
    return refused;
  }
  return { clock, take, burst };
}

describe('src/kube/seats', () => {
  it('lets everybody in as long as nobody is turned away', async () => {
    const { burst, clock } = aServer(1_000);
    const before = clock.now();
    expect(await burst(1_000)).toBe(0);
    expect(clock.pending()).toBe(0);
    expect(clock.now()).toBeGreaterThan(before);
  });

  it('keeps to what the server let in, in order', async () => {
    const { burst } = aServer(3);
    expect(await burst(60)).toBe(57);
    expect(await burst(60)).toBeLessThanOrEqual(1);
  });

  it('tries one more each second, and any number when there was no trouble for long', async () => {
    const server = aServer(3);
    await server.burst(60);
    await server.clock.advance(1_000);
    expect(await server.burst(9)).toBeGreaterThan(0);
    await server.clock.advance(100_000);
    expect(await server.burst(60)).toBe(57);
  });

  it('keeps one seat at least', async () => {
    const { burst } = aServer(0);
    expect(await burst(5)).toBe(5);
    expect(await burst(5)).toBe(5);
  });

  it('lets go of one who no longer waits, and passes the turn on', async () => {
    const { take, burst } = aServer(1);
    await burst(2);
    const gate = Promise.withResolvers<string>();
    const first = take(() => gate.promise, signal);
    const stop = new AbortController();
    const second = take(async () => 'second', stop.signal);
    const third = take(async () => 'third', signal);
    stop.abort(new Error('no longer needed'));
    await expect(second).rejects.toThrow('no longer needed');
    gate.resolve('first');
    expect(await Promise.all([first, third])).toEqual(['first', 'third']);
    await expect(take(async () => 'never', stop.signal)).rejects.toThrow('no longer needed');
  });
});
