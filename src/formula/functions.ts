// Every function that a formula may call; there is no other way out of it.
import { didYouMean } from '../did-you-mean.ts';
import type { Builtin } from './builtin.ts';
import { lists } from './functions/lists.ts';
import { numbers } from './functions/numbers.ts';
import { strings } from './functions/strings.ts';
import { times } from './functions/times.ts';
import { predicated } from './predicates.ts';

const functions: Readonly<Record<string, Builtin>> = { ...numbers, ...lists, ...strings, ...times };

export function functionNamed(name: string): Builtin | undefined {
  return Object.hasOwn(functions, name) ? functions[name] : undefined;
}

/** Names that `let` must not take. */
export function isFunction(name: string): boolean {
  return Object.hasOwn(functions, name) || Object.hasOwn(predicated, name);
}

export function hintFor(name: string): string {
  const meant = didYouMean(name, [...Object.keys(functions), ...Object.keys(predicated)]);
  return meant === undefined ? '' : `: did you mean ${meant}?`;
}
