import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InternalError } from '../../../src/errors.ts';
import { formatQuantity } from '../../../src/metrics-adapter/quantity.ts';

/** What Kubernetes reads: digits × suffix, here exactly, in billionths. */
function parse(quantity: string): bigint {
  const [, digits = '', suffix = ''] = /^(\d+)([numkMGTPE]?)$/.exec(quantity) ?? [];
  expect(digits).not.toBe('');
  return BigInt(digits) * 1_000n ** BigInt(['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].indexOf(suffix));
}

describe('src/metrics-adapter/quantity', () => {
  it.each<[number, string]>([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [10, '10'],
    [999, '999'],
    [1_000, '1k'],
    [1_500, '1500'],
    [100_000, '100k'],
    [1_000_000, '1M'],
    [0.5, '500m'],
    [1.5, '1500m'],
    [0.001, '1m'],
    [0.0001, '100u'],
    [12.345678901, '12345678901n'],
    [0.1 + 0.2, '300m'],
    [1e-9, '1n'],
    [1.5e-9, '2n'],
    [1e-30, '1n'],
    [Number.MIN_VALUE, '1n'],
    [2 ** 53, '9007199254740992'],
    [2 ** 53 - 1, '9007199254740991'],
    [1e18, '1E'],
    [1e21, '1000E'],
    [2 ** 70, '1180591620717411303424'],
  ])('writes %d as %s', (value, quantity) => {
    expect(formatQuantity(value)).toBe(quantity);
  });

  it.each([-1, -0.001, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    expect(() => formatQuantity(value)).toThrow(InternalError);
  });

  it('loses no digit of a whole number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e30, noNaN: true }).map(Math.floor), (value) => {
        expect(parse(formatQuantity(value))).toBe(BigInt(value) * 1_000_000_000n);
      }),
    );
  });

  it('keeps nine digits behind the point', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (billionths) => {
        const text = billionths.toString().padStart(10, '0');
        expect(parse(formatQuantity(Number(`${text.slice(0, -9)}.${text.slice(-9)}`)))).toBe(billionths);
      }),
    );
  });

  it('is canonical: the largest suffix that leaves the number whole', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e20, noNaN: true, minExcluded: true }), (value) => {
        const [, digits = '', suffix] = /^(\d+)(\D?)$/.exec(formatQuantity(value)) ?? [];
        expect(digits.startsWith('0')).toBe(false);
        expect(digits.endsWith('000') && suffix !== 'E').toBe(false);
      }),
    );
  });
});
