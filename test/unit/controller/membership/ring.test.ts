// Which member owns what.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ownerOf } from '../../../../src/controller/membership/ring.ts';

const uid = fc.uuid();
const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 });

describe('controller/membership/ring', () => {
  it('has nobody without members, and everybody’s object with one', () => {
    expect(ownerOf('a', [])).toBeUndefined();
    expect(ownerOf('a', ['one'])).toBe('one');
  });

  it('names the same member whatever their order', () => {
    fc.assert(fc.property(uid, members, (u, m) => ownerOf(u, m) === ownerOf(u, m.toReversed())));
  });

  it('moves no object when a member leaves but those that it had', () => {
    fc.assert(
      fc.property(uid, members, fc.nat(), (u, m, i) => {
        const leaver = m[i % m.length];
        const rest = m.filter((member) => member !== leaver);
        const before = ownerOf(u, m);
        return before === leaver || ownerOf(u, rest) === before;
      }),
    );
  });

  it('moves no object when a member joins but to that member', () => {
    fc.assert(
      fc.property(uid, members, fc.string({ minLength: 21, maxLength: 30 }), (u, m, joiner) => {
        const after = ownerOf(u, [...m, joiner]);
        return after === joiner || after === ownerOf(u, m);
      }),
    );
  });

  it.each([2, 3, 5])(
    'shares ten thousand objects among %d members almost evenly, however alike their names are',
    (n) => {
      const names = Array.from({ length: n }, (_, i) => `sluice-7f9c5-${i}`);
      const counts = new Map(names.map((name) => [name, 0]));
      for (let i = 0; i < 10_000; i++) {
        const owner = ownerOf(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, names) ?? '';
        counts.set(owner, (counts.get(owner) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(Math.abs(count - 10_000 / n)).toBeLessThan(500);
    },
  );
});
