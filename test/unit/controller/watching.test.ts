// A watch is kept going: begun again after waits that grow, and ended when nobody wants to hear.
import { describe, expect, it } from '@jest/globals';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../../src/errors.ts';
import { createWatching } from '../../../src/controller/watching.ts';
import type { Scaler } from '../../../src/scalers/scaler.ts';
import { createFakeClock } from '../../support/clock.ts';

type Watch = NonNullable<Scaler['watch']>;

const gone = new SourceUnavailableError('connection lost');
const untilAborted: Watch = (_wake, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
const failing =
  (error: Error): Watch =>
  () =>
    Promise.reject(error);

function aBench(watch: Watch | undefined, connect?: () => Promise<Scaler>) {
  const clock = createFakeClock();
  const seen = { begun: [] as number[], heard: 0, ended: [] as (SluiceError | undefined)[] };
  const begin: Watch = (wake, signal) => {
    seen.begun.push(clock.now());
    return watch ? watch(wake, signal) : Promise.resolve();
  };
  const scaler = { read: async () => ({ value: 0 }), close: async () => {}, ...(watch ? { watch: begin } : {}) };
  const watching = createWatching({
    clock,
    random: () => 1,
    connect: connect ?? (async () => scaler),
    heard: () => void seen.heard++,
    ended: (error) => void seen.ended.push(error),
    translate: (thrown) => thrown as SluiceError,
  });
  const waits = (): number[] => seen.begun.slice(1).map((at, i) => at - (seen.begun[i] ?? 0));
  return { clock, seen, watching, waits };
}

describe('controller/watching', () => {
  it('passes hints on, until it is stopped', async () => {
    let wake = (): void => {};
    const { watching, seen, clock } = aBench((hint, signal) => {
      wake = hint;
      return untilAborted(hint, signal);
    });
    watching.start();
    watching.start();
    await clock.advance(0);
    wake();
    watching.stop();
    wake();
    await clock.advance(100_000);
    expect(seen).toMatchObject({ heard: 1, ended: [] });
    expect(seen.begun).toHaveLength(1);
  });

  it('asks nothing of a source that cannot push, and leaves no timer', async () => {
    const { watching, seen, clock } = aBench(undefined);
    watching.start();
    await clock.advance(100_000);
    expect(seen.ended).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('begins again with waits that grow to a minute', async () => {
    const { watching, waits, seen, clock } = aBench(failing(gone));
    watching.start();
    await clock.advance(250_000);
    expect(waits().slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(seen.ended[0]).toBe(gone);
    watching.stop();
    expect(clock.pending()).toBe(0);
  });

  it('soon begins again where a source ends every watch after a while', async () => {
    const { watching, waits, clock } = aBench(() => new Promise((resolve) => clock.schedule(30_000, resolve)));
    watching.start();
    await clock.advance(200_000);
    expect(new Set(waits())).toEqual(new Set([31_000]));
    watching.stop();
  });

  it('begins again as well when the source ends it in good order', async () => {
    const { watching, waits, seen, clock } = aBench(async () => {});
    watching.start();
    await clock.advance(4_000);
    expect(waits()).toEqual([1_000, 2_000]);
    expect(seen.ended).toEqual([undefined, undefined, undefined]);
  });

  it('takes a watch that lasted for one that worked', async () => {
    let end = (): void => {};
    const { watching, waits, clock } = aBench(() => new Promise((_resolve, reject) => (end = () => reject(gone))));
    watching.start();
    for (let i = 0; i < 3; i++) {
      await clock.advance(90_000);
      end();
      await clock.advance(1_000);
    }
    expect(waits()).toEqual([91_000, 91_000, 91_000]);
  });

  it.each([new AuthError('not permitted'), new SourceAnswerError('notifications are off')])(
    'leaves a source alone for long that somebody has to mend first: $message',
    async (error) => {
      const { watching, waits, clock } = aBench(failing(error));
      watching.start();
      await clock.advance(1_200_000);
      expect(waits()).toEqual([600_000, 600_000]);
    },
  );

  it('waits as long as the source asks for', async () => {
    const busy = new SourceUnavailableError('busy', { code: 'SOURCE_THROTTLED', retryAfterMs: 20_000 });
    const { watching, waits, clock } = aBench(failing(busy));
    watching.start();
    await clock.advance(20_000);
    expect(waits()).toEqual([20_000]);
  });

  it('waits no longer once the source answers', async () => {
    const { watching, seen, clock } = aBench(failing(new SourceAnswerError('there is no such queue')));
    watching.start();
    await clock.advance(5_000);
    watching.hurry();
    await clock.advance(0);
    expect(seen.begun).toHaveLength(2);
  });

  it('begins anew on another connection', async () => {
    const signals: AbortSignal[] = [];
    const { watching, seen, clock } = aBench((wake, signal) => {
      signals.push(signal);
      return untilAborted(wake, signal);
    });
    watching.restart();
    await clock.advance(0);
    expect(signals).toEqual([]);
    watching.start();
    await clock.advance(0);
    watching.restart();
    await clock.advance(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(seen.ended).toEqual([]);
  });

  it('lets a driver that takes no notice of its signal go', async () => {
    const { watching, seen, clock } = aBench(() => new Promise(() => {}));
    watching.start();
    await clock.advance(0);
    watching.stop();
    watching.start();
    await clock.advance(0);
    expect(seen.begun).toHaveLength(2);
  });
});
