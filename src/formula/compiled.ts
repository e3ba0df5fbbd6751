// A part of a formula, made ready to be computed many times; and what is known at its place in the formula.
import type { Run } from './budget.ts';
import type { Node } from './syntax.ts';
import type { Type } from './type.ts';
import type { Value } from './value.ts';

export type Evaluate = (run: Run) => Value;

export interface Compiled {
  readonly evaluate: Evaluate;
  readonly type: Type;
  /** Operations in it: what evaluating it once more costs. */
  readonly size: number;
  /** Of a literal. */
  readonly constant?: Value;
}

export interface Scope {
  /** Of `let`: the place of its value in Run.locals. */
  readonly lets: ReadonlyMap<string, { readonly place: number; readonly type: Type }>;
  /** What # means here. */
  readonly item: { readonly place: number; readonly type: Type; readonly accumulates: boolean } | undefined;
}

/** What compiling one node needs of the others. */
export interface Compiler {
  compile(node: Node, scope: Scope): Compiled;
  /** The position in Run.variables of a name that the formula was compiled for; marks it as used. */
  variable(name: string): number | undefined;
  readonly variables: readonly string[];
  /** Every variable counts as used: `$env` may be asked for any. */
  useAll(): void;
  /** So many places of Run.locals, one after the other. */
  reserve(places: number): number;
  /** Counts a pattern that is read beforehand. */
  countPattern(at: number): void;
}

/** Of #, #index and #acc, counted from the place of the item. */
export const POINTERS = { '': 0, index: 1, acc: 2 } as const;

export const sizeOfAll = (parts: readonly Compiled[]): number => parts.reduce((sum, { size }) => sum + size, 1);
