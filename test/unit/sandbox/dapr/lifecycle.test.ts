// Starting and stopping: what waits for what, on a clock that stands still.
import { describe, expect, it } from '@jest/globals';
import type { AppChannel } from '../../../../src/sandbox/dapr/app-channel.ts';
import { waitForApp, watchHealth } from '../../../../src/sandbox/dapr/app-health.ts';
import type { Build } from '../../../../src/sandbox/dapr/building-blocks.ts';
import { loadComponents } from '../../../../src/sandbox/dapr/component-set.ts';
import { silentLogger } from '../../../../src/log.ts';
import { createFakeClock } from '../../../support/clock.ts';

const check = { path: '/healthz', intervalMs: 1000, timeoutMs: 500, threshold: 2 };

function anApp(answers: (number | 'silence')[], listens: boolean[] = []): AppChannel {
  return {
    call: (_, signal) =>
      new Promise((resolve, reject) => {
        const next = answers.shift() ?? 200;
        if (next === 'silence') signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        else resolve({ status: next, body: '' });
      }),
    listens: async () => listens.shift() ?? true,
    close: async () => {},
  };
}

describe('sandbox/dapr/app-health', () => {
  it('waits for the app as long as it takes', async () => {
    const clock = createFakeClock();
    let here = false;
    const waiting = waitForApp(anApp([], [false, false]), clock, new AbortController().signal).then(
      () => (here = true),
    );
    await clock.advance(99);
    expect(here).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(here).toBe(true);
  });

  it('is healthy after one success, unhealthy after as many failures as the threshold says', async () => {
    const clock = createFakeClock();
    const end = new AbortController();
    const seen: boolean[] = [];
    const app = anApp([503, 200, 500, 200, 500, 'silence', 500, 200]);
    const watching = watchHealth(app, check, { clock, changed: (healthy) => seen.push(healthy) }, end.signal);
    await clock.advance(20_000);
    end.abort();
    await watching;
    expect(seen).toEqual([true, false, true]);
    expect(clock.pending()).toBe(0);
  });
});

describe('sandbox/dapr/component-set', () => {
  const spec = (name: string, ignoreErrors = false) => ({
    name,
    type: 't',
    metadata: {},
    ignoreErrors,
    initTimeoutMs: 5000,
  });
  const context = (clock = createFakeClock()) => ({ appId: 'a', clock, log: silentLogger });
  const { signal } = new AbortController();

  it('closes what it opened when one component fails, unless that may be ignored', async () => {
    const closed: string[] = [];
    const builder =
      (): Build =>
      async ({ name }) => {
        if (name.startsWith('bad')) throw new Error(`no ${name}`);
        return {
          async close() {
            closed.push(name);
          },
        };
      };
    await expect(loadComponents([spec('good'), spec('bad')], context(), signal, builder)).rejects.toThrow('no bad');
    expect(closed).toEqual(['good']);
    const set = await loadComponents([spec('bad', true), spec('good')], context(), signal, builder);
    expect(set.list().map((component) => component.spec.name)).toEqual(['good']);
  });

  it('gives up on a broker that does not answer in time, and closes what comes too late', async () => {
    const clock = createFakeClock();
    let closed = 0;
    const late = Promise.withResolvers<void>();
    const builder = (): Build => async () => {
      await late.promise;
      return {
        async close() {
          closed++;
        },
      };
    };
    const loading = loadComponents([spec('slow')], context(clock), signal, builder);
    const failed = expect(loading).rejects.toThrow('no answer within 5000 ms');
    await clock.advance(5000);
    await failed;
    late.resolve();
    await clock.advance(0);
    expect(closed).toBe(1);
  });
});
