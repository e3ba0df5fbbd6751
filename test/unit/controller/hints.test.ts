// Hints lead to looks: at once, never lost, and ever less often in a storm.
import { describe, expect, it } from '@jest/globals';
import { createHints } from '../../../src/controller/hints.ts';
import { createFakeClock } from '../../support/clock.ts';

function aBench() {
  const clock = createFakeClock(0);
  const looks: { key: string; at: number }[] = [];
  const hints = createHints({ clock, look: (key) => looks.push({ key, at: clock.now() }) });
  /** One hint every 10 ms. */
  const storm = async (key: string, forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += 10) {
      hints.heard(key);
      await clock.advance(10);
    }
  };
  return { clock, looks, hints, storm, times: () => looks.map(({ at }) => at) };
}

describe('controller/hints', () => {
  it('looks at once', () => {
    const { hints, looks } = aBench();
    hints.heard('a');
    expect(looks).toEqual([{ key: 'a', at: 0 }]);
  });

  it('makes many hints one look, and looks once more after those that came behind it', async () => {
    const { hints, times, clock } = aBench();
    hints.heard('a');
    await clock.advance(1);
    for (let i = 0; i < 100; i++) hints.heard('a');
    await clock.advance(60_000);
    expect(times()).toEqual([0, 250]);
  });

  it('keeps a greater distance while hints do not cease, and forgets it in quiet times', async () => {
    const { storm, times, clock } = aBench();
    await storm('a', 30_000);
    const distances = times().map((at, i) => at - (times()[i - 1] ?? 0));
    expect(distances.slice(0, 8)).toEqual([0, 250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(times().length).toBeLessThanOrEqual(11);
    await clock.advance(20_000);
    const before = times().length;
    await storm('a', 1_000);
    expect(
      times()
        .slice(before)
        .map((at) => at - 50_000),
    ).toEqual([0, 250, 750]);
  });

  it('lets nobody wait for somebody else’s storm', async () => {
    const { hints, storm, looks, clock } = aBench();
    await storm('loud', 5_000);
    const at = clock.now();
    hints.heard('quiet');
    await clock.advance(2);
    expect(looks.findLast(({ key }) => key === 'quiet')?.at).toBeLessThanOrEqual(at + 2);
  });

  it('spreads the looks at a thousand objects that are hinted at together', async () => {
    const { hints, looks, clock } = aBench();
    for (let i = 0; i < 1_000; i++) hints.heard(`object ${i}`);
    await clock.advance(1_000);
    expect(looks).toHaveLength(501);
    await clock.advance(1_000);
    expect(new Set(looks.map(({ key }) => key)).size).toBe(1_000);
    expect(looks).toHaveLength(1_000);
  });

  it('drops what was planned for an object that is forgotten, and everything at the end', async () => {
    const { hints, looks, clock } = aBench();
    for (const key of ['a', 'b']) {
      hints.heard(key);
      await clock.advance(2);
      hints.heard(key);
    }
    hints.forget('a');
    hints.close();
    expect(clock.pending()).toBe(0);
    await clock.advance(10_000);
    expect(looks).toHaveLength(2);
  });

  it('does not wait for a time that a clock which was set back will not reach soon', async () => {
    const { hints, looks, clock } = aBench();
    hints.heard('a');
    await clock.advance(100);
    clock.set(-3_600_000);
    hints.heard('a');
    await clock.advance(2);
    expect(looks).toHaveLength(2);
  });
});
