// What a formula computes with. An int is a bigint and a float is a number, so that the two stay apart as they do in Go.

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | Time
  | Duration
  | Zone;

export interface Time {
  readonly kind: 'time';
  /** Since the epoch. */
  readonly nanos: bigint;
  /** Name in the tz database. */
  readonly zone: string;
}
export interface Duration {
  readonly kind: 'duration';
  readonly nanos: bigint;
}
export interface Zone {
  readonly kind: 'zone';
  readonly name: string;
}

export type Kind = 'nil' | 'bool' | 'int' | 'float' | 'string' | 'array' | 'map' | 'time' | 'duration' | 'zone';

export function kindOf(value: Value): Kind {
  if (typeof value === 'number') return 'float';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value === null) return 'nil';
  if (isArray(value)) return 'array';
  return isMap(value) ? 'map' : value.kind;
}

export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isMap = (value: Value): value is ReadonlyMap<Value, Value> => value instanceof Map;

/** Go's int has 64 bits and wraps around. */
export const wrap = (int: bigint): bigint => BigInt.asIntN(64, int);

/** Towards zero; what does not fit gives the smallest int, as on amd64. */
export function toInt(float: number): bigint {
  const whole = Math.trunc(float);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}

/** As a float. */
export function toNumber(value: number | bigint): number {
  return typeof value === 'number' ? value : Number(value);
}
