// From the tree of a formula to functions that compute it. What can be told of types before is told here.
import { asBool, compileBinary, compileComparison, compileUnary } from './compile-operators.ts';
import { compileCall, compileMethod } from './compile-calls.ts';
import { compileMember, compileSlice, ENVIRONMENT } from './compile-members.ts';
import { type Compiled, type Compiler, type Evaluate, POINTERS, type Scope, sizeOfAll } from './compiled.ts';
import { didYouMean } from '../did-you-mean.ts';
import { hold, MOST_PATTERNS } from './budget.ts';
import { FormulaError, quoted } from './formula-error.ts';
import { isFunction } from './functions.ts';
import type { Node, NodeOf } from './syntax.ts';
import { ANY, arrayOf, either, FLOAT, INT, MAP, mayBe, type Type, typeOfKind } from './type.ts';
import { isArray, kindOf, type Value } from './value.ts';

export interface CompiledFormula {
  readonly evaluate: Evaluate;
  readonly type: Type;
  /** Positions of the variables that it uses. */
  readonly uses: ReadonlySet<number>;
}

/** Throws a FormulaError at what cannot be computed. Every variable is a float. */
export function compileTree(tree: Node, variables: readonly string[]): CompiledFormula {
  const uses = new Set<number>();
  let places = 0;
  let patterns = 0;
  const compiler: Compiler = {
    variables,
    compile: (node, scope) => (BY_KIND[node.kind] as CompileNode<typeof node.kind>)(node, scope, compiler),
    variable(name) {
      const position = variables.indexOf(name);
      if (position === -1) return undefined;
      uses.add(position);
      return position;
    },
    useAll: () => variables.forEach((_, position) => uses.add(position)),
    reserve(count) {
      places += count;
      return places - count;
    },
    countPattern(at) {
      if (++patterns > MOST_PATTERNS) throw new FormulaError(at, `has more than ${MOST_PATTERNS} patterns`);
    },
  };
  const { evaluate, type } = compiler.compile(tree, { lets: new Map(), item: undefined });
  return { evaluate, type, uses };
}

type CompileNode<K extends Node['kind']> = (node: NodeOf<K>, scope: Scope, compiler: Compiler) => Compiled;

const BY_KIND: { readonly [K in Node['kind']]: CompileNode<K> } = {
  literal: ({ value }) => ({ evaluate: () => value, type: typeOfKind(kindOf(value)), size: 1, constant: value }),
  name: compileName,
  pointer: compilePointer,
  unary: compileUnary,
  binary: compileBinary,
  comparison: compileComparison,
  conditional: compileConditional,
  let: compileLet,
  sequence: compileSequence,
  array: compileArray,
  map: compileMap,
  member: compileMember,
  slice: compileSlice,
  method: compileMethod,
  call: compileCall,
  predicate({ at }) {
    throw new FormulaError(at, 'a predicate stands only in a call such as filter(…, { # > 1 })');
  },
};

function compileName({ at, name }: NodeOf<'name'>, scope: Scope, compiler: Compiler): Compiled {
  const local = scope.lets.get(name);
  if (local) return { evaluate: ({ locals }) => locals[local.place] ?? null, type: local.type, size: 1 };
  const place = compiler.variable(name);
  if (place !== undefined) return { evaluate: ({ variables }) => variables[place] ?? null, type: FLOAT, size: 1 };
  if (name === ENVIRONMENT) return compileEnvironment(compiler, at);
  if (isFunction(name)) throw new FormulaError(at, `${name} is a function: expected ${name}(…)`);
  const known = [...scope.lets.keys(), ...compiler.variables];
  const meant = didYouMean(name, known);
  const there = known.map((one) => (IDENTIFIER.test(one) ? one : `${ENVIRONMENT}[${JSON.stringify(one)}]`)).join(', ');
  const hint =
    meant === undefined
      ? there === ''
        ? 'give every trigger that it uses a name'
        : `there are ${there}`
      : `did you mean ${meant}?`;
  throw new FormulaError(at, `no trigger has the name ${quoted(name)}: ${hint}`);
}

/** What can stand in a formula as it is. */
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{Nd}_$]*$/u;

function compileEnvironment(compiler: Compiler, at: number): Compiled {
  compiler.useAll();
  const names = compiler.variables;
  return {
    type: MAP,
    size: names.length + 1,
    evaluate(run) {
      hold(run, names.length, at);
      return new Map(names.map((name, i) => [name, run.variables[i] ?? null]));
    },
  };
}

function compilePointer({ at, name }: NodeOf<'pointer'>, { item }: Scope): Compiled {
  if (!item || !Object.hasOwn(POINTERS, name) || (name === 'acc' && !item.accumulates)) {
    throw new FormulaError(at, `#${name} has no meaning here: there are # and #index, and #acc in reduce`);
  }
  const place = item.place + POINTERS[name as keyof typeof POINTERS];
  const type = name === '' ? item.type : name === 'index' ? INT : ANY;
  return { evaluate: ({ locals }) => locals[place] ?? null, type, size: 1 };
}

function compileConditional(
  { test, yes: whenTrue, no: whenFalse }: NodeOf<'conditional'>,
  scope: Scope,
  { compile }: Compiler,
): Compiled {
  const [condition, yes, no] = [compile(test, scope), compile(whenTrue, scope), compile(whenFalse, scope)];
  if (!mayBe(condition.type, 'bool')) {
    throw new FormulaError(
      test.at,
      `a condition is true or false, found ${condition.type.kind}: compare it with something`,
    );
  }
  return {
    type: either(yes.type, no.type),
    size: sizeOfAll([condition, yes, no]),
    evaluate: (run) => (asBool(condition.evaluate(run), test.at) ? yes.evaluate(run) : no.evaluate(run)),
  };
}

function compileLet({ at, name, value, body }: NodeOf<'let'>, scope: Scope, compiler: Compiler): Compiled {
  const is = compiler.variables.includes(name) ? 'a trigger' : isFunction(name) ? 'a function' : 'another let';
  if (is !== 'another let' || scope.lets.has(name)) {
    throw new FormulaError(at, `${name} is the name of ${is} already: choose another one`);
  }
  const computed = compiler.compile(value, scope);
  const place = compiler.reserve(1);
  const lets = new Map(scope.lets).set(name, { place, type: computed.type });
  const rest = compiler.compile(body, { ...scope, lets });
  return {
    type: rest.type,
    size: computed.size + rest.size,
    evaluate(run) {
      run.locals[place] = computed.evaluate(run);
      return rest.evaluate(run);
    },
  };
}

function compileSequence({ nodes }: NodeOf<'sequence'>, scope: Scope, { compile }: Compiler): Compiled {
  const parts = nodes.map((node) => compile(node, scope));
  return {
    type: parts.at(-1)?.type ?? ANY,
    size: sizeOfAll(parts),
    evaluate: (run) => parts.reduce((_: Value, { evaluate }) => evaluate(run), null),
  };
}

function compileArray({ at, items }: NodeOf<'array'>, scope: Scope, { compile }: Compiler): Compiled {
  const parts = items.map((item) => compile(item, scope));
  const [first, ...others] = parts.map(({ type }) => type);
  const isMixed = others.some(({ kind }) => kind !== first?.kind);
  return {
    type: arrayOf(first === undefined || isMixed ? ANY : others.reduce(either, first)),
    size: sizeOfAll(parts),
    evaluate(run) {
      hold(run, parts.length + 1, at);
      return parts.map(({ evaluate }) => evaluate(run));
    },
  };
}

function compileMap({ at, pairs }: NodeOf<'map'>, scope: Scope, { compile }: Compiler): Compiled {
  const parts = pairs.map(([key, value]) => [compile(key, scope), compile(value, scope)] as const);
  return {
    type: MAP,
    size: sizeOfAll(parts.flat()),
    evaluate(run) {
      hold(run, parts.length + 1, at);
      return new Map(
        parts.map(([key, value]) => {
          const name = key.evaluate(run);
          if (isArray(name)) throw new FormulaError(at, 'an array is no key');
          return [name, value.evaluate(run)];
        }),
      );
    },
  };
}
