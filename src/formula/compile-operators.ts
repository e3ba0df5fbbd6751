// Compiles what has an operator: arithmetic, comparisons, and, or, not, in, ??, strings and ranges.
import { hold, type Run, spend } from './budget.ts';
import type { Compiled, Compiler, Evaluate, Scope } from './compiled.ts';
import { FormulaError } from './formula-error.ts';
import { calculate, compare, FLOATS, isEqual, noSuchOperation, typeOfOperation } from './operators.ts';
import { createMatches } from './pattern.ts';
import type { Binary, NodeOf } from './syntax.ts';
import { BOOL, either, isComparable, itemsOf, mayBe, type Type } from './type.ts';
import { isArray, isMap, kindOf, type Value, wrap } from './value.ts';

export function compileUnary(
  { at, operator, operand }: NodeOf<'unary'>,
  scope: Scope,
  { compile }: Compiler,
): Compiled {
  const { evaluate, type, size } = compile(operand, scope);
  const fits = operator === 'not' ? mayBe(type, 'bool') : mayBe(type, 'int', 'float');
  if (!fits) throw new FormulaError(at, `${operator} is not there for ${type.kind}`);
  if (operator === 'not') return { evaluate: (run) => !asBool(evaluate(run), at), type: BOOL, size: size + 1 };
  const sign = operator === '-' ? -1 : 1;
  return {
    type,
    size: size + 1,
    evaluate(run) {
      const value = evaluate(run);
      if (typeof value === 'number') return sign * value;
      if (typeof value === 'bigint') return wrap(BigInt(sign) * value);
      throw new FormulaError(at, `${operator} is not there for ${kindOf(value)}`);
    },
  };
}

export function compileComparison(
  { first, steps }: NodeOf<'comparison'>,
  scope: Scope,
  { compile }: Compiler,
): Compiled {
  const start = compile(first, scope);
  let left = start;
  const parts = steps.map(({ at, operator, operand }) => {
    const right = compile(operand, scope);
    checkOperation(operator, left.type, right.type, at);
    left = right;
    const evaluate = right.evaluate;
    switch (operator) {
      case '<':
        return { evaluate, size: right.size, holds: (a: Value, b: Value) => compare(a, b, operator, at) < 0 };
      case '<=':
        return { evaluate, size: right.size, holds: (a: Value, b: Value) => compare(a, b, operator, at) <= 0 };
      case '>':
        return { evaluate, size: right.size, holds: (a: Value, b: Value) => compare(a, b, operator, at) > 0 };
      case '>=':
        return { evaluate, size: right.size, holds: (a: Value, b: Value) => compare(a, b, operator, at) >= 0 };
    }
  });
  return {
    type: BOOL,
    size: parts.reduce((sum, part) => sum + part.size + 1, start.size),
    evaluate(run) {
      let former = start.evaluate(run);
      for (const { evaluate, holds } of parts) {
        const value = evaluate(run);
        if (!holds(former, value)) return false;
        former = value;
      }
      return true;
    },
  };
}

export function compileBinary(node: Binary, scope: Scope, compiler: Compiler): Compiled {
  const left = compiler.compile(node.left, scope);
  const right = compiler.compile(node.right, scope);
  const { evaluate, type } = operation(node, left, right, compiler);
  return { evaluate, type, size: left.size + right.size + 1 };
}

function operation(
  { operator, at }: Binary,
  left: Compiled,
  right: Compiled,
  compiler: Compiler,
): { readonly evaluate: Evaluate; readonly type: Type } {
  if (isArithmetic(operator)) return arithmetic(operator, left, right, at);
  if (isOfTexts(operator)) return ofTexts(operator, left, right, at, OF_TEXTS[operator]);
  switch (operator) {
    case 'and':
    case 'or':
      return logical(operator, left, right, at);
    case '??':
      return { type: either(left.type, right.type), evaluate: (run) => left.evaluate(run) ?? right.evaluate(run) };
    case '==':
    case '!=':
      return equality(operator, left, right, at);
    case 'in':
      return membership(left, right, at);
    case 'matches':
      return matching(left, right, compiler, at);
    case '..':
      return range(left, right, at);
  }
}

const OF_TEXTS = {
  contains: (text: string, part: string) => text.includes(part),
  startsWith: (text: string, part: string) => text.startsWith(part),
  endsWith: (text: string, part: string) => text.endsWith(part),
};
const isOfTexts = (operator: string): operator is keyof typeof OF_TEXTS => Object.hasOwn(OF_TEXTS, operator);
const isArithmetic = (operator: string): operator is Arithmetic => ['+', '-', '*', '/', '%', '**'].includes(operator);

function equality(operator: '==' | '!=', left: Compiled, right: Compiled, at: number) {
  if (!isComparable(left.type, right.type)) throw mismatch(operator, left.type, right.type, at);
  const wanted = operator === '==';
  return {
    type: BOOL,
    evaluate: (run: Run) => isEqual(left.evaluate(run), right.evaluate(run), run, at) === wanted,
  };
}

type Arithmetic = '+' | '-' | '*' | '/' | '%' | '**';

function arithmetic(operator: Arithmetic, left: Compiled, right: Compiled, at: number) {
  const type = checkOperation(operator, left.type, right.type, at);
  const [l, r] = [beside(left, right), beside(right, left)];
  const ofFloats = FLOATS[operator];
  return {
    type,
    evaluate(run: Run): Value {
      const a = l(run);
      const b = r(run);
      // By far the most frequent: triggers are floats.
      if (typeof a === 'number' && typeof b === 'number' && ofFloats !== undefined) return ofFloats(a, b);
      return calculate(operator, a, b, run, at);
    },
  };
}

/** An int that is computed with a float becomes one; a literal need not do so each time. */
function beside({ evaluate, constant }: Compiled, other: Compiled): Evaluate {
  if (typeof constant !== 'bigint' || other.type.kind !== 'float') return evaluate;
  const float = Number(constant);
  return () => float;
}

function logical(operator: 'and' | 'or', left: Compiled, right: Compiled, at: number) {
  if (!mayBe(left.type, 'bool') || !mayBe(right.type, 'bool')) throw mismatch(operator, left.type, right.type, at);
  const decides = operator === 'or';
  return {
    type: BOOL,
    evaluate: (run: Run) => (asBool(left.evaluate(run), at) === decides ? decides : asBool(right.evaluate(run), at)),
  };
}

function membership(left: Compiled, right: Compiled, at: number) {
  const fits = mayBe(right.type, 'array', 'map') && isComparable(left.type, itemsOf(right.type));
  if (!fits) throw mismatch('in', left.type, right.type, at);
  return {
    type: BOOL,
    evaluate(run: Run): Value {
      const value = left.evaluate(run);
      const among = right.evaluate(run);
      if (isArray(among)) return among.some((item) => isEqual(value, item, run, at));
      if (isMap(among)) return among.has(value);
      throw new FormulaError(at, noSuchOperation('in', kindOf(value), kindOf(among)));
    },
  };
}

function ofTexts(
  operator: string,
  left: Compiled,
  right: Compiled,
  at: number,
  holds: (text: string, other: string, run: Run) => boolean,
) {
  if (!mayBe(left.type, 'string') || !mayBe(right.type, 'string')) throw mismatch(operator, left.type, right.type, at);
  return {
    type: BOOL,
    evaluate(run: Run): Value {
      const [text, other] = [left.evaluate(run), right.evaluate(run)];
      if (typeof text !== 'string' || typeof other !== 'string') {
        throw new FormulaError(at, noSuchOperation(operator, kindOf(text), kindOf(other)));
      }
      spend(run, text.length, at);
      return holds(text, other, run);
    },
  };
}

function matching(left: Compiled, right: Compiled, compiler: Compiler, at: number) {
  compiler.countPattern(at);
  const known = typeof right.constant === 'string' ? right.constant : undefined;
  return ofTexts('matches', left, right, at, createMatches(known, at));
}

function range(left: Compiled, right: Compiled, at: number) {
  const type = checkOperation('..', left.type, right.type, at);
  return {
    type,
    evaluate(run: Run): Value {
      const [from, to] = [left.evaluate(run), right.evaluate(run)];
      if (typeof from !== 'bigint' || typeof to !== 'bigint') {
        throw new FormulaError(at, noSuchOperation('..', kindOf(from), kindOf(to)));
      }
      const length = Math.max(0, Number(to - from + 1n));
      hold(run, length, at);
      return Array.from({ length }, (_, i) => from + BigInt(i));
    },
  };
}

function checkOperation(operator: Parameters<typeof typeOfOperation>[0], left: Type, right: Type, at: number): Type {
  const type = typeOfOperation(operator, left, right);
  if (type === undefined) throw mismatch(operator, left, right, at);
  return type;
}

const mismatch = (operator: string, left: Type, right: Type, at: number): FormulaError =>
  new FormulaError(at, noSuchOperation(operator, left.kind, right.kind));

export function asBool(value: Value, at: number): boolean {
  if (typeof value === 'boolean') return value;
  throw new FormulaError(at, `expected true or false, found ${kindOf(value)}`);
}
