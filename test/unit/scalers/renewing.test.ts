import { describe, expect, it } from '@jest/globals';
import { untilAborted } from '../../../src/async.ts';
import { createRenewing } from '../../../src/scalers/renewing.ts';
import { createFakeClock } from '../../support/clock.ts';

const never = new AbortController().signal;

function setUp(answer: (turn: number, signal: AbortSignal) => Promise<string>) {
  const clock = createFakeClock();
  let turn = 0;
  const renewing = createRenewing<string>({
    clock,
    what: 'login',
    renewBeforeMs: 1_000,
    exchange: async (signal) => ({ value: await answer(++turn, signal), endsAtMs: clock.now() + 60_000 }),
  });
  return { clock, turns: () => turn, ...renewing };
}

describe('createRenewing', () => {
  it('exchanges once for all who wait, and again shortly before the end', async () => {
    const { get, clock } = setUp(async (turn) => `t${turn}`);
    expect(await Promise.all([get(never), get(never)])).toEqual(['t1', 't1']);
    await clock.advance(58_999);
    expect(await get(never)).toBe('t1');
    await clock.advance(1);
    expect(await get(never)).toBe('t2');
  });

  it('remembers no failure', async () => {
    const { get } = setUp(async (turn) => {
      if (turn === 1) throw new Error('no');
      return `t${turn}`;
    });
    await expect(get(never)).rejects.toThrow('no');
    expect(await get(never)).toBe('t2');
  });

  it('ends an exchange that takes too long, and one that nobody needs any more', async () => {
    const ended: unknown[] = [];
    const { get, close, clock } = setUp(async (_, signal) => {
      await untilAborted(signal);
      ended.push(signal.reason);
      throw signal.reason;
    });
    const late = expect(get(never)).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      message: expect.stringMatching(/^login: no answer/),
    });
    await clock.advance(10_000);
    await late;
    const closed = expect(get(never)).rejects.toMatchObject({ name: 'AbortError' });
    close();
    await closed;
    expect(ended).toHaveLength(2);
  });

  it('goes on for the others when one gives up', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { get, turns } = setUp(() => promise);
    const caller = new AbortController();
    const given = expect(get(caller.signal)).rejects.toThrow('enough');
    const other = get(never);
    caller.abort(new Error('enough'));
    await given;
    resolve('t1');
    expect(await other).toBe('t1');
    expect(turns()).toBe(1);
  });
});
