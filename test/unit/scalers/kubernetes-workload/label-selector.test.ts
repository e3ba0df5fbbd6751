import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLabelSelector } from '../../../../src/scalers/kubernetes-workload/label-selector.ts';

const PODS = {
  web: { app: 'web', tier: 'front', size: '10' },
  api: { app: 'api', tier: 'back', size: '3' },
  bare: {},
  odd: { app: '', size: 'big', 'example.com/team': 'blue', in: 'x' },
};
type Pod = keyof typeof PODS;

describe('parseLabelSelector', () => {
  it.each<[string, readonly Pod[]]>([
    ['app=web', ['web']],
    ['app == web', ['web']],
    ['app=', ['odd']],
    ['app!=web', ['api', 'bare', 'odd']],
    ['app in (web, api)', ['web', 'api']],
    ['app in (web,)', ['web', 'odd']],
    ['app in (,)', ['odd']],
    ['app notin (web, api)', ['bare', 'odd']],
    ['app', ['web', 'api', 'odd']],
    ['!app', ['bare']],
    ['! app , !tier', ['bare']],
    ['app=web,tier=front', ['web']],
    ['app=web,tier=back', []],
    ['app in (web,api),tier!=front,size', ['api']],
    ['size>5', ['web']],
    ['size < 5', ['api']],
    ['example.com/team=blue', ['odd']],
    ['in in (x)', ['odd']],
    ['app in ()', ['odd']],
    ['app notin ()', ['web', 'api', 'bare']],
    ['in', ['odd']],
    ['toString', []],
    [' app=web ', ['web']],
  ])('%j matches %j', (text, expected) => {
    const matches = parseLabelSelector(text);
    expect(Object.keys(PODS).filter((pod) => matches(PODS[pod as Pod]))).toEqual(expected);
  });

  it.each([
    ['app=web,', "expected a label's name, found the end"],
    [',app=web', 'expected a label\'s name, found ","'],
    ['app=web tier=front', 'expected a comma or the end, found "tier"'],
    ['app is web', 'expected one of =, ==, !=, in, notin, < and >, found "is"'],
    ['app in web', 'expected an opening bracket after in or notin, found "web"'],
    ['app in (web', 'expected a comma or a closing bracket, found the end'],
    ['app in (a=b)', 'expected a comma or a closing bracket, found "="'],
    ['app>big', 'expected a whole number after >, found "big"'],
    ['app<', 'expected a whole number after <, found ""'],
    ['app=-web', 'expected a label\'s value (at most 63 letters, digits, - _ and .), found "-web"'],
    [`app=${'a'.repeat(64)}`, "expected a label's value"],
    ['Example.com/app=web', 'expected a label\'s name, found "Example.com/app"'],
    ['/app=web', 'expected a label\'s name, found "/app"'],
    ['!', "expected a label's name, found the end"],
    ['!app=web', 'expected a comma or the end, found "="'],
    ['app==', undefined],
    ['äpp=web', 'expected a label\'s name, found "äpp"'],
  ])('%j is refused: %s', (text, message) => {
    if (message === undefined) expect(() => parseLabelSelector(text)).not.toThrow();
    else expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('is the opposite of itself with the opposite operator, and ends for any text', () => {
    const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,5}[a-z0-9])?$/);
    const labels = fc.dictionary(name, name);
    fc.assert(
      fc.property(labels, name, fc.array(name, { minLength: 1 }), (pod, key, values) => {
        const set = `(${values.join(',')})`;
        expect(parseLabelSelector(`${key} in ${set}`)(pod)).toBe(!parseLabelSelector(`${key} notin ${set}`)(pod));
        expect(parseLabelSelector(key)(pod)).toBe(!parseLabelSelector(`!${key}`)(pod));
      }),
    );
    const anything = fc.string({ unit: fc.constantFrom(...'ab=!<>(), \tin'.split('')) });
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseLabelSelector(text)({});
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
    );
  });
});
