// How much one evaluation may cost. Without loops a formula's cost is its length; whatever repeats or grows is paid for here, before it is done.
import { FormulaError } from './formula-error.ts';
import type { Value } from './value.ts';

/** The state of one evaluation. */
export interface Run {
  readonly variables: readonly Value[];
  /** What `let` names and predicates go through; each has its own place. */
  readonly locals: Value[];
  /** Milliseconds since the epoch: what now() says. */
  readonly now: number;
  stepsLeft: number;
  cellsLeft: number;
}

/** Characters of a formula. */
export const MOST_CHARACTERS = 4_000;
/** Operators, names, literals and calls of a formula. */
export const MOST_NODES = 500;
/** Brackets within brackets. */
export const MOST_DEPTH = 100;
/** Regular expressions of a formula. */
export const MOST_PATTERNS = 5;
/** Of one evaluation: operations, each once for every item that a predicate looks at. */
export const MOST_STEPS = 20_000;
/** Of one evaluation: items of arrays and maps, and characters of strings. */
export const MOST_CELLS = 50_000;

export function spend(run: Run, steps: number, at: number): void {
  run.stepsLeft -= steps;
  if (run.stepsLeft < 0) throw new FormulaError(at, `takes more than ${MOST_STEPS} steps`);
}

export function hold(run: Run, cells: number, at: number): void {
  run.cellsLeft -= cells;
  if (run.cellsLeft < 0) throw new FormulaError(at, `makes more than ${MOST_CELLS} items or characters`);
}
