// The CEL of validation rules.
import { describe, expect, it } from '@jest/globals';
import { checkKnown, evaluate } from '../../../../src/sandbox/api-server/cel/evaluate.ts';
import { UnsupportedExpression } from '../../../../src/sandbox/api-server/cel/expression.ts';
import { parseExpression } from '../../../../src/sandbox/api-server/cel/parse.ts';
import { createRuleCheck } from '../../../../src/sandbox/api-server/cel/rules.ts';
import type { Json } from '../../../../src/sandbox/api-server/object.ts';
import { silentLogger } from '../../../../src/log.ts';

const self: Json = {
  min: 2,
  max: 5,
  name: 'web',
  none: '',
  list: [
    { n: 'a', v: 1 },
    { n: 'b', v: 2 },
  ],
  'a-b': true,
  tags: ['x', 'y'],
};

describe('sandbox/api-server/cel', () => {
  it.each<[string, Json]>([
    ['self.min <= self.max', true],
    ['!has(self.idle) || self.idle < self.min', true],
    ['has(self.idle)', false],
    ["self.name in ['web', 'api'] && 'max' in self", true],
    ['self.list.all(i, i.v > 0)', true],
    ["self.list.exists(i, i.n == 'b')", true],
    ["self.list.exists_one(i, i.n == 'b')", true],
    ['size(self.list.filter(i, i.v > 1)) == 1', true],
    ['self.list.map(i, i.v * 2)', [2, 4]],
    ['self.list[0].n', 'a'],
    ["self['min'] + 1", 3],
    ['7 / 2', 3],
    ['7.5 / 2', 3.75],
    ['-self.min', -2],
    ['self.min > 1 ? self.min : 1', 2],
    ["self.name.startsWith('w') && self.name.endsWith('b') && self.name.contains('e')", true],
    ["self.name.matches('^[a-z]+$')", true],
    ['self.a__dash__b', true],
    ["'x' + self.name", 'xweb'],
    ["self.tags.join(',')", 'x,y'],
    ["self.nope == 1 || self.name == 'web'", true],
    ["self.name == 'api' && self.nope == 1", false],
    ['int("5") == 5 && string(5) == "5"', true],
    ["self.tags == ['x', 'y']", true],
    ["r'\\d' == '\\\\d'", true],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(parseExpression(text), new Map([['self', self]]))).toEqual(expected);
  });

  it.each(['self.x.y.z.frob(1)', 'optional.of(1)', 'self.?a', 'self +', 'a ~ b'])(
    'does not pretend to know %s',
    (text) => {
      expect(() => checkKnown(parseExpression(text))).toThrow(UnsupportedExpression);
    },
  );

  const check = createRuleCheck(silentLogger);
  const rules = (...list: { rule: string; message?: string; messageExpression?: string }[]) => ({
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: { type: 'integer' } }, 'x-kubernetes-validations': list } },
  });
  it.each<[string, Parameters<typeof rules>[0], Json, Json | undefined, readonly string[]]>([
    ['passes what holds', { rule: 'self.a > 0' }, { a: 1 }, undefined, []],
    [
      'says the message of what does not',
      { rule: 'self.a > 0', message: 'a must be positive' },
      { a: 0 },
      undefined,
      ['spec: Invalid value: a must be positive'],
    ],
    [
      'computes a message',
      { rule: 'self.a > 0', messageExpression: "'a is ' + string(self.a)" },
      { a: 0 },
      undefined,
      ['spec: Invalid value: a is 0'],
    ],
    [
      'compares with the older self',
      { rule: 'self.a >= oldSelf.a' },
      { a: 1 },
      { a: 2 },
      ['spec: Invalid value: failed rule: self.a >= oldSelf.a'],
    ],
    ['has no older self at creation', { rule: 'self.a >= oldSelf.a' }, { a: 1 }, undefined, []],
    ['skips what it does not know', { rule: 'self.a.frob()' }, { a: 1 }, undefined, []],
    [
      'reports a missing key',
      { rule: 'self.b > 0' },
      { a: 1 },
      undefined,
      ['spec: Invalid value: rule evaluation error: no such key: b'],
    ],
  ])('%s', (_name, rule, value, old, expected) => {
    const found = check(rules(rule), { spec: value }, old === undefined ? undefined : { spec: old });
    expect(found.map((cause) => `${cause.field}: ${cause.message}`)).toEqual(expected);
  });
});
