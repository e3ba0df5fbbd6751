// Compiles calls: functions, functions with a predicate, and methods.
import { hold, spend } from './budget.ts';
import { callBuiltin, checkCall } from './builtin.ts';
import { type Compiled, type Compiler, POINTERS, type Scope, sizeOfAll } from './compiled.ts';
import { FormulaError } from './formula-error.ts';
import { functionNamed, hintFor } from './functions.ts';
import { methodOf } from './functions/times.ts';
import { type Predicated, predicated } from './predicates.ts';
import type { NodeOf } from './syntax.ts';
import { itemsOf, mayBe } from './type.ts';
import { isArray, kindOf } from './value.ts';

export function compileCall(node: NodeOf<'call'>, scope: Scope, compiler: Compiler): Compiled {
  const { at, name, args } = node;
  if (compiler.variables.includes(name)) throw new FormulaError(at, `${name} is the name of a trigger, not a function`);
  const withPredicate = Object.hasOwn(predicated, name) ? predicated[name] : undefined;
  if (withPredicate) return compilePredicated(node, withPredicate, scope, compiler);
  const fn = functionNamed(name);
  if (!fn) throw new FormulaError(at, `there is no function ${name}${hintFor(name)}`);
  const parts = args.map((arg) => compiler.compile(arg, scope));
  const types = parts.map(({ type }) => type);
  checkCall(name, fn, types, at);
  return {
    type: fn.gives(types),
    size: sizeOfAll(parts),
    evaluate: (run) =>
      callBuiltin(
        name,
        fn,
        parts.map(({ evaluate }) => evaluate(run)),
        { run, at },
      ),
  };
}

export function compileMethod(
  { at, object, name, args, isOptional }: NodeOf<'method'>,
  scope: Scope,
  { compile }: Compiler,
): Compiled {
  const parts = [object, ...args].map((part) => compile(part, scope));
  const types = parts.map(({ type }) => type);
  const known = methodOf(name, types, at);
  return {
    type: known.gives(types),
    size: sizeOfAll(parts),
    evaluate(run) {
      const values = parts.map(({ evaluate }) => evaluate(run));
      if (isOptional && values[0] === null) return null;
      const method = methodOf(
        name,
        values.map((value) => ({ kind: kindOf(value) })),
        at,
      );
      return callBuiltin(name, method, values, { run, at });
    },
  };
}

function compilePredicated(
  { at, name, args }: NodeOf<'call'>,
  { asks, rest: mostRest, isOptional, gives, compute }: Predicated,
  scope: Scope,
  compiler: Compiler,
): Compiled {
  const [listNode, predicate, ...restNodes] = args;
  if (!listNode || (!predicate && !isOptional) || restNodes.length > mostRest) {
    const most = 2 + mostRest;
    const least = isOptional ? 1 : 2;
    throw new FormulaError(
      at,
      `${name} takes ${least === most ? most : `${least} to ${most}`} arguments, found ${args.length}`,
    );
  }
  const list = compiler.compile(listNode, scope);
  if (!mayBe(list.type, 'array'))
    throw new FormulaError(listNode.at, `${name} takes an array, found ${list.type.kind}`);
  const place = compiler.reserve(3);
  const item = { place, type: itemsOf(list.type), accumulates: name === 'reduce' };
  const body: Compiled =
    predicate?.kind === 'predicate'
      ? compiler.compile(predicate.body, { ...scope, item })
      : { evaluate: (run) => run.locals[place] ?? null, type: item.type, size: 1 };
  if (asks === 'bool' && predicate && !mayBe(body.type, 'bool')) {
    throw new FormulaError(predicate.at, `the predicate of ${name} must say true or false, found ${body.type.kind}`);
  }
  const rest = restNodes.map((node) => compiler.compile(node, scope));
  return {
    type: gives(list.type, body.type),
    size: sizeOfAll([list, body, ...rest]),
    evaluate(run) {
      const items = list.evaluate(run);
      if (!isArray(items)) throw new FormulaError(listNode.at, `${name} takes an array, found ${kindOf(items)}`);
      hold(run, 1, at);
      const { locals } = run;
      return compute({
        list: items,
        ask(index) {
          spend(run, body.size, at);
          locals[place] = items[index] ?? null;
          locals[place + POINTERS.index] = BigInt(index);
          return body.evaluate(run);
        },
        accumulate: (value) => void (locals[place + POINTERS.acc] = value),
        rest: rest.map(({ evaluate }) => evaluate(run)),
        run,
        at,
      });
    },
  };
}
