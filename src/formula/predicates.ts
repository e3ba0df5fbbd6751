// The functions that ask something of each item of an array: any, filter, map, reduce and their like.
import { hold, type Run } from './budget.ts';
import { sorted } from './functions/lists.ts';
import { FormulaError } from './formula-error.ts';
import { calculate } from './operators.ts';
import { ANY, arrayOf, BOOL, FLOAT, GROUPS, INT, isNumeric, itemsOf, type Type } from './type.ts';
import { kindOf, type Value } from './value.ts';

/** What the predicate says of the item at that index. */
export type Ask = (index: number) => Value;
export interface Items {
  readonly list: readonly Value[];
  readonly ask: Ask;
  /** Sets #acc, for reduce. */
  readonly accumulate: (value: Value) => void;
  /** Arguments behind the predicate. */
  readonly rest: readonly Value[];
  readonly run: Run;
  readonly at: number;
}

export interface Predicated {
  /** Whether the predicate has to say true or false. */
  readonly asks: 'bool' | 'any';
  /** How many arguments may stand behind the predicate. */
  readonly rest: number;
  /** Whether the predicate may be left out: then the item itself counts. */
  readonly isOptional: boolean;
  readonly gives: (items: Type, said: Type) => Type;
  readonly compute: (items: Items) => Value;
}

const asking = (gives: Type | Predicated['gives'], compute: Predicated['compute']): Predicated => ({
  asks: 'bool',
  rest: 0,
  isOptional: false,
  gives: typeof gives === 'function' ? gives : () => gives,
  compute,
});

function holds({ ask, at }: Items, index: number): boolean {
  const said = ask(index);
  if (typeof said === 'boolean') return said;
  throw new FormulaError(at, `expected true or false of the predicate, found ${kindOf(said)}`);
}

const count = (items: Items): number => items.list.reduce((sum: number, _, i) => sum + (holds(items, i) ? 1 : 0), 0);
const first = (items: Items): number => items.list.findIndex((_, i) => holds(items, i));
const last = (items: Items): number => items.list.findLastIndex((_, i) => holds(items, i));
const indexOrNil = (index: number): Value => (index === -1 ? null : BigInt(index));
const itemOrNil = ({ list }: Items, index: number): Value => (index === -1 ? null : (list[index] ?? null));

function kept(items: Items, value: readonly Value[]): readonly Value[] {
  hold(items.run, value.length, items.at);
  return value;
}

function groups(items: Items): Value {
  const found = new Map<Value, Value[]>();
  for (const [index, item] of items.list.entries()) {
    const key = items.ask(index);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  hold(items.run, items.list.length, items.at);
  return found;
}

function reduced({ list, ask, accumulate, rest, at }: Items): Value {
  const [start] = rest;
  const [head] = list;
  if (start === undefined && head === undefined) {
    throw new FormulaError(at, 'reduce of an empty array needs a value to begin with, as a third argument');
  }
  let value = start === undefined ? (head ?? null) : start;
  for (let index = start === undefined ? 1 : 0; index < list.length; index++) {
    accumulate(value);
    value = ask(index);
  }
  return value;
}

function total({ list, ask, run, at }: Items): Value {
  let sum: Value = 0n;
  for (let index = 0; index < list.length; index++) {
    const value = ask(index);
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      throw new FormulaError(at, `sum expected numbers, found ${kindOf(value)}`);
    }
    sum = calculate('+', sum, value, run, at);
  }
  return sum;
}

function inOrder(items: Items): Value {
  const keys = items.list.map((item, index) => ({ item, key: items.ask(index) }));
  const { rest, run, at } = items;
  return kept(
    items,
    sorted(keys, ({ key }) => key, rest[0] ?? 'asc', { run, at }).map(({ item }) => item),
  );
}

const itemOf = (items: Type): Type => itemsOf(items);
/** The sum of no floats is an int. */
const sumOf = (said: Type): Type =>
  isNumeric(said) && said.kind === 'float' ? FLOAT : said.kind === 'int' ? INT : ANY;

export const predicated: Readonly<Record<string, Predicated>> = {
  all: asking(BOOL, (items) => items.list.every((_, i) => holds(items, i))),
  any: asking(BOOL, (items) => items.list.some((_, i) => holds(items, i))),
  none: asking(BOOL, (items) => !items.list.some((_, i) => holds(items, i))),
  one: asking(BOOL, (items) => count(items) === 1),
  filter: asking(
    (items) => items,
    (items) =>
      kept(
        items,
        items.list.filter((_, i) => holds(items, i)),
      ),
  ),
  find: asking(itemOf, (items) => itemOrNil(items, first(items))),
  findIndex: asking(INT, (items) => indexOrNil(first(items))),
  findLast: asking(itemOf, (items) => itemOrNil(items, last(items))),
  findLastIndex: asking(INT, (items) => indexOrNil(last(items))),
  count: { ...asking(INT, (items) => BigInt(count(items))), isOptional: true },
  map: {
    ...asking(
      (_, said) => arrayOf(said),
      (items) =>
        kept(
          items,
          items.list.map((_, i) => items.ask(i)),
        ),
    ),
    asks: 'any',
  },
  sum: { ...asking((_, said) => sumOf(said), total), asks: 'any', isOptional: true },
  groupBy: { ...asking(GROUPS, groups), asks: 'any' },
  sortBy: { ...asking((items) => items, inOrder), asks: 'any', rest: 1 },
  reduce: { ...asking(ANY, reduced), asks: 'any', rest: 1 },
};
