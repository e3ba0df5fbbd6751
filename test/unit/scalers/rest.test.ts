import { describe, expect, it } from '@jest/globals';
import { createRest } from '../../../src/scalers/rest.ts';
import { createFakeClock } from '../../support/clock.ts';

describe('createRest', () => {
  it('refuses while the source rests, and says how long that will be', async () => {
    const clock = createFakeClock();
    const rest = createRest(clock, 'bus: the namespace asks');
    rest.check();
    expect(rest.begin(1_000)).toMatchObject({
      code: 'SOURCE_THROTTLED',
      retryAfterMs: 1_000,
      message: 'bus: the namespace asks to be left alone for 1000 ms',
    });
    await clock.advance(400);
    expect(() => rest.check()).toThrow(expect.objectContaining({ retryAfterMs: 600 }));
    await clock.advance(600);
    rest.check();
  });

  it('is over when the clock was set back by more than it', () => {
    const clock = createFakeClock();
    const rest = createRest(clock, 'bus');
    rest.begin(10_000);
    clock.set(clock.now() - 3_600_000);
    rest.check();
  });
});
