// Reads JSON text piece by piece, as GJSON does: values are pieces of the text, names keep their order and may repeat.
import { look } from './effort.ts';

/** The text of one JSON value; empty where there is none. */
export type Piece = string;

export type Kind = 'nothing' | 'object' | 'array' | 'text' | 'number' | 'true' | 'false' | 'null';

/** Separators are taken for space, so that a comma too many does no harm. */
const SPACE = /[\s,:]*/y;
/** A name without quotes: a number, or one of the few words that JSON and its dialects have. */
const WORD = /[^\s,:"[\]{}]+/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i;

const BEGINNINGS: ReadonlyMap<string, Kind> = new Map([
  ['{', 'object'],
  ['[', 'array'],
  ['"', 'text'],
]);

export function kindOf(piece: Piece): Kind {
  if (piece === 'true' || piece === 'false' || piece === 'null') return piece;
  const kind = BEGINNINGS.get(piece.charAt(0));
  return kind ?? (NUMBER.test(piece) ? 'number' : 'nothing');
}

/** What a text piece says. */
export const said = (piece: Piece): string => String(JSON.parse(piece));

/** What a number piece stands for. Some programs write NaN and Infinity too. */
export function amount(piece: Piece): number {
  if (/\d/.test(piece)) return Number(piece);
  return /nan/i.test(piece) ? Number.NaN : piece.startsWith('-') ? -Infinity : Infinity;
}

export interface Member {
  /** As it stands in the text, in its quotes. */
  readonly key: Piece;
  readonly value: Piece;
}

/** Throws a SyntaxError where a name is not in quotes, or has no value. */
export function* members(object: Piece): Generator<Member> {
  look(object);
  for (let at = skip(object, 1); object[at] !== '}'; ) {
    const afterKey = endOfValue(object, at);
    const from = skip(object, afterKey);
    if (object[at] !== '"' || object[from] === '}') throw new SyntaxError('no JSON object');
    const end = endOfValue(object, from);
    yield { key: object.slice(at, afterKey), value: object.slice(from, end) };
    at = skip(object, end);
  }
}

export function* elements(array: Piece): Generator<Piece> {
  look(array);
  for (let at = skip(array, 1); array[at] !== ']'; ) {
    const end = endOfValue(array, at);
    yield array.slice(at, end);
    at = skip(array, end);
  }
}

/** The values that stand one after the other, as in JSON lines. Throws a SyntaxError for text that ends within one, and other text. */
export function* documents(text: string): Generator<Piece> {
  look(text);
  for (let at = skip(text, 0); at < text.length; ) {
    const end = endOfValue(text, at);
    const piece = text.slice(at, end);
    if (kindOf(piece) === 'nothing') throw new SyntaxError('no JSON');
    yield piece;
    at = skip(text, end);
  }
}

function skip(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

/** Where the value ends that begins at `start`. Throws a SyntaxError when it does not. */
export function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfText(text, start);
  if (first === '{' || first === '[') return endOfNested(text, start);
  WORD.lastIndex = start;
  if (!WORD.test(text)) throw new SyntaxError('no JSON value');
  return WORD.lastIndex;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at < 0) throw new SyntaxError('a text that does not end');
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at + 1;
  }
}

function endOfNested(text: string, start: number): number {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfText(text, at) - 1;
    else if (sign === '{') open.push('}');
    else if (sign === '[') open.push(']');
    else if (sign === '}' || sign === ']') {
      if (open.pop() !== sign) throw new SyntaxError('brackets that do not match');
      if (open.length === 0) return at + 1;
    }
  }
  throw new SyntaxError('a bracket that does not close');
}
