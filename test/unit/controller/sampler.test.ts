// Reading sources: shared, bounded in time, and a failure is never a zero.
import { describe, expect, it } from '@jest/globals';
import type { BoundTrigger } from '../../../src/controller/feed.ts';
import { createSampler, type Sampler } from '../../../src/controller/sampler.ts';
import type { Sample } from '../../../src/controller/feed.ts';
import { AuthError, SourceUnavailableError } from '../../../src/errors.ts';
import type { Reading, Scaler } from '../../../src/scalers/scaler.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';

const signal = new AbortController().signal;
const clients = { share: () => Promise.reject(new Error('not used')) };

interface Bench {
  readonly clock: FakeClock;
  readonly sampler: Sampler;
  readonly shutdown: AbortController;
  readonly counts: { reads: number; connects: number; closes: number; abandoned: number };
  bound(
    over?: Partial<BoundTrigger> & { read?: Scaler['read']; connect?: () => Promise<Scaler>; batches?: boolean },
  ): BoundTrigger;
  sample(options?: { maxAgeMs?: number; object?: string; signal?: AbortSignal }): Promise<Sample | undefined>;
}

function aBench(): Bench {
  const clock = createFakeClock();
  const shutdown = new AbortController();
  const counts = { reads: 0, connects: 0, closes: 0, abandoned: 0 };
  const hooks = { abandoned: () => void counts.abandoned++ };
  const deps = { clients, clock };
  const sampler = createSampler({ deps, clock, random: () => 0.5, shutdown: shutdown.signal, hooks });
  return {
    clock,
    sampler,
    shutdown,
    counts,
    bound: ({ read = async () => ({ value: 7 }), connect, batches = false, ...over } = {}) => ({
      metricName: 's0-q',
      question: 'how many in q?',
      readTimeoutMs: 3_000,
      trigger: {
        kind: 'polled',
        type: 'test',
        metric: { name: 'q', target: 5, type: 'AverageValue', activation: 0 },
        sourceId: 'test:broker',
        batches,
        connect:
          connect ??
          (async () => {
            counts.connects++;
            return {
              read: (inner) => {
                counts.reads++;
                return read(inner);
              },
              close: async () => void counts.closes++,
            };
          }),
      },
      ...over,
    }),
    sample: ({ maxAgeMs = 0, object = 'shop/a', signal: own = signal } = {}) =>
      sampler.sample(object, 's0-q', { maxAgeMs, signal: own }),
  };
}

const refused = (): Promise<Reading> => Promise.reject(new SourceUnavailableError('connection refused'));
const silence = (own: AbortSignal): Promise<Reading> =>
  new Promise((_resolve, reject) => own.addEventListener('abort', () => reject(own.reason as Error), { once: true }));
const deaf = (): Promise<Reading> => new Promise(() => {});

describe('controller/sampler', () => {
  it('gives the value with its time and its activity', async () => {
    const { sampler, bound, sample, clock } = aBench();
    sampler.bind('shop/a', [bound()]);
    const now = clock.now();
    expect(await sample()).toEqual({ ok: true, value: 7, isActive: true, at: now, askedAt: now });
  });

  it('takes the scaler’s own word on activity', async () => {
    const { sampler, bound, sample } = aBench();
    sampler.bind('shop/a', [bound({ read: async () => ({ value: 7, active: false }) })]);
    expect(await sample()).toMatchObject({ value: 7, isActive: false });
  });

  it('knows nothing of an object that is not bound', async () => {
    expect(await aBench().sample()).toBeUndefined();
  });

  it('reads once for all who ask at the same moment', async () => {
    const { sampler, bound, sample, counts } = aBench();
    sampler.bind('shop/a', [bound()]);
    await Promise.all([sample(), sample(), sample({ maxAgeMs: 10_000 })]);
    expect(counts.reads).toBe(1);
  });

  it('reads once for two objects that ask the same question, and connects once', async () => {
    const { sampler, bound, sample, counts } = aBench();
    sampler.bind('shop/a', [bound()]);
    sampler.bind('shop/b', [bound()]);
    await Promise.all([sample(), sample({ object: 'shop/b' })]);
    expect(counts).toMatchObject({ reads: 1, connects: 1 });
    sampler.unbind('shop/a');
    await Promise.resolve();
    expect(counts.closes).toBe(0);
  });

  it('serves a value that is young enough from memory', async () => {
    const { sampler, bound, sample, counts, clock } = aBench();
    sampler.bind('shop/a', [bound()]);
    await sample();
    await clock.advance(9_000);
    await sample({ maxAgeMs: 9_001 });
    expect(counts.reads).toBe(1);
    await sample({ maxAgeMs: 9_000 });
    expect(counts.reads).toBe(2);
  });

  it('keeps the last good value beside a failure, and counts failures in a row', async () => {
    let fails = false;
    const { sampler, bound, sample, clock } = aBench();
    sampler.bind('shop/a', [bound({ read: async () => (fails ? refused() : { value: 7 }) })]);
    await sample();
    const at = clock.now();
    fails = true;
    await clock.advance(5_000);
    await sample();
    expect(await sample()).toMatchObject({
      ok: false,
      failures: 2,
      error: { code: 'SOURCE_UNAVAILABLE' },
      last: { value: 7, at },
    });
    fails = false;
    expect(await sample()).toMatchObject({ ok: true, value: 7 });
  });

  it('turns NaN into a failure', async () => {
    const { sampler, bound, sample } = aBench();
    sampler.bind('shop/a', [bound({ read: async () => ({ value: Number.NaN }) })]);
    expect(await sample()).toMatchObject({ ok: false, error: { code: 'SOURCE_ANSWER' } });
  });

  it('keeps the text of an unforeseen driver error out of its own', async () => {
    const { sampler, bound, sample } = aBench();
    sampler.bind('shop/a', [bound({ read: () => Promise.reject(new Error('password hunter2 is wrong')) })]);
    const sampled = await sample();
    expect(sampled).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(sampled) + String(sampled?.ok === false && sampled.error.message)).not.toContain('hunter2');
  });

  it('fails at the deadline, whether the driver heeds it or not', async () => {
    for (const read of [silence, deaf]) {
      const { sampler, bound, sample, clock } = aBench();
      sampler.bind('shop/a', [bound({ read })]);
      const sampled = sample();
      await clock.advance(3_000);
      expect(await sampled).toMatchObject({ ok: false, error: { code: 'SOURCE_TIMEOUT' } });
    }
  });

  it('counts a driver that ignores the deadline, and connects anew next time', async () => {
    let connects = 0;
    const { sampler, bound, sample, clock, counts } = aBench();
    const connect = async (): Promise<Scaler> =>
      ++connects === 1
        ? { read: deaf, close: async () => void counts.closes++ }
        : { read: async () => ({ value: 1 }), close: async () => {} };
    sampler.bind('shop/a', [bound({ connect })]);
    const first = sample();
    await clock.advance(3_000);
    await first;
    expect(await sample()).toMatchObject({ ok: true, value: 1 });
    expect(counts).toMatchObject({ abandoned: 1, closes: 1 });
  });

  it('does not remember a failed connect', async () => {
    let up = false;
    const { sampler, bound, sample } = aBench();
    const connect = async (): Promise<Scaler> => {
      if (!up) throw new SourceUnavailableError('connection refused');
      return { read: async () => ({ value: 3 }), close: async () => {} };
    };
    sampler.bind('shop/a', [bound({ connect })]);
    expect(await sample()).toMatchObject({ ok: false });
    up = true;
    expect(await sample()).toMatchObject({ ok: true, value: 3 });
  });

  it('lets a caller go without ending the read that others share', async () => {
    const { sampler, bound, sample, clock } = aBench();
    const gate = Promise.withResolvers<Reading>();
    sampler.bind('shop/a', [bound({ read: () => gate.promise })]);
    const leaver = new AbortController();
    const left = sample({ signal: leaver.signal });
    const stayed = sample();
    leaver.abort(new Error('the HPA hung up'));
    await expect(left).rejects.toThrow('hung up');
    await clock.advance(10);
    gate.resolve({ value: 9 });
    expect(await stayed).toMatchObject({ ok: true, value: 9 });
  });

  it('stays away as long as a source asks for it', async () => {
    const { sampler, bound, sample, clock, counts } = aBench();
    const read = (): Promise<Reading> =>
      Promise.reject(new SourceUnavailableError('slow down', { code: 'SOURCE_THROTTLED', retryAfterMs: 20_000 }));
    sampler.bind('shop/a', [bound({ read })]);
    await sample();
    await clock.advance(19_000);
    expect(await sample()).toMatchObject({ ok: false, failures: 1 });
    expect(counts.reads).toBe(1);
    await clock.advance(1_000);
    await sample();
    expect(counts.reads).toBe(2);
  });

  it('knocks less and less often after a refused login', async () => {
    const { sampler, bound, sample, clock, counts } = aBench();
    sampler.bind('shop/a', [bound({ read: () => Promise.reject(new AuthError('refused')) })]);
    for (let second = 0; second < 300; second++) {
      await sample();
      await clock.advance(1_000);
    }
    expect(counts.reads).toBeLessThan(15);
    expect(counts.reads).toBeGreaterThan(6);
  });

  it('keeps readings of a question that stays when the triggers change', async () => {
    const { sampler, bound, sample, counts } = aBench();
    sampler.bind('shop/a', [bound()]);
    await sample();
    sampler.bind('shop/a', [bound(), bound({ metricName: 's1-r', question: 'how many in r?' })]);
    await sample({ maxAgeMs: 60_000 });
    expect(counts).toMatchObject({ reads: 1, closes: 0 });
  });

  it('closes a scaler when nobody asks its question any more', async () => {
    const { sampler, bound, sample, counts } = aBench();
    sampler.bind('shop/a', [bound()]);
    await sample();
    sampler.unbind('shop/a');
    await sampler.close();
    expect(counts.closes).toBe(1);
    expect(sampler.size()).toBe(0);
  });

  it('lets healthy sources through while a hundred dead ones hang', async () => {
    const { sampler, bound, sample, clock } = aBench();
    const dead = Array.from({ length: 100 }, (_, i) => {
      const it = bound({ read: deaf, question: `dead ${i}` });
      return { ...it, trigger: { ...it.trigger, sourceId: `dead:${i}` } };
    });
    for (const [i, it] of dead.entries()) sampler.bind(`dead/${i}`, [it]);
    const askDead = (): Promise<unknown> =>
      Promise.all(dead.map((_, i) => sampler.sample(`dead/${i}`, 's0-q', { maxAgeMs: 0, signal })));
    let dying = askDead();
    await clock.advance(3_000);
    await dying;
    dying = askDead();
    sampler.bind('shop/a', [bound()]);
    const before = clock.now();
    const healthy = sample();
    await clock.advance(0);
    expect(await healthy).toMatchObject({ ok: true, at: before });
    await clock.advance(3_000);
    await dying;
  });

  it('reads at most eight of one source at a time, unless they become one call', async () => {
    for (const [batches, expected] of [
      [false, 8],
      [true, 50],
    ] as const) {
      const { sampler, bound, clock, counts } = aBench();
      const asked = Array.from({ length: 50 }, (_, i) => {
        sampler.bind(`shop/${i}`, [bound({ read: silence, question: `q${i}`, batches })]);
        return sampler.sample(`shop/${i}`, 's0-q', { maxAgeMs: 0, signal });
      });
      await clock.advance(0);
      expect(counts.reads).toBe(expected);
      await clock.advance(3_000);
      const samples = await Promise.all(asked);
      expect(samples.every((it) => it?.ok === false)).toBe(true);
    }
  });

  it('ends its reads when the program stops', async () => {
    const { sampler, bound, sample, shutdown } = aBench();
    sampler.bind('shop/a', [bound({ read: deaf })]);
    const sampled = sample();
    shutdown.abort(new Error('stopping'));
    await expect(sampled).rejects.toThrow('stopping');
    await sampler.close();
  });
});
