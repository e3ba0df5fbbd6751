import { describe, expect, it, jest } from '@jest/globals';
import { createBatcher, createSharing, settle } from '../../../src/scalers/coalesce.ts';
import { createFakeClock } from '../../support/clock.ts';

const never = new AbortController().signal;

describe('createSharing', () => {
  it('asks once while an equal question waits, and anew afterwards', async () => {
    const share = createSharing();
    const ask = jest.fn(async () => ask.mock.calls.length);
    expect(await Promise.all([share('a', ask, never), share('a', ask, never)])).toEqual([1, 1]);
    expect(await share('a', ask, never)).toBe(2);
  });

  it('lets one who gives up go, and answers the others', async () => {
    const share = createSharing();
    const { promise, resolve } = Promise.withResolvers<number>();
    const controller = new AbortController();
    const [gone, waits] = [share('a', () => promise, controller.signal), share('a', () => promise, never)];
    controller.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    resolve(7);
    await expect(waits).resolves.toBe(7);
  });

  it('forgets a failure', async () => {
    const share = createSharing();
    await expect(share('a', () => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    await expect(share('a', () => Promise.resolve(1), never)).resolves.toBe(1);
  });
});

describe('settle', () => {
  it('gives what came of the work to whoever asks, as often as they ask', async () => {
    const done = await settle(Promise.resolve(7));
    expect([done(), done()]).toEqual([7, 7]);
    const gone = await settle(Promise.reject(new RangeError('no')));
    for (const ask of [gone, gone]) expect(ask).toThrow(new RangeError('no'));
  });
});

describe('createBatcher', () => {
  function setUp() {
    const clock = createFakeClock();
    const answer = jest.fn(async (questions: readonly string[], _signal: AbortSignal) => (question: string) => {
      if (question === 'missing') throw new Error('there is none');
      return `${question} of ${questions.length}`;
    });
    return { clock, answer, batcher: createBatcher({ clock, windowMs: 5, deadlineMs: 1_000, what: 'broker', answer }) };
  }

  it('answers the questions of one moment with one call, and a later one with another', async () => {
    const { clock, answer, batcher } = setUp();
    const both = Promise.all([batcher.ask('a', never), batcher.ask('b', never)]);
    await clock.advance(5);
    expect(await both).toEqual(['a of 2', 'b of 2']);
    const later = batcher.ask('c', never);
    await clock.advance(5);
    expect(await later).toBe('c of 1');
    expect(answer).toHaveBeenCalledTimes(2);
  });

  it('fails one question without the others', async () => {
    const { clock, batcher } = setUp();
    const both = Promise.allSettled([batcher.ask('missing', never), batcher.ask('b', never)]);
    await clock.advance(5);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('gives up at its deadline and leaves no timer', async () => {
    const { clock, answer, batcher } = setUp();
    answer.mockReturnValueOnce(new Promise(() => {}));
    const asked = expect(batcher.ask('a', never)).rejects.toThrow('broker: no answer within 1000 ms');
    await clock.advance(2_000);
    await asked;
    expect(clock.pending()).toBe(0);
  });

  it('lets one who aborts go while the call goes on', async () => {
    const { clock, batcher } = setUp();
    const controller = new AbortController();
    const [gone, waits] = [batcher.ask('a', controller.signal), batcher.ask('b', never)];
    controller.abort(new Error('enough'));
    await expect(gone).rejects.toThrow('enough');
    await clock.advance(5);
    await expect(waits).resolves.toBe('b of 2');
  });

  it('refuses everybody after it was closed, those who wait included', async () => {
    const { clock, batcher } = setUp();
    const waits = expect(batcher.ask('a', never)).rejects.toThrow('closed');
    batcher.close();
    await clock.advance(0);
    await waits;
    await expect(batcher.ask('b', never)).rejects.toThrow('closed');
    expect(clock.pending()).toBe(0);
  });
});
