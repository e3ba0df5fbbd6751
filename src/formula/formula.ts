// A formula over named numbers, in the language of KEDA's scalingModifiers (https://expr-lang.org/docs/language-definition). Pure, and with
// no way to anything outside: what it may call stands in functions.ts, what it may cost in budget.ts.
import { MOST_CELLS, MOST_STEPS } from './budget.ts';
import { compileTree } from './compile.ts';
import { FormulaError, located } from './formula-error.ts';
import { parseFormula } from './parse.ts';
import { kindOf, type Value } from './value.ts';

export interface Formula {
  readonly text: string;
  /** Names that it uses; the others need no value. */
  readonly uses: ReadonlySet<string>;
  /** Otherwise a nil is no value. */
  readonly mayBeNil: boolean;
  /**
   * Its value as a float; undefined when it is nil. A name that it uses and `valueOf` gives as undefined is nil to it. Throws a FormulaError where
   * nothing can be computed, is no number, or costs too much. `now` is in milliseconds since the epoch.
   */
  evaluate(valueOf: (name: string) => number | undefined, now: number): number | undefined;
}

/** Throws a FormulaError for what can never give a number, which says where in the text. */
export function compileFormula(text: string, names: readonly string[]): Formula {
  return saying(text, () => {
    const { evaluate, type, uses } = compileTree(parseFormula(text), names);
    if (!['any', 'nil', 'int', 'float', 'string'].includes(type.kind)) throw notNumber(type.kind);
    // KEDA: a formula gives what float() makes of its value, and only ?? makes a nil of use.
    const mayBeNil = text.includes('??');
    return {
      text,
      mayBeNil,
      uses: new Set([...uses].map((position) => names[position] ?? '')),
      evaluate: (valueOf, now) =>
        saying(text, () => {
          const variables = names.map((name, i) => (uses.has(i) ? (valueOf(name) ?? null) : null));
          const run = { variables, locals: [], now, stepsLeft: MOST_STEPS, cellsLeft: MOST_CELLS };
          const value = evaluate(run);
          return value === null && mayBeNil ? undefined : asFloat(value);
        }),
    };
  });
}

function asFloat(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) return Number(value);
  throw notNumber(kindOf(value));
}

const notNumber = (found: string): FormulaError =>
  new FormulaError(0, `expected a number from the formula, found ${found}`);

function saying<T>(text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FormulaError) throw located(error, text);
    // The stack: arrays within arrays, deeper than any text can say.
    if (error instanceof RangeError) throw located(new FormulaError(0, 'goes too deep to be computed'), text);
    throw error;
  }
}
