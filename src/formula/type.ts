// What is known of a value before it is computed, so that a slip is told when the formula is written and not when the queue is full.
import type { Kind } from './value.ts';

export interface Type {
  readonly kind: Kind | 'any';
  /** Of an array's items, or of a map's values where they are all of one. */
  readonly of?: Type;
}

export const ANY: Type = { kind: 'any' };
export const NIL: Type = { kind: 'nil' };
export const BOOL: Type = { kind: 'bool' };
export const INT: Type = { kind: 'int' };
export const FLOAT: Type = { kind: 'float' };
export const STRING: Type = { kind: 'string' };
export const MAP: Type = { kind: 'map' };
/** What groupBy gives: a group that nothing is in is an empty array. */
export const GROUPS: Type = { kind: 'map', of: { kind: 'array', of: ANY } };
export const arrayOf = (of: Type): Type => ({ kind: 'array', of });
export const ARRAY: Type = arrayOf(ANY);
export const typeOfKind = (kind: Type['kind']): Type => (kind === 'array' ? ARRAY : { kind });

export function itemsOf({ of = ANY }: Type): Type {
  return of;
}

/** Whether a value of the type may be one of these kinds. */
export function mayBe({ kind }: Type, ...kinds: readonly Kind[]): boolean {
  return kind === 'any' || kinds.includes(kind);
}

export function isNumeric({ kind }: Type): boolean {
  return kind === 'int' || kind === 'float';
}

/** What is known of a value that is one or the other; nil beside something else does not count. */
export function either(a: Type, b: Type): Type {
  if (a.kind === 'nil') return b;
  if (b.kind === 'nil' || a.kind !== b.kind) return b.kind === 'nil' ? a : ANY;
  return a.kind === 'array' ? arrayOf(either(itemsOf(a), itemsOf(b))) : a;
}

/** Whether == between them can ever be true. */
export function isComparable(a: Type, b: Type): boolean {
  if ([a.kind, b.kind].some((kind) => kind === 'any' || kind === 'nil')) return true;
  return a.kind === b.kind || (isNumeric(a) && isNumeric(b));
}
