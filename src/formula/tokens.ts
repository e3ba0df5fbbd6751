// Cuts a formula's text into words, numbers, strings and signs.
import { FormulaError } from './formula-error.ts';
import { unescape } from './string-literal.ts';
import { SYNONYMS } from './syntax.ts';
import type { Value } from './value.ts';

export type Token =
  | { readonly kind: 'name' | 'sign' | 'end'; readonly at: number; readonly text: string }
  | { readonly kind: 'literal'; readonly at: number; readonly text: string; readonly value: Value };

/** Names that are operators and statements. */
const WORDS = new Set('not in or and matches contains startsWith endsWith let if else'.split(' '));
const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['nil', null],
]);
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|//[^\n]*|/\*[^]*?\*/)`,
    String.raw`(?<string>"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|${'`'}[^${'`'}]*${'`'})`,
    // A point that another one follows begins a range: 1..3.
    String.raw`(?<number>0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?)`,
    String.raw`(?<name>[\p{L}_$][\p{L}\p{Nd}_$]*)`,
    String.raw`(?<sign>\?\?|\?\.(?!\d)|\.\.|::|\*\*|&&|\|\||[=!<>]=|[-+*/%^=<>!?:;,.|#()[\]{}])`,
  ].join('|'),
  'uy',
);

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found?.groups) throw unreadable(text, at);
    const { space, string, number, name } = found.groups;
    if (space === undefined) tokens.push(tokenOf(found[0], at, { string, number, name }));
    at += found[0].length;
    if (number !== undefined && /[\p{L}\p{Nd}_$]/u.test(text.charAt(at))) {
      throw new FormulaError(at - number.length, `expected a number, found ${number}${text.charAt(at)}`);
    }
  }
  return [...tokens, { kind: 'end', at: text.length, text: 'the end' }];
}

function tokenOf(
  text: string,
  at: number,
  {
    string,
    number,
    name,
  }: { readonly string: string | undefined; readonly number: string | undefined; readonly name: string | undefined },
): Token {
  if (string !== undefined) return { kind: 'literal', at, text, value: stringValue(string, at) };
  if (number !== undefined) return { kind: 'literal', at, text, value: numberValue(number, at) };
  if (name !== undefined && !WORDS.has(name)) {
    const value = CONSTANTS.get(name);
    return value === undefined ? { kind: 'name', at, text } : { kind: 'literal', at, text, value };
  }
  return { kind: 'sign', at, text: SYNONYMS.get(text) ?? text };
}

function stringValue(quoted: string, at: number): string {
  if (quoted.startsWith('`')) return quoted.slice(1, -1);
  return unescape(quoted.slice(1, -1), at + 1);
}

function numberValue(written: string, at: number): bigint | number {
  const digits = written.replaceAll('_', '');
  const isInt = /^(0[xob]|\d+$)/i.test(digits);
  const value = isInt ? intOf(digits) : Number(digits);
  if (value === undefined || Number.isNaN(value)) throw new FormulaError(at, `expected a number, found ${written}`);
  const isTooLarge = typeof value === 'bigint' ? value > 2n ** 63n - 1n : value === Number.POSITIVE_INFINITY;
  if (isTooLarge) throw new FormulaError(at, `${written} is too large for ${isInt ? 'an int' : 'a float'}`);
  return value;
}

function intOf(digits: string): bigint | undefined {
  return /^0[xob]$/i.test(digits) ? undefined : BigInt(/^\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, '') : digits);
}

function unreadable(text: string, at: number): FormulaError {
  const sign = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (/["'`]/.test(sign)) return new FormulaError(at, `the string that begins here has no closing ${sign}`);
  if (text.startsWith('/*', at)) return new FormulaError(at, 'the comment that begins here has no closing */');
  if (sign === '&') return new FormulaError(at, 'expected &&, found one &');
  return new FormulaError(at, `${JSON.stringify(sign)} has no meaning in a formula`);
}
