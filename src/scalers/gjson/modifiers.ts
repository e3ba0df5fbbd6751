// What `@name` and `@name:argument` in a path make of a value.
import { isTrue } from './query.ts';
import { elements, kindOf, members, type Member, type Piece, said } from './text.ts';

/** What is at a path; empty where there is nothing. */
export type Get = (piece: Piece, path: string) => Piece;

type Modify = (piece: Piece, argument: string, get: Get) => Piece;

/** Spaces between signs are no matter: nothing but a number or a text is ever read of what comes out. */
const MODIFIERS: ReadonlyMap<string, Modify> = new Map<string, Modify>([
  ['this', (piece) => piece],
  ['ugly', (piece) => piece],
  ['pretty', (piece, argument) => (option(argument, 'sortKeys') ? inOrder(piece) : piece)],
  ['valid', (piece) => (isJson(piece) ? piece : '')],
  ['reverse', reverse],
  ['flatten', (piece, argument) => flatten(piece, option(argument, 'deep'))],
  ['join', (piece, argument) => join(piece, option(argument, 'preserve'))],
  ['keys', (piece) => list(contents(piece).map(({ key }) => key ?? 'null'))],
  ['values', (piece) => (kindOf(piece) === 'array' ? piece : list(contents(piece).map(({ value }) => value)))],
  ['group', group],
  ['tostr', (piece) => JSON.stringify(piece)],
  ['fromstr', fromText],
  ['dig', (piece, argument, get) => list([...dig(piece, argument, get)])],
]);

export const isModifier = (name: string): boolean => MODIFIERS.has(name);

/** Undefined for a name that no modifier has. */
export function modify(name: string, piece: Piece, argument: string, get: Get): Piece | undefined {
  return MODIFIERS.get(name)?.(piece, argument, get);
}

const list = (pieces: readonly Piece[]): Piece => `[${pieces.join(',')}]`;
const object = (all: Iterable<Member>): Piece =>
  `{${Array.from(all, ({ key, value }) => `${key}:${value}`).join(',')}}`;

/** Members, elements, or the value itself when it is no container. */
function contents(piece: Piece): readonly { readonly key?: Piece; readonly value: Piece }[] {
  const kind = kindOf(piece);
  if (kind === 'object') return [...members(piece)];
  if (kind === 'array') return Array.from(elements(piece), (value) => ({ value }));
  return kind === 'nothing' ? [] : [{ value: piece }];
}

function option(argument: string, name: string): boolean {
  if (!argument.startsWith('{')) return false;
  const chosen = [...members(argument)].findLast(({ key }) => said(key) === name);
  return chosen !== undefined && isTrue(chosen.value);
}

function isJson(piece: Piece): boolean {
  try {
    JSON.parse(piece);
    return true;
  } catch {
    return false;
  }
}

function inOrder(piece: Piece): Piece {
  const kind = kindOf(piece);
  if (kind === 'array') return list(Array.from(elements(piece), inOrder));
  if (kind !== 'object') return piece;
  const sorted = [...members(piece)].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  return object(sorted.map(({ key, value }) => ({ key, value: inOrder(value) })));
}

function reverse(piece: Piece): Piece {
  const kind = kindOf(piece);
  if (kind === 'array') return list([...elements(piece)].reverse());
  return kind === 'object' ? object([...members(piece)].reverse()) : piece;
}

function flatten(piece: Piece, deep: boolean): Piece {
  return kindOf(piece) === 'array' ? list([...flat(piece, deep)]) : piece;
}

function* flat(array: Piece, deep: boolean): Generator<Piece> {
  for (const element of elements(array)) {
    if (kindOf(element) !== 'array') yield element;
    else if (deep) yield* flat(element, true);
    else yield* elements(element);
  }
}

/** One object of many. Where a name repeats the last value counts, at the place of the first; `preserve` keeps them all. */
function join(piece: Piece, preserve: boolean): Piece {
  if (kindOf(piece) !== 'array') return piece;
  const all = [...elements(piece)].filter((each) => kindOf(each) === 'object').flatMap((each) => [...members(each)]);
  if (preserve) return object(all);
  const joined = new Map<string, Member>();
  for (const { key, value } of all) {
    const name = said(key);
    joined.set(name, { key: joined.get(name)?.key ?? key, value });
  }
  return object(joined.values());
}

/** Lists side by side become a list of objects, each with the members that the lists have at its place. */
function group(piece: Piece): Piece {
  if (kindOf(piece) !== 'object') return '';
  const rows: Member[][] = [];
  for (const { key, value } of members(piece)) {
    if (kindOf(value) !== 'array') continue;
    for (const [at, element] of [...elements(value)].entries()) (rows[at] ??= []).push({ key, value: element });
  }
  return list(rows.map(object));
}

/** The JSON that a text holds. */
function fromText(piece: Piece): Piece {
  if (kindOf(piece) !== 'text') return kindOf(piece) === 'null' ? '' : piece;
  const text = said(piece).trim();
  return isJson(text) ? text : '';
}

/** Whatever is at the path in the value, or in any value within it. */
function* dig(piece: Piece, path: string, get: Get): Generator<Piece> {
  const found = get(piece, path);
  if (found !== '') yield found;
  const kind = kindOf(piece);
  if (kind !== 'object' && kind !== 'array') return;
  for (const { value } of contents(piece)) yield* dig(value, path, get);
}
