// What is at a GJSON path in a JSON value.
// https://github.com/tidwall/gjson/blob/master/SYNTAX.md
import { closingBracket } from './balance.ts';
import { begin } from './beginnings.ts';
import { look } from './effort.ts';
import { matchesGlob } from './glob.ts';
import { type ElementPart, elementPart, keyPart } from './parts.ts';
import { passes } from './query.ts';
import { documents, elements, kindOf, members, type Piece, said } from './text.ts';

/** What was found so far, and the path that goes on from there. */
interface Search {
  found: Piece;
  pipe: string | undefined;
}

/** The value at the path as it stands in the text; empty where there is nothing. Throws a SyntaxError for what is no JSON. */
export function getJson(text: string, path: string): Piece {
  look(text);
  const begun = begin(text, path, getJson);
  if (begun) return /^[.|]/.test(begun.rest) ? getJson(begun.piece, begun.rest.slice(1)) : begun.piece;
  const search: Search = { found: '', pipe: undefined };
  if (path.startsWith('..')) inElements(search, documents(text), path.slice(2));
  else inside(search, text, path);
  return search.pipe === undefined ? search.found : getJson(search.found, search.pipe);
}

/** Whether it was found, and the search is over. */
function inside(search: Search, piece: Piece, path: string): boolean {
  const kind = kindOf(piece);
  if (kind === 'object') return inMembers(search, piece, path);
  return kind === 'array' && inElements(search, elements(piece), path);
}

/** A name may come again, and a pattern match several: the first that leads on counts. */
function inMembers(search: Search, object: Piece, path: string): boolean {
  const { name, glob, inside: rest, pipe } = keyPart(path);
  search.pipe = pipe ?? search.pipe;
  for (const { key, value } of members(object)) {
    if (!(glob ? matchesGlob(said(key), name) : said(key) === name)) continue;
    if (rest !== undefined) {
      if (inside(search, value, rest)) return true;
      continue;
    }
    search.found = value;
    return true;
  }
  return false;
}

function inElements(search: Search, all: Iterable<Piece>, path: string): boolean {
  const part = elementPart(path);
  search.pipe = part.pipe ?? search.pipe;
  switch (part.kind) {
    case 'index':
      return atIndex(search, all, part);
    case 'count':
      search.found = String([...all].length);
      return true;
    case 'each': {
      const rest = untilPipe(search, part.inside);
      const found = Array.from(all, (element) => getJson(element, rest));
      search.found = `[${found.filter((piece) => piece !== '').join(',')}]`;
      return true;
    }
    case 'matching':
      return matching(search, all, part);
  }
}

function atIndex(
  search: Search,
  all: Iterable<Piece>,
  { index, inside: rest }: ElementPart & { kind: 'index' },
): boolean {
  let at = 0;
  for (const element of all) {
    if (at++ !== index) continue;
    if (rest !== undefined) return inside(search, element, rest);
    search.found = element;
    return true;
  }
  return false;
}

function matching(search: Search, all: Iterable<Piece>, part: ElementPart & { kind: 'matching' }): boolean {
  const { query, inside: rest } = part;
  const found: Piece[] = [];
  for (const element of all) {
    const isContainer = /^(?:object|array)$/.test(kindOf(element));
    if (!isContainer && query.path !== '') continue;
    if (!passes(isContainer ? getJson(element, query.path) : element, query)) continue;
    const piece = rest === undefined ? element : getJson(element, untilPipe(search, rest));
    if (!part.all) {
      search.found = piece;
      return true;
    }
    if (piece !== '') found.push(piece);
  }
  // GJSON goes on looking at other places, but keeps this when there is nothing.
  if (part.all && search.found === '') search.found = `[${found.join(',')}]`;
  return false;
}

/** GJSON: within elements a path goes to the first pipe, wherever it stands but in a query; the rest sees all of them. */
function untilPipe(search: Search, path: string): string {
  const at = path.startsWith('{') ? pipeAfterBraces(path) : pipeOutsideQueries(path);
  if (at === undefined) return path;
  search.pipe = path.slice(at + 1);
  return path.slice(0, at);
}

/** GJSON knows the end of braces only where a name without quotes begins in them. */
function pipeAfterBraces(path: string): number | undefined {
  const close = /^\{["[({]/.test(path) ? undefined : closingBracket(path, 0);
  return close !== undefined && path[close + 1] === '|' ? close + 1 : undefined;
}

function pipeOutsideQueries(path: string): number | undefined {
  const signs = /\\[^]|\.#[[(]|\|/g;
  for (let sign = signs.exec(path); sign; sign = signs.exec(path)) {
    if (sign[0] === '|') return sign.index;
    if (sign[0].startsWith('.')) signs.lastIndex = closingBracket(path, signs.lastIndex - 1) ?? path.length;
  }
  return undefined;
}
