import { describe, expect, it, jest } from '@jest/globals';
import { createReopening } from '../../../src/scalers/reopening.ts';
import { createFakeClock } from '../../support/clock.ts';

function setUp() {
  const clock = createFakeClock();
  const losses: (() => void)[] = [];
  const open = jest.fn(async (lost: () => void, _signal: AbortSignal) => {
    losses.push(lost);
    return { id: losses.length };
  });
  const shut = jest.fn(async (_connection: { id: number }) => {});
  return {
    clock,
    losses,
    open,
    shut,
    connection: createReopening({ clock, deadlineMs: 1_000, what: 'broker', open, shut }),
  };
}

describe('createReopening', () => {
  it('opens when first asked, once for all', async () => {
    const { connection, open } = setUp();
    expect(open).not.toHaveBeenCalled();
    expect(await Promise.all([connection.get(), connection.get()])).toEqual([{ id: 1 }, { id: 1 }]);
  });

  it('opens another after one was lost', async () => {
    const { connection, losses } = setUp();
    await connection.get();
    losses[0]?.();
    expect(await connection.get()).toEqual({ id: 2 });
    losses[0]?.();
    expect(await connection.get()).toEqual({ id: 2 });
  });

  it('lets a failure stand for a second, even when the connection also says that it was lost', async () => {
    const { connection, open, clock } = setUp();
    open.mockImplementationOnce(async (lost) => {
      lost();
      throw new Error('refused');
    });
    await expect(connection.get()).rejects.toThrow('refused');
    await clock.advance(999);
    await expect(connection.get()).rejects.toThrow('refused');
    expect(open).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    await expect(connection.get()).resolves.toEqual({ id: 1 });
  });

  it('gives up at its deadline and ends what opens too late', async () => {
    const { connection, open, shut, clock } = setUp();
    const late = Promise.withResolvers<{ id: number }>();
    open.mockReturnValueOnce(late.promise);
    const got = expect(connection.get()).rejects.toThrow('broker: no answer within 1000 ms');
    await clock.advance(1_000);
    await got;
    expect(open.mock.calls[0]?.[1].aborted).toBe(true);
    late.resolve({ id: 7 });
    await clock.advance(0);
    expect(shut).toHaveBeenCalledWith({ id: 7 });
  });

  it('ends the connection, and what is being opened, when it is closed', async () => {
    const { connection, open, shut, clock } = setUp();
    await connection.get();
    await connection.close();
    expect(shut).toHaveBeenCalledTimes(1);
    const other = setUp();
    other.open.mockReturnValueOnce(new Promise(() => {}));
    const got = expect(other.connection.get()).rejects.toThrow('closed');
    await other.connection.close();
    await got;
    expect(open).toHaveBeenCalledTimes(1);
    expect(clock.pending() + other.clock.pending()).toBe(0);
  });
});
