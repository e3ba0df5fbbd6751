// Quantities as Kubernetes writes them.
import { describe, expect, it } from '@jest/globals';
import { parseQuantity } from '../../src/quantity.ts';

describe('parseQuantity', () => {
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
});
