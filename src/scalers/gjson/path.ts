// The paths of GJSON that lead to one value: keys, escapes, wildcards, array indexes, counts, queries and pipes.
// https://github.com/tidwall/gjson/blob/master/SYNTAX.md

/** Steps between dots; a pipe begins new ones, which see what the ones before made as a whole. */
export type JsonPath = readonly (readonly Step[])[];

export type Step =
  | { readonly kind: 'key'; readonly name: string; readonly glob: boolean }
  /** `#`: every element, or how many there are when it comes last. */
  | { readonly kind: 'each' }
  /** `#(…)`: the first element that matches; `#(…)#`: all that do. */
  | { readonly kind: 'matching'; readonly query: Query; readonly all: boolean };

export interface Query {
  /** Undefined: the element itself. */
  readonly path: JsonPath | undefined;
  /** Undefined: it is enough that there is a value. */
  readonly test: { readonly operator: Operator; readonly operand: string } | undefined;
}

const OPERATORS = ['==', '!=', '<=', '>=', '!%', '=', '<', '>', '%'] as const;
export type Operator = Exclude<(typeof OPERATORS)[number], '=='>;

const MODIFIERS = new Set('pretty ugly reverse this flatten join valid keys values tostr fromstr group dig'.split(' '));

/** Throws a SyntaxError that says what is not supported. */
export function parseJsonPath(text: string): JsonPath {
  if (text.startsWith('..')) throw new SyntaxError('JSON lines (..) are not supported');
  const stages: Step[][] = [[]];
  let at = 0;
  for (;;) {
    const { step, end } = text[at] === '#' ? parseArrayStep(text, at) : parseKey(text, at);
    stages.at(-1)?.push(step);
    if (end >= text.length) return stages;
    if (text[end] === '|') stages.push([]);
    at = end + 1;
  }
}

type Parsed = { readonly step: Step; readonly end: number };

function parseKey(text: string, start: number): Parsed {
  const [, modifier = ''] = /^@(\w+)/.exec(text.slice(start)) ?? [];
  if (MODIFIERS.has(modifier)) throw new SyntaxError(`modifiers such as @${modifier} are not supported`);
  if (/[[{!]/.test(text[start] ?? '')) throw new SyntaxError(`a part that begins with ${text[start]} is not supported`);
  const rest = /^(?:\\[^]|[^.|\\])*/.exec(text.slice(start))?.[0] ?? '';
  if (text[start + rest.length] === '\\') throw new SyntaxError('a backslash at the end escapes nothing');
  const glob = /^(?:\\[^]|[^\\*?])*[*?]/.test(rest);
  const name = glob ? rest : rest.replaceAll(/\\([^])/g, '$1');
  return { step: { kind: 'key', name, glob }, end: start + rest.length };
}

function parseArrayStep(text: string, start: number): Parsed {
  const next = text[start + 1] ?? '.';
  if (next === '.' || next === '|') return { step: { kind: 'each' }, end: start + 1 };
  if (next !== '(' && next !== '[') return parseKey(text, start);
  const close = closingBracket(text, start + 1);
  const all = text[close + 1] === '#';
  const end = close + (all ? 2 : 1);
  if (end < text.length && !/[.|]/.test(text[end] ?? '')) throw new SyntaxError('a query ends in ) or )#');
  return { step: { kind: 'matching', query: parseQuery(text.slice(start + 2, close)), all }, end };
}

/** Where the bracket at `start` closes; brackets in quoted text don't count. */
function closingBracket(text: string, start: number): number {
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(TOKENS)) {
    if (/[([]/.test(token)) depth++;
    else if (/^[)\]]$/.test(token) && --depth === 0) return start + index;
  }
  throw new SyntaxError('a query has no closing bracket');
}

/** Quoted text, an escaped sign, or a sign. */
const TOKENS = /"(?:\\[^]|[^"\\])*"|\\[^]|[^]/g;

function parseQuery(text: string): Query {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (/^[([]$/.test(token)) depth++;
    else if (/^[)\]]$/.test(token)) depth--;
    else if (depth === 0 && /^[=!<>%]$/.test(token)) {
      const sign = OPERATORS.find((operator) => text.startsWith(operator, index));
      if (sign === undefined) throw new SyntaxError(`a query knows no operator that begins with ${token}`);
      const operand = parseOperand(text.slice(index + sign.length).trim());
      return { path: pathOf(text.slice(0, index)), test: { operator: sign === '==' ? '=' : sign, operand } };
    }
  }
  return { path: pathOf(text), test: undefined };
}

const pathOf = (text: string): JsonPath | undefined => (text.trim() === '' ? undefined : parseJsonPath(text.trim()));

function parseOperand(text: string): string {
  if (text.startsWith('~')) throw new SyntaxError('a query with ~ is not supported');
  return /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll(/\\([^])/g, '$1') : text;
}
