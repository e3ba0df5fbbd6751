// The shape of a parsed CEL expression, and what it works on.
import type { Json } from '../object.ts';

export type Value = Json;
export type Variables = ReadonlyMap<string, Value>;

export type Expression =
  | { readonly is: 'literal'; readonly value: Value }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'member'; readonly of: Expression; readonly name: string }
  | { readonly is: 'item'; readonly of: Expression; readonly at: Expression }
  | {
      readonly is: 'call';
      readonly name: string;
      readonly of: Expression | undefined;
      readonly with: readonly Expression[];
    }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly is: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | { readonly is: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression };

/** The expression is CEL, perhaps, but more than this evaluator knows; the rule can't be judged. */
export class UnsupportedExpression extends Error {
  override readonly name = 'UnsupportedExpression';
}

/** The expression was understood and failed on this value, for example for want of a key. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}
