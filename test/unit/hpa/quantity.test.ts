// Numbers as autoscaling compares and writes them.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMilli, toMilli } from '../../../src/hpa/quantity.ts';
import { parseQuantity } from '../../../src/quantity.ts';

describe('hpa/quantity', () => {
  it.each([
    [0, 0],
    [2.1, 2100],
    [32.77, 32_770],
    [1.001, 1001],
    [0.0001, 1],
    [1.0004, 1001],
    [1e15, 1e18],
  ])('takes %d in thousandths as %d, a finer rest rounded up', (value, milli) => {
    expect(toMilli(value)).toBe(milli);
  });

  it.each([
    [0, '0'],
    [2500, '2500m'],
    [3000, '3'],
    [5_000_000, '5k'],
    [1_500_000, '1500'],
    [1e21, '1E'],
  ])('writes %d thousandths as %s', (milli, text) => {
    expect(formatMilli(milli)).toBe(text);
    expect(toMilli(parseQuantity(text) ?? Number.NaN)).toBe(milli);
  });

  it('never invents or loses a thousandth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (milli) => {
        expect(toMilli(milli / 1000)).toBe(milli);
        expect(toMilli(parseQuantity(`${milli}m`) ?? Number.NaN)).toBe(milli);
      }),
    );
  });
});
