// The tree that a formula's text stands for. `at` is the place in the text that a message about the node names.
import type { Value } from './value.ts';

export type Node =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  /** `#`, `#index`, `#acc`. */
  | { readonly kind: 'pointer'; readonly at: number; readonly name: string }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: '-' | '+' | 'not'; readonly operand: Node }
  | Binary
  /** `a < b <= c`: every neighbouring pair holds. */
  | {
      readonly kind: 'comparison';
      readonly at: number;
      readonly first: Node;
      readonly steps: readonly ComparisonStep[];
    }
  | Conditional
  | { readonly kind: 'let'; readonly at: number; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: 'sequence'; readonly at: number; readonly nodes: readonly Node[] }
  | { readonly kind: 'array'; readonly at: number; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly at: number; readonly pairs: readonly (readonly [key: Node, value: Node])[] }
  | Member
  | Slice
  | Method
  | { readonly kind: 'call'; readonly at: number; readonly name: string; readonly args: readonly Node[] }
  /** The body of `filter(…, { # > 1 })`. */
  | { readonly kind: 'predicate'; readonly at: number; readonly body: Node };

export type NodeOf<K extends Node['kind']> = Extract<Node, { readonly kind: K }>;

export interface Binary {
  readonly kind: 'binary';
  readonly at: number;
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
}
export interface ComparisonStep {
  readonly at: number;
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly operand: Node;
}
interface Conditional {
  readonly kind: 'conditional';
  readonly at: number;
  readonly test: Node;
  readonly yes: Node;
  readonly no: Node;
}
interface Member {
  readonly kind: 'member';
  readonly at: number;
  readonly object: Node;
  readonly key: Node;
  /** nil of nil, instead of an error: after `?.` and for whatever follows it. */
  readonly isOptional: boolean;
}
interface Slice {
  readonly kind: 'slice';
  readonly at: number;
  readonly object: Node;
  readonly from: Node | undefined;
  readonly to: Node | undefined;
}
interface Method {
  readonly kind: 'method';
  readonly at: number;
  readonly object: Node;
  readonly name: string;
  readonly args: readonly Node[];
  readonly isOptional: boolean;
}

/** How tightly each binds; the higher one first. */
export const PRECEDENCE = {
  '|': 0,
  or: 10,
  and: 15,
  '==': 20,
  '!=': 20,
  '<': 20,
  '<=': 20,
  '>': 20,
  '>=': 20,
  in: 20,
  matches: 20,
  contains: 20,
  startsWith: 20,
  endsWith: 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '*': 60,
  '/': 60,
  '%': 60,
  '**': 100,
  '??': 500,
} as const;
export type BinaryOperator = Exclude<keyof typeof PRECEDENCE, '|' | ComparisonStep['operator']>;
export const UNARY_PRECEDENCE = { not: 50, '-': 90, '+': 90 } as const;

/** Other spellings. */
export const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['||', 'or'],
  ['&&', 'and'],
  ['^', '**'],
  ['!', 'not'],
]);

const PREDICATED = new Set(
  'all any one none map filter find findIndex findLast findLastIndex groupBy count sum sortBy reduce'.split(' '),
);

/** Whether a function asks that argument anew for each item of its first one. */
export function takesPredicate(name: string, position: number): boolean {
  return position === 1 && PREDICATED.has(name);
}
