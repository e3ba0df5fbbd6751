// A place in a formula's tokens, and the bounds on what may be read from there.
import { MOST_DEPTH, MOST_NODES } from './budget.ts';
import { FormulaError, quoted } from './formula-error.ts';
import type { Node } from './syntax.ts';
import { type Token, tokensOf } from './tokens.ts';

/** What may stand within brackets. */
export interface Grammar {
  readonly expression: () => Node;
  readonly sequence: () => Node;
}

export interface Cursor extends Grammar {
  readonly current: () => Token;
  /** The token behind the present one. */
  readonly next: () => Token;
  /** The present token, and goes on to the next. */
  take(): Token;
  is(...signs: readonly string[]): boolean;
  /** Goes on when one of the signs stands here. */
  accepts(...signs: readonly string[]): boolean;
  /** Takes the sign, or says what was expected instead of what stands here. */
  expect(sign: string, why?: string): Token;
  fail(expected: string): never;
  /** Counts a node. */
  node<N extends Node>(node: N): N;
  /** Reads what stands within brackets or behind an operator. */
  within<T>(read: () => T): T;
  /** Whether # has a meaning here. */
  readonly inPredicate: () => boolean;
  predicate<T>(read: () => T): T;
}

export function createCursor(text: string, grammar: (cursor: Cursor) => Grammar): Cursor {
  const tokens = tokensOf(text);
  const end = tokens.at(-1) ?? { kind: 'end', at: 0, text: 'the end' };
  let at = 0;
  let nodes = 0;
  let depth = 0;
  let predicates = 0;
  const current = (): Token => tokens[at] ?? end;
  const is = (...signs: readonly string[]): boolean => current().kind === 'sign' && signs.includes(current().text);

  function take(): Token {
    const token = current();
    at++;
    return token;
  }

  function fail(expected: string): never {
    const { kind, text: found, at: place } = current();
    throw new FormulaError(place, `expected ${expected}, found ${kind === 'end' ? found : quoted(found)}`);
  }

  const cursor: Cursor = {
    expression: () => grammar(cursor).expression(),
    sequence: () => grammar(cursor).sequence(),
    current,
    next: () => tokens[at + 1] ?? end,
    take,
    is,
    fail,
    accepts(...signs) {
      if (!is(...signs)) return false;
      at++;
      return true;
    },
    expect(sign, why = '') {
      return is(sign) ? take() : fail(`${sign}${why}`);
    },
    node(node) {
      if (++nodes > MOST_NODES) throw new FormulaError(node.at, `has more than ${MOST_NODES} parts`);
      return node;
    },
    within(read) {
      if (++depth > MOST_DEPTH) throw new FormulaError(current().at, `is nested more than ${MOST_DEPTH} deep`);
      const result = read();
      depth--;
      return result;
    },
    inPredicate: () => predicates > 0,
    predicate(read) {
      predicates++;
      const result = read();
      predicates--;
      return result;
    },
  };
  return cursor;
}
