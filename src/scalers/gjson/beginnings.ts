// How a path may begin besides with a name: with a modifier, a literal, or several paths in brackets.
import { closingBracket, plainSigns } from './balance.ts';
import { type Get, isModifier, modify } from './modifiers.ts';
import { documents, endOfValue, type Piece } from './text.ts';

export interface Begun {
  readonly piece: Piece;
  /** What follows, with its dot or pipe. */
  readonly rest: string;
}

/** Undefined for a path that begins with a name. */
export function begin(piece: Piece, path: string, get: Get): Begun | undefined {
  if (path.length < 2) return undefined;
  if (path.startsWith('@')) return beginModified(piece, path, get);
  if (path.startsWith('!')) return beginLiteral(path);
  return /^[[{]/.test(path) ? beginMultipath(piece, path, get) : undefined;
}

function beginModified(piece: Piece, path: string, get: Get): Begun | undefined {
  const [whole = '', name = '', colon] = /^@([^.|:]*)(:)?/.exec(path) ?? [];
  if (!isModifier(name)) return undefined;
  const after = path.slice(whole.length);
  const end = colon === undefined ? 0 : endOfArgument(after);
  return { piece: modify(name, piece, after.slice(0, end), get) ?? '', rest: after.slice(end) };
}

/** GJSON: JSON, or else everything up to the next pipe that is in no brackets. */
function endOfArgument(text: string): number {
  if (/^["[{]/.test(text)) return endOfJson(text) ?? text.length;
  return [...plainSigns(text)].find(({ sign, depth }) => depth === 0 && sign === '|')?.at ?? text.length;
}

function endOfJson(text: string): number | undefined {
  try {
    return endOfValue(text, 0);
  } catch {
    return undefined;
  }
}

function beginLiteral(path: string): Begun | undefined {
  const text = path.slice(1);
  if (/^[[{]/.test(text)) {
    const end = endOfJson(text) ?? text.length;
    return { piece: text.slice(0, end), rest: text.slice(end) };
  }
  // GJSON: what follows a text or a number is not looked at.
  if (/^["+\-\d]/.test(text)) return { piece: firstOf(text), rest: '' };
  const [word = ''] = /^[^.|]*/.exec(text) ?? [];
  return /^(?:true|false|null|nan|inf)$/i.test(word) ? { piece: word, rest: text.slice(word.length) } : undefined;
}

const firstOf = (text: string): Piece => documents(text).next().value ?? '';

function beginMultipath(piece: Piece, path: string, get: Get): Begun | undefined {
  const close = closingBracket(path, 0);
  const rest = path.slice((close ?? path.length) + 1);
  if (close === undefined || !/^(?:$|[.|])/.test(rest)) return undefined;
  const found = selectors(path.slice(1, close)).flatMap(({ name, path: each }) => {
    const value = get(piece, each);
    return value === '' ? [] : [{ name, value }];
  });
  return path.startsWith('[')
    ? { piece: `[${found.map(({ value }) => value).join(',')}]`, rest }
    : { piece: `{${found.map(({ name, value }) => `${name}:${value}`).join(',')}}`, rest };
}

interface Selector {
  /** In quotes. */
  readonly name: Piece;
  readonly path: string;
}

/** `path` or `name:path` between commas. */
function selectors(text: string): readonly Selector[] {
  const found: Selector[] = [];
  let [start, colon, modifier]: [number, number | undefined, boolean] = [0, undefined, false];
  const add = (end: number): void => {
    const path = text.slice(colon === undefined ? start : colon + 1, end);
    found.push({ name: colon === undefined ? lastName(path) : quoted(text.slice(start, colon)), path });
    [start, colon, modifier] = [end + 1, undefined, false];
  };
  for (const { sign, at, depth } of plainSigns(text)) {
    if (sign === '@') modifier ||= /[.|]/.test(text[at - 1] ?? '');
    else if (sign === ':' && depth === 0 && !modifier) colon ??= at;
    else if (sign === ',' && depth === 0) add(at);
  }
  add(text.length);
  return found;
}

function quoted(name: string): Piece {
  return name === '' ? '' : endOfJson(name) === name.length && name.startsWith('"') ? name : JSON.stringify(name);
}

/** GJSON: a value without a name has that of the last part of its path, or `_` where that is not just a name. */
function lastName(path: string): Piece {
  const [name = ''] = /(?:\\[.|]|[^.|])*$/.exec(path) ?? [];
  return JSON.stringify(/[[\]{}()#|!\p{Cc}]/u.test(name) ? '_' : name);
}
