// Reads what stands between operators: literals, names, brackets, calls, and what is taken out of a value by . and [].
import type { Cursor } from './cursor.ts';
import { FormulaError } from './formula-error.ts';
import { type Node, takesPredicate } from './syntax.ts';

export function parseOperand(cursor: Cursor): Node {
  const { kind, at, text } = cursor.current();
  if (kind === 'literal') return parseLiteral(cursor);
  if (kind === 'name') {
    cursor.take();
    const node = cursor.is('(') ? parseCall(cursor, at, text) : cursor.node({ kind: 'name', at, name: text });
    return parseMembers(cursor, node);
  }
  if (cursor.accepts('(')) {
    const node = cursor.sequence();
    cursor.expect(')', ' for the ( before');
    return parseMembers(cursor, node);
  }
  if (cursor.is('#', '.')) return parseMembers(cursor, parsePointer(cursor));
  if (cursor.is('[')) return parseMembers(cursor, parseArray(cursor));
  if (cursor.is('{')) return parseMembers(cursor, parseMap(cursor));
  if (!cursor.accepts('::')) cursor.fail('a value');
  const { at: place, text: name } = cursor.take();
  return parseMembers(cursor, parseCall(cursor, place, name));
}

function parseLiteral(cursor: Cursor): Node {
  const token = cursor.take();
  if (token.kind !== 'literal') return cursor.fail('a value');
  const node = cursor.node({ kind: 'literal', at: token.at, value: token.value });
  return typeof token.value === 'string' ? parseMembers(cursor, node) : node;
}

/** `#` and its like; `.name` is short for `#.name`. */
function parsePointer(cursor: Cursor): Node {
  const { at } = cursor.current();
  if (!cursor.inPredicate()) {
    throw new FormulaError(
      at,
      `${cursor.current().text} has a meaning only within all, any, filter, map and their like`,
    );
  }
  if (!cursor.accepts('#')) return cursor.node({ kind: 'pointer', at, name: '' });
  const { kind, at: next, text } = cursor.current();
  // #acc, but not a name that only follows.
  if (kind !== 'name' || next !== at + 1) return cursor.node({ kind: 'pointer', at, name: '' });
  cursor.take();
  return cursor.node({ kind: 'pointer', at, name: text });
}

/** A call; behind | the value before it is the first argument. */
export function parseCall(cursor: Cursor, at: number, name: string, piped?: Node): Node {
  cursor.expect('(', ` after ${name}`);
  const given = piped === undefined ? [] : [piped];
  const args = parseList(cursor, ')', (index) =>
    takesPredicate(name, index + given.length) ? parsePredicate(cursor) : cursor.expression(),
  );
  return cursor.node({ kind: 'call', at, name, args: [...given, ...args] });
}

function parsePredicate(cursor: Cursor): Node {
  const { at } = cursor.current();
  const body = cursor.predicate(() => {
    if (!cursor.accepts('{')) return cursor.expression();
    const node = cursor.sequence();
    cursor.expect('}', ' at the end of the predicate');
    return node;
  });
  return cursor.node({ kind: 'predicate', at, body });
}

function parseArray(cursor: Cursor): Node {
  const { at } = cursor.take();
  return cursor.node({ kind: 'array', at, items: parseList(cursor, ']', () => cursor.expression()) });
}

function parseMap(cursor: Cursor): Node {
  const { at } = cursor.take();
  const pairs = parseList(cursor, '}', (): readonly [Node, Node] => {
    const key = parseKey(cursor);
    cursor.expect(':', ' after the key');
    return [key, cursor.expression()];
  });
  return cursor.node({ kind: 'map', at, pairs });
}

/** A name or a number is the text that it is written as. */
function parseKey(cursor: Cursor): Node {
  if (cursor.is('(')) return cursor.expression();
  const token = cursor.current();
  if (token.kind !== 'name' && token.kind !== 'literal') cursor.fail('a key: a name, a string, a number or (…)');
  cursor.take();
  const value = token.kind === 'literal' && typeof token.value === 'string' ? token.value : token.text;
  return cursor.node({ kind: 'literal', at: token.at, value });
}

/** Items with commas between them, up to `end`; a comma may stand behind the last one. */
function parseList<T>(cursor: Cursor, end: string, item: (index: number) => T): readonly T[] {
  const items: T[] = [];
  while (!cursor.is(end)) {
    items.push(item(items.length));
    if (!cursor.accepts(',') && !cursor.is(end)) cursor.fail(`, or ${end}`);
  }
  cursor.take();
  return items;
}

function parseMembers(cursor: Cursor, start: Node): Node {
  let object = start;
  let isOptional = false;
  for (;;) {
    const { at } = cursor.current();
    if (cursor.accepts('[')) object = parseIndex(cursor, object, { at, isOptional });
    else if (cursor.is('.', '?.')) {
      if (cursor.take().text === '?.') isOptional = true;
      if (cursor.accepts('[')) object = parseIndex(cursor, object, { at, isOptional });
      else object = parseNamed(cursor, object, isOptional);
    } else return object;
  }
}

function parseNamed(cursor: Cursor, object: Node, isOptional: boolean): Node {
  const { at, text: name, kind } = cursor.current();
  // Words such as in and not are good names here.
  if (kind === 'end' || !/^[\p{L}_$]/u.test(name)) cursor.fail('a name after the point');
  cursor.take();
  if (!cursor.accepts('(')) {
    const key = cursor.node({ kind: 'literal', at, value: name });
    return cursor.node({ kind: 'member', at, object, key, isOptional });
  }
  const args = parseList(cursor, ')', () => cursor.expression());
  return cursor.node({ kind: 'method', at, object, name, args, isOptional });
}

/** `[i]`, `[from:to]`, either end of which may be left out. */
function parseIndex(
  cursor: Cursor,
  object: Node,
  { at, isOptional }: { readonly at: number; readonly isOptional: boolean },
): Node {
  const from = cursor.is(':') ? undefined : cursor.expression();
  if (from !== undefined && cursor.accepts(']')) {
    return cursor.node({ kind: 'member', at, object, key: from, isOptional });
  }
  cursor.expect(':', ' or ]');
  const to = cursor.is(']') ? undefined : cursor.expression();
  cursor.expect(']', ' for the [ before');
  return cursor.node({ kind: 'slice', at, object, from, to });
}
