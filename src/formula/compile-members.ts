// Compiles what takes a part out of a value: names after a point, [index], [from:to], and $env.
import { hold } from './budget.ts';
import type { Compiled, Compiler, Scope } from './compiled.ts';
import { FormulaError, quoted } from './formula-error.ts';
import type { Node, NodeOf } from './syntax.ts';
import { ANY, itemsOf, mayBe, type Type } from './type.ts';
import { isArray, isMap, kindOf, type Value } from './value.ts';

export const ENVIRONMENT = '$env';

export function compileMember(node: NodeOf<'member'>, scope: Scope, compiler: Compiler): Compiled {
  const ofEnvironment = compileVariable(node, compiler);
  if (ofEnvironment) return ofEnvironment;
  const { at, isOptional } = node;
  const object = compiler.compile(node.object, scope);
  const key = compiler.compile(node.key, scope);
  const absent: Value = object.type.kind === 'map' && object.type.of?.kind === 'array' ? [] : null;
  return {
    type: typeOfMember(object.type, key.type, node),
    size: object.size + key.size + 1,
    evaluate(run) {
      const from = object.evaluate(run);
      if (from === null && isOptional) return null;
      return memberOf(from, key.evaluate(run), absent, at);
    },
  };
}

/** `$env.queue` and `$env["queue"]` are `queue`. */
function compileVariable({ object, key, isOptional }: NodeOf<'member'>, compiler: Compiler): Compiled | undefined {
  const isKnown = object.kind === 'name' && object.name === ENVIRONMENT && key.kind === 'literal';
  if (!isKnown || typeof key.value !== 'string') return undefined;
  const place = compiler.variable(key.value);
  if (place !== undefined) return compiler.compile({ kind: 'name', at: key.at, name: key.value }, NOWHERE);
  if (!isOptional) throw new FormulaError(key.at, `no trigger has the name ${quoted(key.value)}`);
  return { evaluate: () => null, type: ANY, size: 1 };
}
const NOWHERE: Scope = { lets: new Map(), item: undefined };

function typeOfMember(object: Type, key: Type, { at, key: written }: NodeOf<'member'>): Type {
  if (object.kind === 'any' || object.kind === 'map') return itemsOf(object);
  if (object.kind !== 'array') throw new FormulaError(at, `a ${object.kind} has no ${memberText(written)}`);
  if (mayBe(key, 'int')) return itemsOf(object);
  throw new FormulaError(written.at, `the place in an array is an int, found ${key.kind}${intHint(key)}`);
}

const intHint = ({ kind }: Type): string => (kind === 'float' ? ': int(…) makes one' : '');
const memberText = (key: Node): string =>
  key.kind === 'literal' && typeof key.value === 'string' ? `member ${quoted(key.value)}` : 'members';

function memberOf(from: Value, key: Value, absent: Value, at: number): Value {
  if (isMap(from)) return from.get(key) ?? absent;
  if (!isArray(from)) throw new FormulaError(at, `a ${kindOf(from)} has no members`);
  if (typeof key !== 'bigint') throw new FormulaError(at, `the place in an array is an int, found ${kindOf(key)}`);
  const item = from.at(Number(key));
  if (item === undefined) throw new FormulaError(at, `there is no item ${key} in an array of ${from.length}`);
  return item;
}

export function compileSlice({ at, object, from, to }: NodeOf<'slice'>, scope: Scope, { compile }: Compiler): Compiled {
  const whole = compile(object, scope);
  if (!mayBe(whole.type, 'array', 'string')) throw new FormulaError(at, `a ${whole.type.kind} has no parts`);
  const ends = [from, to].map((end) => (end === undefined ? undefined : compileEnd(end, scope, compile)));
  return {
    type: whole.type,
    size: whole.size + ends.reduce((sum, end) => sum + (end?.size ?? 0), 1),
    evaluate(run) {
      const value = whole.evaluate(run);
      if (!isArray(value) && typeof value !== 'string') throw new FormulaError(at, `a ${kindOf(value)} has no parts`);
      const [start, end] = ends.map((one) => (one === undefined ? undefined : Number(asInt(one.evaluate(run), at))));
      const part = value.slice(start, end);
      hold(run, part.length, at);
      return part;
    },
  };
}

function compileEnd(end: Node, scope: Scope, compile: Compiler['compile']): Compiled {
  const compiled = compile(end, scope);
  if (mayBe(compiled.type, 'int')) return compiled;
  throw new FormulaError(end.at, `the end of a part is an int, found ${compiled.type.kind}${intHint(compiled.type)}`);
}

function asInt(value: Value, at: number): bigint {
  if (typeof value === 'bigint') return value;
  throw new FormulaError(at, `the end of a part is an int, found ${kindOf(value)}`);
}
