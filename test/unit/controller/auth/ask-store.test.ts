import { describe, expect, it } from '@jest/globals';
import { createStoreAsker } from '../../../../src/controller/auth/ask-store.ts';
import { AuthError, InternalError, SourceUnavailableError } from '../../../../src/errors.ts';
import type { Prepared, StoreAnswer } from '../../../../src/secret-stores/secret-store.ts';
import { createFakeClock } from '../../../support/clock.ts';

const SECTION = { secrets: [{ parameter: 'p', name: 'n' }] };
const CONTEXT = {
  namespace: 'sluice',
  ownNamespace: 'shop',
  secret: async () => ({ kind: 'missing', why: '' }) as const,
  awsRole: async () => undefined,
};

function world(answer: () => Promise<Partial<StoreAnswer>>, prepare: () => Prepared | undefined = () => undefined) {
  const clock = createFakeClock();
  const renewals: number[] = [];
  const tokens: string[] = [];
  let asked = 0;
  let dependsOn: readonly unknown[] = ['one'];
  const asker = createStoreAsker({
    clock,
    refreshMs: 300_000,
    stores: {
      awsSecretManager: {
        async prepare(_section, context) {
          return (
            prepare() ?? {
              kind: 'question',
              question: {
                dependsOn,
                async ask(signal) {
                  asked++;
                  await context.serviceAccountToken('reader', signal);
                  return { values: {}, gaps: [], ...(await answer()) };
                },
              },
            }
          );
        },
        async close() {},
      },
    },
    issueToken: async (namespace, name) => {
      tokens.push(`${namespace}/${name}`);
      return { token: 't', endsAtMs: 0 };
    },
  });
  const signal = new AbortController().signal;
  return {
    clock,
    asker,
    renewals,
    tokens,
    asked: () => asked,
    another: () => {
      dependsOn = ['another'];
    },
    read: (own = signal) =>
      asker.askFor({ signal: own, renewIn: (ms) => renewals.push(ms) })('awsSecretManager', SECTION, CONTEXT),
  };
}

describe('controller/auth/ask-store', () => {
  it('asks once for a thousand that have the same question, and each anew after a while', async () => {
    const { read, asked, clock, renewals, another, tokens } = world(async () => ({ values: { p: 'v' } }));
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => read()));
    expect(answers[999]).toEqual({ kind: 'answer', answer: { values: { p: 'v' }, gaps: [] } });
    expect(asked()).toBe(1);
    expect(new Set(renewals)).toEqual(new Set([300_000]));
    expect(tokens).toEqual(['shop/reader']);
    await clock.advance(4_000);
    await read();
    expect([asked(), renewals.at(-1)]).toEqual([1, 296_000]);
    another();
    await read();
    expect(asked()).toBe(2);
    await clock.advance(5_000);
    await read();
    expect(asked()).toBe(3);
  });

  it.each([
    ['well before a lease ends', { goodForMs: 900_000 }, 600_000],
    ['no more often than each second', { goodForMs: 10 }, 1_000],
    ['at leisure where there is no lease', {}, 300_000],
  ])('says when to read again: %s', async (_, answer, expected) => {
    const { read, renewals } = world(async () => answer);
    await read();
    expect(renewals).toEqual([expected]);
  });

  it('keeps values of a short lease for a moment only', async () => {
    const { read, asked, clock } = world(async () => ({ goodForMs: 9_000 }));
    await read();
    await clock.advance(900);
    await read();
    expect(asked()).toBe(2);
  });

  it('shares a failure for some seconds, and is back soon', async () => {
    const { read, asked, clock, renewals } = world(() => Promise.reject(new AuthError('refused')));
    await expect(Promise.all([read(), read()])).rejects.toThrow('refused');
    await expect(read()).rejects.toThrow('refused');
    expect([asked(), renewals]).toEqual([1, [15_000, 15_000, 15_000]]);
    await clock.advance(5_000);
    await expect(read()).rejects.toThrow('refused');
    expect(asked()).toBe(2);
  });

  it('stays away for as long as the store asked', async () => {
    const throttled = new SourceUnavailableError('slower', { code: 'SOURCE_THROTTLED', retryAfterMs: 40_000 });
    const { read, renewals } = world(() => Promise.reject(throttled));
    await expect(read()).rejects.toThrow('slower');
    expect(renewals).toEqual([40_000]);
  });

  it('waits no longer than ten seconds, and for nobody who has left', async () => {
    const { read, clock } = world(() => new Promise(() => {}));
    const leaving = new AbortController();
    const left = read(leaving.signal);
    left.catch(() => {});
    const stays = read();
    stays.catch(() => {});
    await clock.advance(1_000);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await clock.advance(9_000);
    await expect(stays).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
  });

  it('hides what a store throws that is no error of ours', async () => {
    const { read } = world(() => Promise.reject(new TypeError('boom')));
    await expect(read()).rejects.toBeInstanceOf(InternalError);
  });

  it('asks nobody where something is missing, and holds nothing after clear()', async () => {
    const missing = world(
      async () => ({}),
      () => ({ kind: 'missing', why: 'x' }),
    );
    expect(await missing.read()).toEqual({ kind: 'missing', why: 'x' });
    expect(missing.asked()).toBe(0);
    const { read, asker, clock, asked } = world(async () => ({}));
    await read();
    asker.clear();
    expect(clock.pending()).toBe(0);
    await read();
    expect(asked()).toBe(2);
    asker.clear();
  });
});
