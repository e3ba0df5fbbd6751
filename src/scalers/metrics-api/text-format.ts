// One sample in Prometheus's text format. https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
import { RE2JS } from 're2js';
import { compilePattern } from '../pattern.ts';

export interface Selector {
  readonly name: string;
  /** For labels other than the name. */
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  /** A label that a sample does not have is empty. */
  matches(value: string): boolean;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const TEXT = String.raw`"(?:[^"\\]|\\[^])*"`;
const SELECTED = String.raw`${TEXT}|'(?:[^'\\]|\\[^])*'|` + '`[^`]*`';
/** Between braces: a label with its value, or the name of the metric in quotes, where any sign may stand in it. */
const ITEM = new RegExp(
  String.raw`\s*(?:([a-zA-Z_]\w*|${TEXT})\s*(=~|!~|!=|=)\s*(${SELECTED})|(${TEXT}))\s*(?:,|$)`,
  'y',
);
const SELECTOR = new RegExp(String.raw`^(${NAME})?\s*(?:\{([^]*)\})?$`);
/** No part of it can end in more than one place, or a long line would take the square of its length. */
const SAMPLE = new RegExp(
  String.raw`^(?:(${NAME})(?=[\s{]))?\s*(?:\{((?:[^"}]|${TEXT})*)\}\s*)?([^\s#]+)(?:\s+-?\d+)?(?:\s*#[^]*)?$`,
);

/** `name{label="value"}`, as PromQL has it. Throws a SyntaxError that says what was expected. */
export function parseSelector(text: string): Selector {
  const [whole, before, inner = ''] = SELECTOR.exec(text.trim()) ?? [];
  const items = whole === undefined ? undefined : readItems(inner, unquotedInQuery);
  if (!items) throw new SyntaxError('expected a metric such as queue_length{queue="orders"}');
  const name = items.map(nameIn).findLast((each) => each !== undefined) ?? before;
  if (name === undefined) throw new SyntaxError('expected the name of a metric before its labels');
  return { name, matchers: items.filter(({ label }) => label !== '__name__').map(matcher) };
}

/** KEDA: there is one name, and the last that is written counts. */
function nameIn({ label, operator, value }: Item): string | undefined {
  if (label !== '__name__') return undefined;
  if (operator === '=' || (operator === '=~' && new RegExp(`^${NAME}$`).test(value))) return value;
  throw new SyntaxError(`expected = between __name__ and the name, found ${operator}`);
}

function matcher({ label, operator, value: wanted }: Item): Matcher {
  if (operator === '=') return { label, matches: (value) => value === wanted };
  if (operator === '!=') return { label, matches: (value) => value !== wanted };
  const pattern = compiled(wanted);
  const expected = operator === '=~';
  return { label, matches: (value) => pattern.matches(value) === expected };
}

function compiled(pattern: string): RE2JS {
  try {
    return compilePattern(pattern, RE2JS.DOTALL);
  } catch (error) {
    throw new SyntaxError(`expected ${(error as SyntaxError).message}, found ${JSON.stringify(pattern)}`);
  }
}

interface Item {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** Undefined when a part is none. */
function readItems(text: string, unquote: (quoted: string) => string | undefined): readonly Item[] | undefined {
  const items: Item[] = [];
  for (let at = 0; text.slice(at).trim() !== ''; at = ITEM.lastIndex) {
    ITEM.lastIndex = at;
    const [, name, operator = '=', quoted, metric] = ITEM.exec(text) ?? [];
    const label = name?.startsWith('"') ? unquote(name) : (name ?? '__name__');
    const value = unquote(quoted ?? metric ?? '');
    if (label === undefined || value === undefined) return undefined;
    items.push({ label, operator, value });
  }
  return items;
}

/** The value of the first sample that the selector means; undefined when there is none. Throws on other text. */
export function sampleValue(body: string, selector: Selector): number | undefined {
  let found: number | undefined;
  for (const line of body.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, inner = '', number = ''] = SAMPLE.exec(line.trim()) ?? [];
    const value = numberOf(number);
    if (value === undefined || (name === undefined && inner === '')) throw new SyntaxError('a line that is no sample');
    if (found === undefined && isMeant(name, inner, selector)) found = value;
  }
  return found;
}

/** Labels are looked at only where the name may be the one that is asked for. */
function isMeant(before: string | undefined, inner: string, { name, matchers }: Selector): boolean {
  if (before !== undefined && before !== name) return false;
  const items = readItems(inner, unquotedInSample);
  if (!items) throw new SyntaxError('a line that is no sample');
  const own = new Map(items.map(({ label, value }) => [label, value]));
  if ((own.get('__name__') ?? before) !== name) return false;
  return matchers.every(({ label, matches }) => matches(own.get(label) ?? ''));
}

/** The text format knows three escapes. */
function unquotedInSample(quoted: string): string | undefined {
  if (!quoted.startsWith('"')) return undefined;
  return quoted.slice(1, -1).replaceAll(/\\([^])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
}

const ESCAPES = String.raw`[abfnrtv\\'"]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4}`;
const SIGNS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** PromQL has the escapes of Go, and text between backticks, which has none. Undefined where an escape is none. */
function unquotedInQuery(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  if (quoted === '' || quoted.startsWith('`')) return quoted === '' ? undefined : inner;
  if (!new RegExp(String.raw`^(?:[^\\]|\\(?:${ESCAPES}))*$`).test(inner)) return undefined;
  return inner.replaceAll(new RegExp(String.raw`\\(${ESCAPES})`, 'g'), (_, escape: string) => {
    if (/^[xuU]/.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    return /^\d/.test(escape) ? String.fromCodePoint(Number.parseInt(escape, 8)) : (SIGNS[escape] ?? escape);
  });
}

function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
