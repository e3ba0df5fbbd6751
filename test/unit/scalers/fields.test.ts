import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { decimal, duration, flag, integer, intList, list, map, oneOf, query } from '../../../src/scalers/fields.ts';

const value = (schema: z.ZodType, text: string): unknown => {
  const result = schema.safeParse(text);
  return result.success ? result.data : `refused: ${result.error.issues[0]?.message}`;
};
const refused = expect.stringMatching(/^refused: expected /);

describe('integer', () => {
  it.each([
    ['5', 5],
    ['-5', -5],
    ['0', 0],
    ['-0', 0],
    ['9223372036854775807', 2 ** 63],
    ['9223372036854775808', refused],
    ['-9223372036854775809', refused],
    ['5.0', refused],
    ['1e3', refused],
    ['+5', refused],
    ['05', refused],
    ['0x10', refused],
    ['1_000', refused],
    ['null', refused],
    ['٣', refused],
  ])('reads %j as %j', (text, expected) => expect(value(integer(), text)).toEqual(expected));

  it('refuses what is below its least value', () => {
    expect(value(integer({ min: 1 }), '0')).toBe('refused: expected a whole number such as 5, at least 1');
  });

  it('reads every safe integer as itself', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => value(integer(), String(n)) === (n === 0 ? 0 : n)));
  });
});

describe('decimal', () => {
  it.each([
    ['1e3', 1000],
    ['-0.5', -0.5],
    ['20', 20],
    ['.5', refused],
    ['5.', refused],
    ['+1', refused],
    ['NaN', refused],
    ['Inf', refused],
    ['0x1p2', refused],
    ['1e999', refused],
    ['null', refused],
  ])('reads %j as %j', (text, expected) => expect(value(decimal(), text)).toEqual(expected));

  it('reads every finite number in the spelling of JSON', () => {
    const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
    fc.assert(fc.property(finite, (n) => value(decimal(), JSON.stringify(n)) === JSON.parse(JSON.stringify(n))));
  });
});

describe('flag', () => {
  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('reads %j as true', (text) =>
    expect(value(flag(), text)).toBe(true),
  );
  it.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('reads %j as false', (text) =>
    expect(value(flag(), text)).toBe(false),
  );
  it.each(['yes', 'on', 'tRUE', 'null'])('refuses %j', (text) => expect(value(flag(), text)).toEqual(refused));
});

describe('duration', () => {
  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['250', 250],
    ['0', 0],
    ['.5s', 500],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['1d', refused],
    ['-1s', refused],
    ['-5', refused],
    ['1.5', refused],
    ['1 s', refused],
    ['10000000h', refused],
    ['99999999999999999999', refused],
  ])('reads %j as %j milliseconds', (text, expected) => expect(value(duration(), text)).toEqual(expected));
});

describe('lists and maps', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['a,,b', ['a', '', 'b']],
    ['a,', ['a', '']],
  ])('reads the list %j as %j', (text, expected) => expect(value(list(), text)).toEqual(expected));

  it.each([
    ['1,3-5', [1, 3, 4, 5]],
    ['1, 3 - 5', [1, 3, 4, 5]],
    ['5-3', []],
    ['7', [7]],
    ['1,,2', refused],
    ['-1', refused],
    ['1-2-3', refused],
    ['0-99999999999', refused],
  ])('reads the numbers %j as %j', (text, expected) => expect(value(intList(), text)).toEqual(expected));

  it.each([
    [
      'a=1, b = 2',
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ],
    ['a=', new Map([['a', '']])],
    ['a=1=2', refused],
    ['a=1,', refused],
    ['a', refused],
  ])('reads the pairs %j', (text, expected) => expect(value(map(), text)).toEqual(expected));

  it('reads a URL query with repeated names', () => {
    expect((value(query(), 'a=1&a=2&b=%2F') as URLSearchParams).getAll('a')).toEqual(['1', '2']);
    expect(value(query(), 'a=%zz')).toEqual(refused);
  });

  it('minds the case of a choice', () => {
    expect(value(oneOf('sum', 'max'), 'sum')).toBe('sum');
    expect(value(oneOf('sum', 'max'), 'Sum')).toBe('refused: expected one of sum, max');
  });
});
