import { describe, expect, it, jest } from '@jest/globals';
import { createSourcePool } from '../../../src/scalers/sources.ts';
import { createFakeClock } from '../../support/clock.ts';

function setUp(lingerMs = 1_000) {
  const clock = createFakeClock();
  const pool = createSourcePool({ clock, lingerMs });
  const open = jest.fn(async () => ({ id: open.mock.calls.length }));
  const close = jest.fn(async (_client: { id: number }) => {});
  return { clock, pool, open, close, share: (key = 'a') => pool.share(key, open, close) };
}

describe('createSourcePool', () => {
  it('opens once for all who ask, at the same moment or later', async () => {
    const { share, open } = setUp();
    const [one, two] = await Promise.all([share(), share()]);
    expect((await share()).client).toBe(one.client);
    expect(two.client).toBe(one.client);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('closes some time after the last lease was given back', async () => {
    const { share, close, clock, pool } = setUp();
    const [one, two] = [await share(), await share()];
    await one.release();
    await clock.advance(5_000);
    expect(close).not.toHaveBeenCalled();
    await two.release();
    await clock.advance(999);
    expect(close).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(close).toHaveBeenCalledTimes(1);
    expect(pool.size()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('counts a lease that is given back twice once', async () => {
    const { share, close, clock } = setUp();
    const [one] = [await share(), await share()];
    await one.release();
    await one.release();
    await clock.advance(5_000);
    expect(close).not.toHaveBeenCalled();
  });

  it('keeps the client when it is shared again while it lingers', async () => {
    const { share, open, close, clock } = setUp();
    await (await share()).release();
    await clock.advance(500);
    await share();
    await clock.advance(5_000);
    expect(open).toHaveBeenCalledTimes(1);
    expect(close).not.toHaveBeenCalled();
  });

  it('forgets a failed open, and tells everybody who waited for it', async () => {
    const { share, open, pool } = setUp();
    open.mockRejectedValueOnce(new Error('refused'));
    const both = await Promise.allSettled([share(), share()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(pool.size()).toBe(0);
    await expect(share()).resolves.toBeDefined();
  });

  it('closes everything at once when it is closed, leased or not, and survives a close that fails', async () => {
    const { share, close, pool, clock } = setUp();
    close.mockRejectedValueOnce(new Error('gone'));
    const one = await share('a');
    await share('b');
    await pool.close();
    expect(close).toHaveBeenCalledTimes(2);
    await one.release();
    expect(clock.pending()).toBe(0);
  });
});
