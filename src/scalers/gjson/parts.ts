// The first part of a path, as an object and as an array understand it, and what follows.
// https://github.com/tidwall/gjson/blob/master/SYNTAX.md
import { closingBracket } from './balance.ts';
import { isModifier } from './modifiers.ts';
import { parseQuery, type Query } from './query.ts';

/** After a dot the path goes on within what is found; a pipe begins a new one, which sees all that was found as a whole. */
export interface Following {
  readonly inside?: string;
  readonly pipe?: string;
}

export interface KeyPart extends Following {
  readonly name: string;
  readonly glob: boolean;
}

/** A backslash takes the meaning from the next sign. */
export function keyPart(path: string): KeyPart {
  const [text = ''] = /^(?:\\[^]?|[^.|\\])*/.exec(path) ?? [];
  const glob = /^(?:\\[^]|[^\\*?])*[*?]/.test(text);
  return { name: text.replaceAll(/\\([^]?)/g, '$1'), glob, ...following(path, text.length) };
}

export type ElementPart = Following &
  (
    | { readonly kind: 'index'; readonly index: number | undefined }
    | { readonly kind: 'count' }
    /** The path goes on within every element. */
    | { readonly kind: 'each'; readonly inside: string }
    /** `#(…)`: the first element that passes; `#(…)#`: all that do. */
    | { readonly kind: 'matching'; readonly query: Query; readonly all: boolean }
  );

export function elementPart(path: string): ElementPart {
  if (path.startsWith('#.')) return { kind: 'each', inside: path.slice(2) };
  const close = /^#[[(]/.test(path) ? closingBracket(path, 1) : undefined;
  const end = endOfPart(path, close ?? 0);
  if (close !== undefined) {
    const all = path[close + 1] === '#';
    return { kind: 'matching', query: parseQuery(path.slice(2, close)), all, ...following(path, end, 'inside') };
  }
  const text = path.slice(0, end);
  if (text === '#') return { kind: 'count', ...following(path, end) };
  return { kind: 'index', index: /^\d+$/.test(text) ? Number(text) : undefined, ...following(path, end) };
}

function endOfPart(path: string, from: number): number {
  const length = path.slice(from).search(/[.|]/);
  return length < 0 ? path.length : from + length;
}

/** GJSON: a dot before a modifier or a multipath is a pipe, except after a query, where it leads into each element. */
function following(path: string, end: number, afterDot: 'inside' | 'either' = 'either'): Following {
  const rest = path.slice(end + 1);
  if (end >= path.length) return {};
  return path[end] === '|' || (afterDot === 'either' && beginsAnew(rest)) ? { pipe: rest } : { inside: rest };
}

function beginsAnew(path: string): boolean {
  const [, modifier] = /^@([^.|:]*)/.exec(path) ?? [];
  return modifier === undefined ? /^[[{]/.test(path) : isModifier(modifier);
}
