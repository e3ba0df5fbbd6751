// Arithmetic, comparison and equality: for which kinds of values they are there, and what they give. Go's rules: ints wrap, / and ** give floats.
import { type Run, hold, spend } from './budget.ts';
import { FormulaError } from './formula-error.ts';
import type { BinaryOperator, ComparisonStep } from './syntax.ts';
import { ANY, type Type, typeOfKind } from './type.ts';
import {
  type Duration,
  isArray,
  isMap,
  type Kind,
  kindOf,
  type Time,
  toInt,
  toNumber,
  type Value,
  wrap,
} from './value.ts';

type Arithmetic = Extract<BinaryOperator, '+' | '-' | '*' | '/' | '%' | '**'>;
type Sign = Arithmetic | ComparisonStep['operator'] | '..';
type Overload = readonly [left: Kind, right: Kind, gives: Kind];

const numeric = (ints: Kind): readonly Overload[] => [
  ['float', 'float', 'float'],
  ['int', 'int', ints],
  ['int', 'float', 'float'],
  ['float', 'int', 'float'],
];
const ordered: readonly Overload[] = [
  ...numeric('int').map(([left, right]): Overload => [left, right, 'bool']),
  ...(['string', 'time', 'duration'] as const).map((kind): Overload => [kind, kind, 'bool']),
];

/** In the order in which they are tried. */
const OVERLOADS: Readonly<Record<Sign, readonly Overload[]>> = {
  '+': [
    ...numeric('int'),
    ['string', 'string', 'string'],
    ['time', 'duration', 'time'],
    ['duration', 'time', 'time'],
    ['duration', 'duration', 'duration'],
  ],
  '-': [
    ...numeric('int'),
    ['time', 'time', 'duration'],
    ['time', 'duration', 'time'],
    ['duration', 'duration', 'duration'],
  ],
  '*': [
    ...numeric('int'),
    ...(['int', 'float'] as const).flatMap((kind): readonly Overload[] => [
      ['duration', kind, 'duration'],
      [kind, 'duration', 'duration'],
    ]),
  ],
  '/': numeric('float'),
  '**': numeric('float'),
  '%': [['int', 'int', 'int']],
  '..': [['int', 'int', 'array']],
  '<': ordered,
  '<=': ordered,
  '>': ordered,
  '>=': ordered,
};

/** What the operator gives for such operands; undefined when there is no such operation. */
export function typeOfOperation(operator: Sign, left: Type, right: Type): Type | undefined {
  const fits = (type: Type, kind: Kind): boolean => type.kind === 'any' || type.kind === kind;
  const possible = OVERLOADS[operator].filter(([l, r]) => fits(left, l) && fits(right, r));
  const kinds = new Set(possible.map(([, , gives]) => gives));
  const [only] = kinds;
  if (only === undefined) return undefined;
  if (operator === '..') return { kind: 'array', of: typeOfKind('int') };
  return kinds.size === 1 ? typeOfKind(only) : ANY;
}

/** Throws for operands that the operator is not there for. */
export function calculate(operator: Arithmetic, left: Value, right: Value, run: Run, at: number): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return calculateInts(operator, left, right, at);
  if (isNumber(left) && isNumber(right)) {
    const ofFloats = FLOATS[operator];
    if (ofFloats) return ofFloats(toNumber(left), toNumber(right));
  } else if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    hold(run, left.length + right.length, at);
    return left + right;
  } else {
    const moved = calculateTimes(operator, left, right);
    if (moved !== undefined) return moved;
  }
  throw new FormulaError(at, noSuchOperation(operator, kindOf(left), kindOf(right)));
}

export function noSuchOperation(operator: string, left: Type['kind'], right: Type['kind']): string {
  const isFraction = (operator === '%' || operator === '..') && [left, right].includes('float');
  return `${operator} is not there for ${left} and ${right}${isFraction ? ': int(…) makes an int' : ''}`;
}

const isNumber = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

export const FLOATS: { readonly [Operator in Arithmetic]: ((a: number, b: number) => number) | undefined } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  // Go: 1 to any power is 1, and so is -1 to an infinite one.
  '**': (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b),
  '%': undefined,
};

function calculateInts(operator: Arithmetic, left: bigint, right: bigint, at: number): Value {
  switch (operator) {
    case '+':
      return wrap(left + right);
    case '-':
      return wrap(left - right);
    case '*':
      return wrap(left * right);
    case '%':
      if (right === 0n) throw new FormulaError(at, 'divides by zero');
      return left % right;
    case '/':
    case '**':
      return FLOATS[operator]?.(Number(left), Number(right)) ?? Number.NaN;
  }
}

function calculateTimes(operator: Arithmetic, left: Value, right: Value): Value | undefined {
  const [l, r] = [parts(left), parts(right)];
  if (l && r) return operator === '+' ? sumOf(l, r) : operator === '-' ? differenceOf(l, r) : undefined;
  if (operator !== '*') return undefined;
  if (l?.kind === 'duration' && isNumber(right)) return times(l, right);
  return r?.kind === 'duration' && isNumber(left) ? times(r, left) : undefined;
}

function sumOf(left: Time | Duration, right: Time | Duration): Value | undefined {
  const nanos = left.nanos + right.nanos;
  if (right.kind === 'duration') return { ...left, nanos };
  return left.kind === 'duration' ? { ...right, nanos } : undefined;
}

function differenceOf(left: Time | Duration, right: Time | Duration): Value | undefined {
  const nanos = left.nanos - right.nanos;
  if (left.kind === right.kind) return { kind: 'duration', nanos };
  return left.kind === 'time' ? { ...left, nanos } : undefined;
}

/** A duration has 64 bits too. */
function times({ nanos }: Duration, factor: number | bigint): Duration {
  const product = typeof factor === 'bigint' ? nanos * factor : toInt(Number(nanos) * factor);
  return { kind: 'duration', nanos: wrap(product) };
}

function parts(value: Value): Time | Duration | undefined {
  if (typeof value !== 'object' || value === null || isArray(value) || isMap(value)) return undefined;
  return value.kind === 'zone' ? undefined : value;
}

/** Less than 0, 0 or more, or NaN when nothing can be said. Throws for kinds that have no order between them. */
export function compare(left: Value, right: Value, operator: string, at: number): number {
  if (isNumber(left) && isNumber(right))
    return left < right ? -1 : left > right ? 1 : isSame(left, right) ? 0 : Number.NaN;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  const [l, r] = [parts(left), parts(right)];
  if (l && r && l.kind === r.kind) return l.nanos < r.nanos ? -1 : l.nanos > r.nanos ? 1 : 0;
  throw new FormulaError(at, noSuchOperation(operator, kindOf(left), kindOf(right)));
}

/** An int and a float of the same value are. */
const isSame = (left: number | bigint, right: number | bigint): boolean =>
  typeof left === typeof right ? left === right : toNumber(left) === toNumber(right);

/** == of anything with anything; numbers by value, arrays and maps by what is in them. */
export function isEqual(left: Value, right: Value, run: Run, at: number): boolean {
  spend(run, 1, at);
  if (isNumber(left) && isNumber(right)) return isSame(left, right);
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((item, i) => isEqual(item, right[i] ?? null, run, at));
  }
  if (isMap(left) && isMap(right)) {
    if (left.size !== right.size) return false;
    return [...left].every(([key, value]) => right.has(key) && isEqual(value, right.get(key) ?? null, run, at));
  }
  const [l, r] = [parts(left), parts(right)];
  return l && r ? l.kind === r.kind && l.nanos === r.nanos : left === right;
}
