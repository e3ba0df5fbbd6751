import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSelector } from '../../../src/metrics-adapter/selector.ts';

describe('src/metrics-adapter/selector', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['  ', {}],
    ['scaledobject.keda.sh/name=web', { 'scaledobject.keda.sh/name': 'web' }],
    ['a=b,c==d', { a: 'b', c: 'd' }],
    [' a = b , c == d ', { a: 'b', c: 'd' }],
    ['a in (b)', { a: 'b' }],
    ['a in ( b ),c=d', { a: 'b', c: 'd' }],
    ['a=', { a: '' }],
    ['a=,b=c', { a: '', b: 'c' }],
    ['a=b,a=b', { a: 'b' }],
    ['in=notin', { in: 'notin' }],
  ])('reads %j', (text, labels) => {
    expect(Object.fromEntries(parseSelector(text))).toEqual(labels);
  });

  it.each<[string, string]>([
    ['a!=b', 'only key=value is supported, found "a !="'],
    ['a in (b,c)', 'only one value for a label is supported, found 2 for "a"'],
    ['a notin (b)', 'only key=value is supported, found "a notin"'],
    ['a', 'only key=value is supported, found "a" alone'],
    ['a,b=c', 'only key=value is supported, found "a" alone'],
    ['!a', 'only key=value is supported, found "!a"'],
    ['a>1', 'only key=value is supported, found "a >"'],
    ['a<1', 'only key=value is supported, found "a <"'],
    ['a=b,', "expected a label's name, found the end"],
    [',a=b', 'expected a label\'s name, found ","'],
    ['a=b c', 'expected "," or the end, found "c"'],
    ['a in b', 'expected "(" after in'],
    ['a in (b', 'expected "," or ")" in a set of values'],
    ['a=b,a=c', '"a" cannot have two values'],
  ])('refuses %j and says why', (text, message) => {
    expect(() => parseSelector(text)).toThrow(
      expect.objectContaining({
        code: 'METRIC_BAD_REQUEST',
        message: `label selector ${JSON.stringify(text)}: ${message}`,
      }),
    );
  });

  it('reads back what Kubernetes writes for any labels', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9_./-]{0,20}[A-Za-z0-9])?$/);
    fc.assert(
      fc.property(fc.dictionary(word, word), (labels) => {
        const text = Object.entries(labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(',');
        expect(parseSelector(text)).toEqual(new Map(Object.entries(labels)));
      }),
    );
  });

  it('answers any text with labels or a MetricError', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '=', '!', '<', '>', '(', ')', ',', ' ', ' in ') }),
        (text) => {
          try {
            parseSelector(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'METRIC_BAD_REQUEST' });
          }
        },
      ),
    );
  });
});
