// Functions of numbers, and of arrays of numbers however deep.
import { type Builtin, builtin, type Call, sameAsFirst } from '../builtin.ts';
import { spend } from '../budget.ts';
import { FormulaError, quoted } from '../formula-error.ts';
import { ANY, FLOAT, INT, type Type } from '../type.ts';
import { isArray, kindOf, toInt, toNumber, type Value, wrap } from '../value.ts';

/** max(1, 2.5) may be an int or a float. */
const oneOf = (args: readonly Type[]): Type => {
  const kinds = new Set(args.map(({ kind }) => kind));
  return kinds.size === 1 && !kinds.has('array') ? sameAsFirst(args) : ANY;
};

/** A float; what is known of arrays says less. */
const average = (args: readonly Type[]): Type => (args.some(({ kind }) => kind === 'array') ? ANY : FLOAT);

/** Go's Round: halves go away from zero. */
const round = (x: number): number => (Math.abs(x % 1) === 0.5 ? Math.trunc(x) + Math.sign(x) : Math.round(x));

const rounding = (to: (x: number) => number): Builtin =>
  builtin('int|float', FLOAT, ([x]) => to(toNumber(x as number | bigint)));

/** What the first says of the last, of all numbers; nil of none. */
function best(isBetter: (a: number | bigint, b: number | bigint) => boolean): Builtin['compute'] {
  return (args, call) => {
    let found: number | bigint | null = null;
    eachNumber(args, call, (x) => {
      if (found === null || isBetter(x, found)) found = x;
    });
    return found;
  };
}

function eachNumber(values: readonly Value[], call: Call, see: (x: number | bigint) => void): void {
  spend(call.run, values.length, call.at);
  for (const value of values) {
    if (typeof value === 'number' || typeof value === 'bigint') see(value);
    else if (isArray(value)) eachNumber(value, call, see);
    else throw new FormulaError(call.at, `expected numbers, found ${kindOf(value)}`);
  }
}

function numbersIn(values: readonly Value[], call: Call): readonly number[] {
  const numbers: number[] = [];
  eachNumber(values, call, (x) => numbers.push(toNumber(x)));
  return numbers;
}

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return mean(sorted.slice(sorted.length % 2 === 1 ? middle : Math.max(0, middle - 1), middle + 1));
}

const bits = (compute: (x: bigint, y: bigint) => bigint): Builtin =>
  builtin('int int', INT, ([x, y]) => wrap(compute(x as bigint, y as bigint)));

const shift = (compute: (x: bigint, y: bigint) => bigint): Builtin =>
  builtin('int int', INT, ([x, y], { at }) => {
    if ((y as bigint) < 0n) throw new FormulaError(at, `cannot shift by ${Number(y)}: expected 0 or more`);
    // Farther than that nothing changes any more.
    return wrap(compute(x as bigint, (y as bigint) > 64n ? 64n : (y as bigint)));
  });

export const numbers: Readonly<Record<string, Builtin>> = {
  abs: builtin('int|float', sameAsFirst, ([x]) =>
    typeof x === 'bigint' ? wrap(x < 0n ? -x : x) : Math.abs(x as number),
  ),
  ceil: rounding(Math.ceil),
  floor: rounding(Math.floor),
  round: rounding(round),
  min: builtin(
    '...int|float|array',
    oneOf,
    best((a, b) => a < b),
  ),
  max: builtin(
    '...int|float|array',
    oneOf,
    best((a, b) => a > b),
  ),
  mean: builtin('...int|float|array', average, (args, call) => mean(numbersIn(args, call))),
  median: builtin('...int|float|array', average, (args, call) => median(numbersIn(args, call))),
  bitand: bits((x, y) => x & y),
  bitor: bits((x, y) => x | y),
  bitxor: bits((x, y) => x ^ y),
  bitnand: bits((x, y) => x & ~y),
  bitnot: builtin('int', INT, ([x]) => ~(x as bigint)),
  bitshl: shift((x, y) => x << y),
  bitshr: shift((x, y) => x >> y),
  bitushr: shift((x, y) => BigInt.asUintN(64, x) >> y),
  int: builtin('int|float|string', INT, ([x], { at }) => {
    if (typeof x !== 'string') return typeof x === 'number' ? toInt(x) : (x as bigint);
    const isInt = /^[+-]?\d{1,19}$/.test(x) && BigInt(x.replace('+', '')) === wrap(BigInt(x.replace('+', '')));
    if (!isInt) throw new FormulaError(at, `int expected a whole number, found ${quoted(x)}`);
    return BigInt(x.replace('+', ''));
  }),
  float: builtin('int|float|string', FLOAT, ([x], { at }) => {
    if (typeof x !== 'string') return toNumber(x as number | bigint);
    if (/^[+-]?inf(inity)?$/i.test(x)) return x.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (/^nan$/i.test(x)) return Number.NaN;
    if (/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(x)) return Number(x);
    throw new FormulaError(at, `float expected a number, found ${quoted(x)}`);
  }),
};
