// Evaluating CEL: logic that forgives an error on the side that does not matter, members, macros and arithmetic.
import { equal, isList, isObject, plainText } from '../object.ts';
import { EvaluationError, type Expression, UnsupportedExpression, type Value, type Variables } from './expression.ts';
import { below, callFunction, callMethod, isKnownFunction, isKnownMethod, MACROS } from './functions.ts';

/** Throws EvaluationError when the expression fails on these values. */
export function evaluate(expression: Expression, variables: Variables): Value {
  switch (expression.is) {
    case 'literal':
      return expression.value;
    case 'name': {
      const value = variables.get(expression.name);
      if (value === undefined) throw new EvaluationError(`undeclared reference to '${expression.name}'`);
      return value;
    }
    case 'member':
      return member(evaluate(expression.of, variables), expression.name);
    case 'item':
      return item(evaluate(expression.of, variables), evaluate(expression.at, variables));
    case 'list':
      return expression.items.map((each) => evaluate(each, variables));
    case 'map':
      return Object.fromEntries(
        expression.entries.map(([key, value]) => [plainText(evaluate(key, variables)), evaluate(value, variables)]),
      );
    case 'unary': {
      const value = evaluate(expression.of, variables);
      return expression.operator === '!' ? !truth(value) : -amount(value);
    }
    case 'choice':
      return evaluate(truth(evaluate(expression.test, variables)) ? expression.yes : expression.no, variables);
    case 'binary':
      return binary(expression, variables);
    case 'call':
      return call(expression, variables);
  }
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new EvaluationError('no such overload: expected a bool');
  return value;
}

function amount(value: Value): number {
  if (typeof value !== 'number') throw new EvaluationError('no such overload: expected a number');
  return value;
}

function member(of: Value, name: string): Value {
  const found = isObject(of) && Object.hasOwn(of, name) ? of[name] : undefined;
  if (found === undefined) throw new EvaluationError(`no such key: ${name}`);
  return found;
}

function item(of: Value, at: Value): Value {
  if (!isList(of)) return member(of, plainText(at));
  const found = typeof at === 'number' ? of[at] : undefined;
  if (found === undefined) throw new EvaluationError(`index out of bounds: ${plainText(at)}`);
  return found;
}

function binary(expression: Extract<Expression, { is: 'binary' }>, variables: Variables): Value {
  const { operator, left, right } = expression;
  if (operator === '&&') return logic(left, right, variables, false);
  if (operator === '||') return logic(left, right, variables, true);
  const a = evaluate(left, variables);
  const b = evaluate(right, variables);
  switch (operator) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case '<':
      return below(a, b);
    case '>':
      return below(b, a);
    case '<=':
      return !below(b, a);
    case '>=':
      return !below(a, b);
    case 'in':
      return isList(b) ? b.some((each) => equal(each, a)) : isObject(b) && Object.hasOwn(b, plainText(a));
    default:
      return arithmetic(operator, a, b);
  }
}

/** `decisive` on either side decides, even when the other side fails. */
function logic(left: Expression, right: Expression, variables: Variables, decisive: boolean): boolean {
  let failed: unknown;
  for (const side of [left, right]) {
    try {
      if (truth(evaluate(side, variables)) === decisive) return decisive;
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed instanceof Error) throw failed;
  return !decisive;
}

function arithmetic(operator: string, a: Value, b: Value): Value {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  if (operator === '+' && isList(a) && isList(b)) return [...a, ...b];
  const [x, y] = [amount(a), amount(b)];
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    default:
      return divided(operator, x, y);
  }
}

/** Whole numbers divide to a whole number, cut towards zero. */
function divided(operator: string, x: number, y: number): number {
  const whole = Number.isInteger(x) && Number.isInteger(y);
  if (whole && y === 0) throw new EvaluationError('division by zero');
  if (operator === '%') return x % y;
  return whole ? Math.trunc(x / y) : x / y;
}

function call({ name, of, with: args }: Extract<Expression, { is: 'call' }>, variables: Variables): Value {
  const [first] = args;
  if (of === undefined) {
    if (name === 'has') return has(first, variables);
    return callFunction(
      name,
      args.map((arg) => evaluate(arg, variables)),
    );
  }
  const self = evaluate(of, variables);
  const macro = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
  const body = args[1];
  if (macro && first?.is === 'name' && body) {
    const items = isList(self) ? self : isObject(self) ? Object.keys(self) : [];
    return macro(items, (each) => evaluate(body, new Map(variables).set(first.name, each)));
  }
  return callMethod(
    name,
    self,
    args.map((arg) => evaluate(arg, variables)),
  );
}

function has(expression: Expression | undefined, variables: Variables): boolean {
  if (expression?.is !== 'member') throw new UnsupportedExpression('has() takes a member, as in has(self.name)');
  const of = evaluate(expression.of, variables);
  return isObject(of) && of[expression.name] !== undefined;
}

/** Throws UnsupportedExpression when the expression calls what is not known, before it is ever evaluated. */
export function checkKnown(expression: Expression): void {
  if (expression.is === 'call') {
    const { name, of, with: args } = expression;
    const known =
      of === undefined ? name === 'has' || isKnownFunction(name) : isKnownMethod(name) || Object.hasOwn(MACROS, name);
    if (!known) throw new UnsupportedExpression(`${name}() is not known`);
    for (const part of of === undefined ? args : [of, ...args]) checkKnown(part);
    return;
  }
  for (const part of partsOf(expression)) checkKnown(part);
}

function partsOf(expression: Exclude<Expression, { is: 'call' }>): readonly Expression[] {
  switch (expression.is) {
    case 'literal':
    case 'name':
      return [];
    case 'member':
    case 'unary':
      return [expression.of];
    case 'item':
      return [expression.of, expression.at];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flat();
    case 'binary':
      return [expression.left, expression.right];
    case 'choice':
      return [expression.test, expression.yes, expression.no];
  }
}
