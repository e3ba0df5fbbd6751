// The functions and methods of CEL that rules may call, and the macros that bind a name.
import { equal, isList, isObject } from '../object.ts';
import { EvaluationError, UnsupportedExpression, type Value } from './expression.ts';

type Method = (self: Value, args: readonly Value[]) => Value;

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw new EvaluationError('no such overload: expected a string');
  return value;
}

function number(value: Value | undefined): number {
  if (typeof value !== 'number') throw new EvaluationError('no such overload: expected a number');
  return value;
}

function list(value: Value | undefined): readonly Value[] {
  if (!isList(value)) throw new EvaluationError('no such overload: expected a list');
  return value;
}

function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    throw new UnsupportedExpression(`can't compile the pattern ${pattern}`);
  }
}

function size(value: Value | undefined): number {
  if (typeof value === 'string') return Array.from(value).length;
  if (isList(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw new EvaluationError('no such overload: size() of a scalar');
}

function toInt(value: Value | undefined): number {
  const found = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof found !== 'number') throw new EvaluationError(`type conversion error: ${JSON.stringify(value)} is no int`);
  return Math.trunc(found);
}

function toDouble(value: Value | undefined): number {
  const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof found !== 'number' || Number.isNaN(found))
    throw new EvaluationError(`type conversion error: ${JSON.stringify(value)} is no double`);
  return found;
}

function kindOf(value: Value | undefined): string {
  if (value === null) return 'null_type';
  if (isList(value)) return 'list';
  if (isObject(value)) return 'map';
  return typeof value === 'boolean'
    ? 'bool'
    : typeof value === 'string'
      ? 'string'
      : Number.isInteger(value)
        ? 'int'
        : 'double';
}

const METHODS: Readonly<Record<string, Method>> = {
  startsWith: (self, [part]) => text(self).startsWith(text(part)),
  endsWith: (self, [part]) => text(self).endsWith(text(part)),
  contains: (self, [part]) => text(self).includes(text(part)),
  matches: (self, [pattern]) => matches(text(self), text(pattern)),
  size: (self) => size(self),
  lowerAscii: (self) => text(self).replaceAll(/[A-Z]/g, (c) => c.toLowerCase()),
  upperAscii: (self) => text(self).replaceAll(/[a-z]/g, (c) => c.toUpperCase()),
  trim: (self) => text(self).trim(),
  split: (self, [by]) => text(self).split(text(by)),
  join: (self, [by]) =>
    list(self)
      .map(text)
      .join(by === undefined ? '' : text(by)),
  replace: (self, [from, to]) => text(self).replaceAll(text(from), text(to)),
  substring: (self, [from, to]) =>
    Array.from(text(self))
      .slice(number(from), to === undefined ? undefined : number(to))
      .join(''),
  indexOf: (self, [part]) =>
    isList(self) ? self.findIndex((item) => equal(item, part)) : text(self).indexOf(text(part)),
  charAt: (self, [at]) => Array.from(text(self))[number(at)] ?? '',
  sum: (self) => list(self).reduce<number>((sum, item) => sum + number(item), 0),
  min: (self) => list(self).reduce((a, b) => (below(b, a) ? b : a)),
  max: (self) => list(self).reduce((a, b) => (below(a, b) ? b : a)),
  isSorted: (self) => list(self).every((item, i, all) => i === 0 || !below(item, all[i - 1] ?? null)),
};

const FUNCTIONS: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  size: ([value]) => size(value),
  int: ([value]) => toInt(value),
  uint: ([value]) => toInt(value),
  double: ([value]) => toDouble(value),
  string: ([value]) => (isObject(value) || isList(value) ? JSON.stringify(value) : String(value)),
  bool: ([value]) => value === true || value === 'true',
  type: ([value]) => kindOf(value),
  matches: ([value, pattern]) => matches(text(value), text(pattern)),
};

/** `a` before `b`; numbers with numbers, strings with strings. */
export function below(a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return !a && b;
  throw new EvaluationError('no such overload: values of different types have no order');
}

export function isKnownMethod(name: string): boolean {
  return Object.hasOwn(METHODS, name);
}

export function isKnownFunction(name: string): boolean {
  return Object.hasOwn(FUNCTIONS, name);
}

export function callMethod(name: string, self: Value, args: readonly Value[]): Value {
  const method = METHODS[name];
  if (!method) throw new UnsupportedExpression(`the method ${name} is not known`);
  return method(self, args);
}

export function callFunction(name: string, args: readonly Value[]): Value {
  const called = FUNCTIONS[name];
  if (!called) throw new UnsupportedExpression(`the function ${name} is not known`);
  return called(args);
}

/** `list.all(x, …)` and its relatives, over the items of a list or the keys of a map. */
export const MACROS: Readonly<Record<string, (items: readonly Value[], test: (item: Value) => Value) => Value>> = {
  all: (items, test) => items.every((item) => test(item) === true),
  exists: (items, test) => items.some((item) => test(item) === true),
  exists_one: (items, test) => items.filter((item) => test(item) === true).length === 1,
  filter: (items, test) => items.filter((item) => test(item) === true),
  map: (items, test) => items.map(test),
};
