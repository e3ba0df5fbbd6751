// The language of formulas by example: https://expr-lang.org/docs/language-definition. What each gives was compared with what expr-lang 1.17 gives.
import { describe, expect, it } from '@jest/globals';
import { compileFormula } from '../../../src/formula/formula.ts';
import { FormulaError } from '../../../src/formula/formula-error.ts';

const VALUES: Readonly<Record<string, number>> = { a: 5, b: 2.5, c: 0 };
/** 2027-01-15T08:00:00Z */
const NOW = 1_800_000_000_000;

const evaluate = (text: string): number | undefined =>
  compileFormula(text, Object.keys(VALUES)).evaluate((name) => VALUES[name], NOW);

function mistake(text: string): string {
  try {
    return `gives ${evaluate(text)}`;
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
}

describe('arithmetic', () => {
  it.each<[string, number]>([
    ['a + b * 2', 10],
    ['(a + b) * 2', 15],
    ['a - b - 1', 1.5],
    ['7 / 2', 3.5],
    ['-7 % 3', -1],
    ['int(a) % 3', 2],
    ['2 ** 3 ** 2', 512],
    ['2 ^ 3', 8],
    ['-2 ** 2', -4],
    ['2 ** -1', 0.5],
    ['- -a', 5],
    ['1 - -1', 2],
    ['.5 + 1. + 1e3 + 1_000', 2001.5],
    ['0x1F + 0b11 + 0o17', 49],
    ['9223372036854775807 + 1', -(2 ** 63)],
    ['abs(-9223372036854775807 - 1)', -(2 ** 63)],
    ['bitshl(1, 63)', -(2 ** 63)],
    ['bitushr(-5, 2)', 2 ** 62 - 2],
    ['bitand(12, 10) + bitor(12, 10) + bitxor(12, 10) + bitnand(12, 10) + bitnot(0)', 8 + 14 + 6 + 4 - 1],
    ['int(3.9) + int(-3.9) + int("12")', 12],
    ['float("1e3")', 1000],
    ['"42"', 42],
    ['round(2.5) + round(-2.5) + round(0.49)', 0],
    ['ceil(b) + floor(b)', 5],
    ['min(3, [2, [0.5]])', 0.5],
    ['max([1, a], 7)', 7],
    ['mean([1, 2]) + mean([]) + median([3, 1, 2]) + median([1, 2])', 5],
  ])('%s', (text, expected) => expect(evaluate(text)).toBe(expected));

  it('divides by zero as floats do, and not at all in whole numbers', () => {
    expect(evaluate('a / c')).toBe(Number.POSITIVE_INFINITY);
    expect(evaluate('c / c')).toBeNaN();
    expect(mistake('1 % int(c)')).toBe('column 3: divides by zero');
  });
});

describe('conditions', () => {
  it.each<[string, number]>([
    ['a > 1 ? 10 : 20', 10],
    ['a > b ? b > c ? 1 : 2 : 3', 1],
    ['if a > 1 { 5 } else if a > 0 { 6 } else { 7 }', 5],
    ['1 < 2 < 3 ? 1 : 0', 1],
    ['3 > 2 > 2 ? 1 : 0', 0],
    ['a == 5 && not (b == 1) || false ? 1 : 0', 1],
    ['!(a > 1) and b > 1 ? 1 : 0', 0],
    ['5 in [a, b] ? 1 : 0', 1],
    ['a not in [5] ? 1 : 0', 0],
    ['"a" in {a: 2} ? 1 : 0', 1],
    ['a in 1..10 ? 1 : 0', 1],
    ['"abc" matches "^a.c$" ? 1 : 0', 1],
    ['"abc" contains "b" and "abc" startsWith "a" and not ("abc" endsWith "b") ? 1 : 0', 1],
    ['[1] == [1.0] && {a: 1} == {a: 1} && nil != a ? 1 : 0', 1],
  ])('%s', (text, expected) => expect(evaluate(text)).toBe(expected));
});

describe('nil', () => {
  const withB = (text: string): number | undefined =>
    compileFormula(text, ['a', 'b']).evaluate((name) => (name === 'b' ? 3 : undefined), NOW);

  it.each<[string, number | undefined]>([
    ['a ?? 7', 7],
    ['a ?? b', 3],
    ['(a ?? 0) + b', 3],
    ['b + a ?? 4', 7],
    ['a ?? nil', undefined],
    ['a == nil ? 1 : b ?? 0', 1],
  ])('%s', (text, expected) => expect(withB(text)).toBe(expected));

  it('computes with no nil that nothing stands in for', () => {
    expect(() => withB('a + b')).toThrow('column 3: + is not there for nil and float');
    expect(() => withB('a')).toThrow('expected a number from the formula, found nil');
  });
});

describe('arrays, maps and predicates', () => {
  it.each<[string, number]>([
    ['count([a, b, c], { # > 1 })', 2],
    ['count([true, false])', 1],
    ['sum([a, b, c])', 7.5],
    ['sum(1..3, # * 2)', 12],
    ['len(filter(1..10, { # % 2 == 0 }))', 5],
    ['sum(map([a, b], # ** 2))', 31.25],
    ['sum(map(1..3, { let x = #; x * x }))', 14],
    ['sum(map([5, 5], #index))', 1],
    ['any([a], # > 4) && all([], false) && none([a], # > 9) && one([a, b], # > 3) ? 1 : 0', 1],
    ['find(1..9, # > 4) + findLast(1..9, # < 4) + findIndex([7], # == 7) + findLastIndex([7, 7], # == 7)', 9],
    ['reduce(1..4, #acc + #)', 10],
    ['reduce(1..4, #acc * #, 2)', 48],
    ['[1, 2, 3] | filter(# > 1) | len()', 2],
    ['[10, 20, 30][-1] + [10, 20, 30][1:][0] + [1, 2, 3, 4][1:-1][1]', 53],
    ['first([3, 4]) + last([3, 4]) + len(take([1, 2, 3], 2)) + reverse([1, 2])[0]', 11],
    ['sort([3, 1.5, 2], "desc")[0] + sortBy([3, 1, 2], -#)[0]', 6],
    ['len(uniq([1, 1.0, 2])) + len(flatten([1, [2, [3]]])) + len(concat([1], [2]))', 7],
    ['groupBy(1..5, # % 2)[1] | len()', 3],
    ['{a: {b: 3}}.a["b"] + {1: 4}["1"]', 7],
    ['({x: 1}?.y?.z ?? 5) + get([1], 9) ?? 2', 7],
    ['len(keys({a: 1})) + sum(values({a: 1})) + fromPairs([["k", 2]]).k + toPairs({a: 3})[0][1]', 7],
    ['let x = a; let y = x * 2; x + y', 15],
    ['$env["a"] + $env.b', 7.5],
    ['fromJSON("[1, 2]")[1]', 2],
  ])('%s', (text, expected) => expect(evaluate(text)).toBe(expected));
});

describe('strings', () => {
  it.each([
    ['trim("  x ") + trim("__y_", "_")', 'xy'],
    ['upper("é") + lower("É")', 'Éé'],
    ['join(split("a,b,c", ",", 2), "|")', 'a|b,c'],
    ['join(splitAfter("a,b", ","), "|")', 'a,|b'],
    ['replace("aaa", "a", "b", 2) + replace("ab", "", "-")', 'bba-a-b-'],
    ['repeat("ab", 2) + "abc"[0:2] + `raw\\n`', 'ababab' + 'raw\\n'],
    ['trimPrefix("HelloWorld", "Hello") + trimSuffix("HelloWorld", "World")', 'WorldHello'],
    ['string(1000000.0) + string(2.5) + string([1, "x", nil])', '1e+062.5[1 x <nil>]'],
    [
      'type(1) + type(1.0) + type(nil) + type("") + type([]) + type({}) + type(now())',
      'intfloatnilstringarraymaptime.Time',
    ],
    ['toJSON({b: 1, a: [2.5]})', '{\n  "a": [\n    2.5\n  ],\n  "b": 1\n}'],
    ['fromBase64(toBase64("Grüße"))', 'Grüße'],
    [String.raw`"\u00e9\x41" + 'it\'s'`, "éAit's"],
  ])('%s', (text, expected) => expect(evaluate(`${text} == ${JSON.stringify(expected)} ? 1 : 0`)).toBe(1));

  it('counts characters', () => expect(evaluate('len("é🙂") + indexOf("abc", "c") + lastIndexOf("aa", "z")')).toBe(3));
});

describe('times', () => {
  it.each<[string, number]>([
    ['now().Hour()', 8],
    ['now().Year() + now().Month() + now().Day() + now().Weekday()', 2027 + 1 + 15 + 5],
    ['now(timezone("Europe/Berlin")).Hour()', 9],
    ['now().In(timezone("America/New_York")).Hour()', 3],
    ['now().Hour() in 8..17 ? 10 : 1', 10],
    ['duration("1h30m").Minutes()', 90],
    ['(duration("1m") * 2 + duration("500ms")).Seconds()', 120.5],
    ['(now() - date("2027-01-15")).Hours()', 8],
    ['(now() + duration("24h")).Day() + date("2027-01-15 10:30:00").Minute()', 46],
    ['date("2027-01-15T10:00:00+02:00") == now() ? 1 : 0', 1],
  ])('%s', (text, expected) => expect(evaluate(text)).toBe(expected));
});

describe('a mistake', () => {
  it.each([
    ['a +', 'column 4: expected a value, found the end'],
    ['(a', 'column 3: expected ) for the ( before, found the end'],
    ['a b', 'column 3: expected an operator or the end, found "b"'],
    ['a & b', 'column 3: expected &&, found one &'],
    ['"abc', 'column 1: the string that begins here has no closing "'],
    ['é + ☃', 'column 5: "☃" has no meaning in a formula'],
    ['a +\n  backlog', 'line 2, column 3: no trigger has the name "backlog": there are a, b, c'],
    ['a % 2', 'column 3: % is not there for float and int: int(…) makes an int'],
    ['a > 0 ? 1 : a % 2', 'column 15: % is not there for float and int: int(…) makes an int'],
    ['a ? 1 : 2', 'column 1: a condition is true or false, found float: compare it with something'],
    ['a == "x"', 'column 3: == is not there for float and string'],
    ['a ?? 1 + 2', 'column 8: ?? beside + is unclear: put brackets around the one that comes first'],
    ['a > 1', 'column 1: expected a number from the formula, found bool'],
    ['[a]', 'column 1: expected a number from the formula, found array'],
    ['"many"', 'column 1: expected a number from the formula, found string'],
    ['maxx(a, b)', 'column 1: there is no function maxx: did you mean max?'],
    ['max()', 'column 1: max takes at least 1 argument, found 0'],
    ['a(1)', 'column 1: a is the name of a trigger, not a function'],
    ['max', 'column 1: max is a function: expected max(…)'],
    ['let a = 1; a', 'column 5: a is the name of a trigger already: choose another one'],
    ['# + 1', 'column 1: # has a meaning only within all, any, filter, map and their like'],
    ['filter([1], # + 1)[0]', 'column 13: the predicate of filter must say true or false, found int'],
    ['[1, 2][5]', 'column 7: there is no item 5 in an array of 2'],
    ['[1][a]', 'column 5: the place in an array is an int, found float: int(…) makes one'],
    ['a.toString', 'column 3: a float has no member "toString"'],
    ['{}.constructor.name', 'column 16: a nil has no members'],
    [
      '"x".constructor("return 1")',
      'column 5: a string has a method constructor: only times and durations have methods',
    ],
    ['9223372036854775808', 'column 1: 9223372036854775808 is too large for an int'],
    ['12abc', 'column 1: expected a number, found 12a'],
    ['reduce([], #acc + #)', 'column 1: reduce of an empty array needs a value to begin with, as a third argument'],
    ['"a" matches "("', 'column 5: "(" is no regular expression'],
    ['', 'column 1: expected a value, found the end'],
  ])('%s', (text, message) => expect(mistake(text)).toBe(message));

  it('shows how a name is written that is none of the language', () => {
    expect(() => compileFormula('my-queue', ['my-queue'])).toThrow(
      'column 1: no trigger has the name "my": there are $env["my-queue"]',
    );
    expect(compileFormula('$env["my-queue"] * 2', ['my-queue']).evaluate(() => 4, NOW)).toBe(8);
  });
});

describe('what it uses', () => {
  it('names the triggers that a formula needs', () => {
    const uses = (text: string) => [...compileFormula(text, ['a', 'b', 'c']).uses];
    expect(uses('a + c')).toEqual(['a', 'c']);
    expect(uses('5')).toEqual([]);
    expect(uses('sum(values($env))')).toEqual(['a', 'b', 'c']);
    expect(uses('$env.b')).toEqual(['b']);
  });
});
