// Values as text: as Go prints them, and as JSON.
import { hold, spend } from '../budget.ts';
import type { Call } from '../builtin.ts';
import { FormulaError } from '../formula-error.ts';
import { isArray, isMap, kindOf, type Value } from '../value.ts';

/** Go's `%v`. */
export function toText(value: Value, call: Call): string {
  spend(call.run, 1, call.at);
  const text = plainText(value, call);
  // What stands in many places is made in each.
  hold(call.run, text.length, call.at);
  return text;
}

function plainText(value: Value, call: Call): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return floatText(value);
  if (typeof value !== 'object') return String(value);
  if (isArray(value)) return `[${value.map((item) => toText(item, call)).join(' ')}]`;
  if (isMap(value)) {
    const pairs = [...value].map(([key, item]) => `${toText(key, call)}:${toText(item, call)}`);
    return `map[${pairs.toSorted().join(' ')}]`;
  }
  switch (value.kind) {
    case 'zone':
      return value.name;
    case 'duration':
      return durationText(value.nanos);
    case 'time':
      return new Date(Number(value.nanos / 1_000_000n)).toISOString();
  }
}

/** The shortest digits; with an exponent below -4, and from 6 on. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** 1h30m0s, 1.5s: below a minute the larger units are left out, as Go does. */
function durationText(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const seconds = Number(nanos < 0n ? -nanos : nanos) / 1e9;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  if (hours > 0) return `${sign}${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${sign}${minutes}m${rest}` : `${sign}${rest}`;
}

/** Indented by two blanks, keys in order. */
export function toJson(value: Value, call: Call): string {
  const text = JSON.stringify(plain(value, call), undefined, 2);
  hold(call.run, text.length, call.at);
  return text;
}

function plain(value: Value, call: Call): unknown {
  spend(call.run, 1, call.at);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new FormulaError(call.at, `JSON has no ${value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((item) => plain(item, call));
  if (!isMap(value)) return value.kind === 'duration' ? Number(value.nanos) : toText(value, call);
  const pairs = [...value].map(([key, item]): readonly [string, unknown] => {
    if (typeof key === 'string') return [key, plain(item, call)];
    throw new FormulaError(call.at, `JSON has strings for keys only, found ${kindOf(key)}`);
  });
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function fromJson(text: string, call: Call): Value {
  try {
    return fromPlain(JSON.parse(text) as unknown, call);
  } catch (error) {
    if (error instanceof SyntaxError) throw new FormulaError(call.at, 'fromJSON expected JSON');
    throw error;
  }
}

/** Every number of JSON is a float. */
function fromPlain(value: unknown, call: Call): Value {
  spend(call.run, 1, call.at);
  hold(call.run, 1, call.at);
  if (Array.isArray(value)) return value.map((item: unknown) => fromPlain(item, call));
  if (typeof value !== 'object' || value === null) return value as string | number | boolean | null;
  return new Map(Object.entries(value).map(([key, item]) => [key, fromPlain(item, call)]));
}
