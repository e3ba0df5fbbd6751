// Functions of arrays and maps that need no predicate.
import { hold, spend } from '../budget.ts';
import { type Builtin, builtin, type Call } from '../builtin.ts';
import { FormulaError, quoted } from '../formula-error.ts';
import { compare, isEqual } from '../operators.ts';
import { ANY, ARRAY, INT, itemsOf, MAP, type Type } from '../type.ts';
import { isArray, isMap, kindOf, toNumber, type Value } from '../value.ts';

type List = readonly Value[];
const itemOf = ([list = ANY]: readonly Type[]): Type => itemsOf(list);

function flatten(list: List, { run, at }: Call): List {
  spend(run, list.length, at);
  return list.flatMap((item) => (isArray(item) ? flatten(item, { run, at }) : [item]));
}

function uniq(list: List, { run, at }: Call): List {
  const kept: Value[] = [];
  for (const item of list) if (!kept.some((other) => isEqual(item, other, run, at))) kept.push(item);
  return kept;
}

/** In that order; what has no order between its items keeps none of the program's time. */
export function sorted<T>(list: readonly T[], key: (item: T) => Value, order: Value, { run, at }: Call): readonly T[] {
  if (order !== 'asc' && order !== 'desc')
    throw new FormulaError(
      at,
      `expected the order "asc" or "desc", found ${typeof order === 'string' ? quoted(order) : kindOf(order)}`,
    );
  const sign = order === 'asc' ? 1 : -1;
  return list.toSorted((a, b) => {
    spend(run, 1, at);
    return sign * (compare(key(a), key(b), 'an order', at) || 0);
  });
}

function fromPairs(list: List, { at }: Call): Value {
  return new Map(
    list.map((pair): readonly [Value, Value] => {
      const [key, value] = isArray(pair) && pair.length === 2 ? pair : [];
      if (key === undefined || value === undefined) throw new FormulaError(at, 'fromPairs expected pairs [key, value]');
      return [key, value];
    }),
  );
}

export function valueAt(from: Value, key: Value): Value {
  if (isMap(from)) return from.get(key) ?? null;
  if (!isArray(from) || (typeof key !== 'bigint' && typeof key !== 'number')) return null;
  return from.at(Math.trunc(toNumber(key))) ?? null;
}

export const lists: Readonly<Record<string, Builtin>> = {
  len: builtin('array|map|string', INT, ([x]) => {
    if (typeof x === 'string') return BigInt(Array.from(x).length);
    return BigInt(isMap(x ?? null) ? (x as ReadonlyMap<Value, Value>).size : (x as List).length);
  }),
  first: builtin('array', itemOf, ([list]) => (list as List)[0] ?? null),
  last: builtin('array', itemOf, ([list]) => (list as List).at(-1) ?? null),
  get: builtin('any any', ANY, ([from = null, key = null]) => valueAt(from, key)),
  take: builtin('array int', ARRAY, ([list, n], { at }) => {
    if ((n as bigint) < 0n) throw new FormulaError(at, `take expected 0 or more, found ${Number(n)}`);
    return (list as List).slice(0, Number(n));
  }),
  reverse: builtin('array', ARRAY, ([list]) => (list as List).toReversed()),
  uniq: builtin('array', ARRAY, ([list], call) => uniq(list as List, call)),
  concat: builtin('...array', ARRAY, (args, { run, at }) => {
    // Paid before it is made.
    hold(
      run,
      args.reduce((size: number, list) => size + (list as List).length, 0),
      at,
    );
    return (args as readonly List[]).flat();
  }),
  flatten: builtin('array', ARRAY, ([list], call) => flatten(list as List, call)),
  sort: builtin('array string?', ARRAY, ([list, order = 'asc'], call) =>
    sorted(list as List, (item) => item, order, call),
  ),
  keys: builtin('map', ARRAY, ([map]) => [...(map as ReadonlyMap<Value, Value>).keys()]),
  values: builtin('map', ARRAY, ([map]) => [...(map as ReadonlyMap<Value, Value>).values()]),
  toPairs: builtin('map', ARRAY, ([map]) => [...(map as ReadonlyMap<Value, Value>)]),
  fromPairs: builtin('array', MAP, ([list], call) => fromPairs(list as List, call)),
};
