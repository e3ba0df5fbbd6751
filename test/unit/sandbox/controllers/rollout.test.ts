// The arithmetic of rolling updates.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  proportionalSizes,
  rollingStep,
  rolloutBounds,
  type SizedSet,
} from '../../../../src/sandbox/controllers/rollout.ts';

const set = (name: string, size: number, available = size, mostBefore?: number): SizedSet => ({
  name,
  createdMs: name.charCodeAt(0),
  size,
  available,
  ...(mostBefore === undefined ? {} : { mostBefore }),
});

describe('sandbox/controllers rolloutBounds', () => {
  it.each([
    { replicas: 10, strategy: undefined, surge: 3, unavailable: 2 },
    { replicas: 1, strategy: undefined, surge: 1, unavailable: 0 },
    { replicas: 0, strategy: undefined, surge: 0, unavailable: 0 },
    { replicas: 4, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } }, surge: 0, unavailable: 1 },
    { replicas: 4, strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 9 } }, surge: 2, unavailable: 4 },
    { replicas: 100, strategy: { rollingUpdate: { maxSurge: '7%', maxUnavailable: '7%' } }, surge: 7, unavailable: 7 },
    { replicas: 5, strategy: { type: 'Recreate' }, surge: 0, unavailable: 5 },
  ] as const)(
    '$replicas with $strategy: $surge above, $unavailable below',
    ({ replicas, strategy, surge, unavailable }) => {
      expect(rolloutBounds(replicas, strategy)).toEqual({ replicas, surge, unavailable });
    },
  );
});

describe('sandbox/controllers rollingStep', () => {
  const ten = { replicas: 10, surge: 3, unavailable: 2 };
  it.each([
    { what: 'the new set starts with the surge', current: set('n', 0), old: [set('a', 10)], sizes: { n: 3 } },
    {
      what: 'old pods go as far as availability allows',
      current: set('n', 3, 0),
      old: [set('a', 10)],
      sizes: { a: 8 },
    },
    { what: 'then there is room again', current: set('n', 3, 0), old: [set('a', 8)], sizes: { n: 5 } },
    { what: 'a broken template goes no further', current: set('n', 5, 0), old: [set('a', 8)], sizes: {} },
    {
      what: 'broken old pods go first',
      current: set('n', 5, 5),
      old: [set('a', 4, 4), set('b', 4, 0)],
      sizes: { a: 3, b: 0 },
    },
    { what: 'the last ones', current: set('n', 10, 10), old: [set('a', 3)], sizes: { a: 0 } },
    { what: 'done', current: set('n', 10), old: [set('a', 0)], sizes: {} },
    { what: 'too many of the new', current: set('n', 12), old: [], sizes: { n: 10 } },
  ])('$what', ({ current, old, sizes }) => {
    expect(Object.fromEntries(rollingStep(ten, current, old))).toEqual(sizes);
  });

  it('ends with all pods new, never above the surge, never short of available ones', () => {
    const bounds = fc
      .tuple(fc.integer({ min: 1, max: 20 }), fc.nat(10), fc.nat(10))
      .map(([replicas, maxSurge, maxUnavailable]) =>
        rolloutBounds(replicas, { rollingUpdate: { maxSurge, maxUnavailable } }),
      );
    fc.assert(
      fc.property(bounds, fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }), (limits, readiness) => {
        const { replicas, surge, unavailable } = limits;
        let current = set('n', 0);
        let old = [set('a', replicas)];
        const apply = (s: SizedSet, sizes: ReadonlyMap<string, number>): SizedSet => {
          const size = sizes.get(s.name) ?? s.size;
          return { ...s, size, available: Math.min(s.available, size) };
        };
        for (const ready of [...readiness, ...Array.from({ length: 90 }, () => 1)]) {
          const sizes = rollingStep(limits, current, old);
          current = apply(current, sizes);
          old = old.map((s) => apply(s, sizes));
          const all = current.size + old.reduce((sum, s) => sum + s.size, 0);
          expect(all).toBeLessThanOrEqual(replicas + surge);
          expect(current.available + old.reduce((sum, s) => sum + s.available, 0)).toBeGreaterThanOrEqual(
            replicas - unavailable,
          );
          current = { ...current, available: Math.min(current.size, current.available + ready) };
        }
        expect([current.size, old[0]?.size]).toEqual([replicas, 0]);
      }),
    );
  });
});

describe('sandbox/controllers proportionalSizes', () => {
  const sizesOf = (...args: Parameters<typeof proportionalSizes>) => Object.fromEntries(proportionalSizes(...args));

  it('gives everything to the only set with pods, or to the newest', () => {
    const bounds = { replicas: 7, surge: 2, unavailable: 1 };
    expect(sizesOf(bounds, set('n', 3), [set('a', 0)])).toEqual({ n: 7 });
    expect(sizesOf(bounds, undefined, [set('a', 0), set('b', 0)])).toEqual({ b: 7 });
    expect(sizesOf(bounds, undefined, [])).toEqual({});
  });

  it('shares out in proportion: 10 to 15 in the middle of a rollout with a surge of 3', () => {
    expect(sizesOf({ replicas: 15, surge: 3, unavailable: 2 }, set('n', 5, 0, 13), [set('a', 8, 8, 13)])).toEqual({
      n: 7,
      a: 11,
    });
  });

  it('takes all pods of all sets when scaled to zero', () => {
    expect(sizesOf({ replicas: 0, surge: 0, unavailable: 0 }, set('n', 5, 0, 13), [set('a', 8, 8, 13)])).toEqual({
      n: 0,
      a: 0,
    });
  });

  it('ends old sets once the new one has all its pods available', () => {
    expect(sizesOf({ replicas: 5, surge: 2, unavailable: 1 }, set('n', 5), [set('a', 2)])).toEqual({ a: 0 });
  });

  it('never goes above the surge when it grows, and no set goes below zero', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.nat(60), fc.nat(10), (list, replicas, maxSurge) => {
        const bounds = rolloutBounds(replicas, { rollingUpdate: { maxSurge, maxUnavailable: 1 } });
        const most = list.reduce((a, b) => a + b, 0);
        const [current, ...old] = list.map((size, i) => set(String.fromCharCode(97 + i), size, 0, most));
        const result = proportionalSizes(bounds, current, old);
        const all = [current!, ...old].map((s) => result.get(s.name) ?? s.size);
        const allowed = replicas === 0 ? 0 : replicas + bounds.surge;
        expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
        expect(all.reduce((a, b) => a + b, 0)).toBe(allowed);
      }),
    );
  });
});
