// Keys in, one handler at a time for each of them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { createWorkQueue, type WorkQueue, type WorkQueueHooks } from '../../../src/controller/work-queue.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
  readonly handled: string[];
  /** What handlers do from now on. */
  work: (key: string) => Promise<void> | void;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

let bench: Bench;
function aBench(concurrency = 2, hooks: WorkQueueHooks = {}): Bench {
  const clock = createFakeClock();
  const queue = createWorkQueue({ clock, random: () => 0.5, baseDelayMs: 100, maxDelayMs: 1_000, hooks });
  const stop = new AbortController();
  const handled: string[] = [];
  const handle = async (key: string): Promise<void> => {
    handled.push(key);
    await made.work(key);
  };
  const done = queue.run(handle, { concurrency, signal: stop.signal });
  const made: Bench = { clock, queue, handled, stop, done, work: () => {} };
  bench = made;
  return made;
}
afterEach(async () => {
  bench.stop.abort();
  await bench.done;
  expect(bench.clock.pending()).toBe(0);
});

describe('controller/work-queue', () => {
  it('works on a key once, however often it is added meanwhile', async () => {
    const { queue, handled, clock } = aBench();
    queue.add('a');
    queue.add('a');
    await clock.advance(0);
    expect(handled).toEqual(['a']);
  });

  it('never has two workers on one key, and works on it again when it was added meanwhile', async () => {
    const made = aBench(4);
    const gate = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    made.work = async () => {
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
    };
    made.queue.add('a');
    await made.clock.advance(0);
    made.queue.add('a');
    made.queue.add('a');
    await made.clock.advance(0);
    expect(made.handled).toEqual(['a']);
    gate.resolve();
    await made.clock.advance(0);
    expect(made.handled).toEqual(['a', 'a']);
    expect(most).toBe(1);
  });

  it('works on different keys at the same time', async () => {
    const made = aBench(2);
    made.work = () => new Promise((resolve) => made.stop.signal.addEventListener('abort', () => resolve()));
    for (const key of ['a', 'b', 'c']) made.queue.add(key);
    await made.clock.advance(0);
    expect(made.handled).toEqual(['a', 'b']);
    expect(made.queue.depth()).toBe(1);
  });

  it('keeps the earliest of several delays', async () => {
    const { queue, handled, clock } = aBench();
    queue.addAfter('a', 500);
    queue.addAfter('a', 200);
    queue.addAfter('a', 900);
    await clock.advance(199);
    expect(handled).toEqual([]);
    await clock.advance(1);
    expect(handled).toEqual(['a']);
    await clock.advance(2_000);
    expect(handled).toEqual(['a']);
  });

  it('drops the delay when the key is added at once', async () => {
    const { queue, handled, clock } = aBench();
    queue.addAfter('a', 500);
    queue.add('a');
    await clock.advance(1_000);
    expect(handled).toEqual(['a']);
  });

  it('waits longer and longer for a handler that throws, up to the longest delay, and starts over after a success', async () => {
    const failed: unknown[] = [];
    const made = aBench(1, { failed: (_key, error) => failed.push(error) });
    const times: number[] = [];
    let throws = true;
    const start = made.clock.now();
    made.work = () => {
      times.push(made.clock.now() - start);
      if (throws) throw new Error('no');
    };
    made.queue.add('a');
    await made.clock.advance(3_000);
    // Three quarters of 100, 200, 400, 800, 1000, 1000 with the jitter in the middle.
    expect(times).toEqual([0, 75, 225, 525, 1_125, 1_875, 2_625]);
    expect(failed).toHaveLength(7);
    throws = false;
    await made.clock.advance(1_000);
    throws = true;
    times.length = 0;
    const again = made.clock.now() - start;
    made.queue.add('a');
    await made.clock.advance(80);
    expect(times).toEqual([again, again + 75]);
  });

  it('keeps the back-off of a handler that asks for a retry itself', async () => {
    const made = aBench(1);
    made.work = (key) => made.queue.retry(key);
    made.queue.add('a');
    await made.clock.advance(600);
    expect(made.handled).toHaveLength(4);
  });

  it('keeps the back-off within what the handler asks for', async () => {
    const made = aBench(1);
    made.work = (key) => made.queue.retry(key, 200);
    made.queue.add('a');
    await made.clock.advance(75 + 150 + 5 * 200);
    expect(made.handled).toHaveLength(8);
  });

  it('forgets a delay that is cancelled', async () => {
    const { queue, handled, clock } = aBench();
    queue.addAfter('a', 500);
    queue.cancel('a');
    await clock.advance(1_000);
    expect(handled).toEqual([]);
  });

  it('tells how long a key waited and how long the work took', async () => {
    const told: [string, number, number][] = [];
    const made = aBench(1, { worked: (...args) => told.push(args) });
    made.work = (key) => (key === 'a' ? new Promise((resolve) => made.clock.schedule(300, resolve)) : undefined);
    made.queue.add('a');
    made.queue.add('b');
    await made.clock.advance(300);
    expect(told).toEqual([
      ['a', 0, 300],
      ['b', 300, 0],
    ]);
  });

  it('takes no work once it is stopped, and waits for the handler that runs', async () => {
    const made = aBench(1);
    const gate = Promise.withResolvers<void>();
    let finished = false;
    made.work = async () => {
      await gate.promise;
      finished = true;
    };
    made.queue.add('a');
    await made.clock.advance(0);
    made.stop.abort();
    made.queue.add('b');
    gate.resolve();
    await made.done;
    expect(finished).toBe(true);
    expect(made.handled).toEqual(['a']);
  });
});
