// What a function of the language is: what it takes, what it gives, and how it is computed.
import { hold, type Run, spend } from './budget.ts';
import { FormulaError } from './formula-error.ts';
import { ANY, type Type } from './type.ts';
import { isArray, isMap, kindOf, type Kind, type Value } from './value.ts';

export interface Builtin {
  readonly parameters: readonly Parameter[];
  /** Known before it is computed; undefined where the arguments do not fit each other. */
  readonly gives: (args: readonly Type[]) => Type;
  readonly compute: (args: readonly Value[], call: Call) => Value;
  /** Steps that one call is worth, besides what goes in. */
  readonly cost: number;
}
/** Where the function is called. */
export interface Call {
  readonly run: Run;
  readonly at: number;
}
interface Parameter {
  /** Undefined: anything. */
  readonly kinds: readonly Kind[] | undefined;
  readonly isOptional: boolean;
  /** There may be any number of it. */
  readonly isRest: boolean;
}

/**
 * `takes` lists the kinds of the parameters: `string int?` is a string and perhaps an int, `int|float` one or the other, `any` anything,
 * `...array` any number of arrays, one at least.
 */
export function builtin(takes: string, gives: Type | Builtin['gives'], compute: Builtin['compute'], cost = 1): Builtin {
  const parameters = takes.split(' ').filter(Boolean).map(parameterOf);
  return { parameters, gives: typeof gives === 'function' ? gives : () => gives, compute, cost };
}

function parameterOf(text: string): Parameter {
  const [, rest, kinds = 'any', optional] = /^(\.\.\.)?([a-z|]+)(\?)?$/.exec(text) ?? [];
  return {
    kinds: kinds === 'any' ? undefined : (kinds.split('|') as readonly Kind[]),
    isOptional: optional !== undefined,
    isRest: rest !== undefined,
  };
}

/** Throws when the number of arguments or what is known of them does not fit. */
export function checkCall(name: string, { parameters }: Builtin, args: readonly Type[], at: number): void {
  const least = parameters.filter(({ isOptional }) => !isOptional).length;
  const most = parameters.some(({ isRest }) => isRest) ? Number.POSITIVE_INFINITY : parameters.length;
  if (args.length < least || args.length > most) {
    const range =
      most === Number.POSITIVE_INFINITY ? `at least ${least}` : least === most ? `${least}` : `${least} to ${most}`;
    const plural = range.endsWith(' 1') || range === '1' ? '' : 's';
    throw new FormulaError(at, `${name} takes ${range} argument${plural}, found ${args.length}`);
  }
  args.forEach((arg, i) => checkArgument(name, parameters, i, arg.kind, at));
}

function checkArgument(
  name: string,
  parameters: readonly Parameter[],
  position: number,
  kind: Type['kind'],
  at: number,
): void {
  const kinds = (parameters[position] ?? parameters.at(-1))?.kinds;
  if (kinds === undefined || kind === 'any' || kinds.includes(kind)) return;
  throw new FormulaError(at, `${name} takes ${kinds.join(' or ')} as argument ${position + 1}, found ${kind}`);
}

/** Checks what could not be known before, and pays for what goes in and comes out. */
export function callBuiltin(name: string, fn: Builtin, args: readonly Value[], call: Call): Value {
  spend(call.run, fn.cost, call.at);
  for (const [i, arg] of args.entries()) {
    checkArgument(name, fn.parameters, i, kindOf(arg), call.at);
    spend(call.run, sizeOf(arg), call.at);
  }
  const result = fn.compute(args, call);
  hold(call.run, sizeOf(result), call.at);
  return result;
}

/** Items or characters, of the outermost only. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return isArray(value) ? value.length : isMap(value) ? value.size : 0;
}

export const sameAsFirst = ([first = ANY]: readonly Type[]): Type => first;
