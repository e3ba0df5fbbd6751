import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../../src/scalers/pattern.ts';

describe('a pattern of a trigger', () => {
  it('takes no longer than its length times the text’s', () => {
    expect(compilePattern('(a*)*b').matches('a'.repeat(10_000))).toBe(false);
    expect(compilePattern('(x+x+)+y').matches('x'.repeat(10_000))).toBe(false);
  });

  it.each([
    ['a'.repeat(501), 'a pattern of at most 500 characters'],
    ['a{1000}', 'a pattern that repeats at most 99 times'],
    ['a{1,100}', 'a pattern that repeats at most 99 times'],
    ['(a{99}){99}', 'a pattern in RE2 syntax'],
    ['a(', 'a pattern in RE2 syntax'],
    ['(?=a)', 'a pattern in RE2 syntax'],
  ])('is not %j', (pattern, expected) => {
    expect(() => compilePattern(pattern)).toThrow(new SyntaxError(expected));
  });
});
