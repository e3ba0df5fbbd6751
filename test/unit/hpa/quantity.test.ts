// Quantities as Kubernetes writes them.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMilli, parseQuantity, toMilli } from '../../../src/hpa/quantity.ts';

describe('hpa/quantity', () => {
  it.each([
    ['0', 0],
    ['5', 5],
    ['+5', 5],
    ['-1500m', -1.5],
    ['1500m', 1.5],
    ['100u', 0.0001],
    ['7n', 7e-9],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['2k', 2000],
    ['2Ki', 2048],
    ['1.5Gi', 1_610_612_736],
    ['3E', 3e18],
    ['3e2', 300],
    ['3E-2', 0.03],
    ['12e+3', 12_000],
    [10, 10],
    [0.05, 0.05],
  ])('reads %s as %d', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it.each(['', ' 1', '1 ', 'm', '1mm', '1K', '1ki', '--1', '1e', '0x10', 'NaN', 'Infinity', '1,5', '1e999'])(
    'refuses %p',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

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
