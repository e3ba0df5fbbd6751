// What stands in `#(…)` in a path, and which values pass it.
import { plainSigns } from './balance.ts';
import { matchesGlob } from './glob.ts';
import { amount, kindOf, type Piece, said } from './text.ts';

export interface Query {
  /** Empty: the element itself. */
  readonly path: string;
  /** Undefined: it is enough that there is a value. */
  readonly test: { readonly operator: Operator; readonly operand: string } | undefined;
}

const OPERATORS = ['==', '!=', '<=', '>=', '!%', '=', '<', '>', '%'] as const;
type Operator = Exclude<(typeof OPERATORS)[number], '=='>;

/** `text` is what stands between the brackets. */
export function parseQuery(text: string): Query {
  const begin = [...plainSigns(text)].find(({ sign, depth }) => depth === 0 && /[!=<>%]/.test(sign))?.at;
  if (begin === undefined) return { path: text.trim(), test: undefined };
  const path = text.slice(0, begin).trim();
  const found = OPERATORS.find((operator) => text.startsWith(operator, begin));
  if (found === undefined) return { path, test: undefined };
  const operand = text.slice(begin + found.length).trim();
  return { path, test: { operator: found === '==' ? '=' : found, operand: unquoted(operand) } };
}

/** GJSON: text in quotes ends at an escape that JSON does not know. */
function unquoted(operand: string): string {
  if (!/^".*"$/s.test(operand)) return operand;
  // eslint-disable-next-line no-control-regex
  const [known = ''] = /^(?:[^\\"\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(operand.slice(1, -1)) ?? [];
  return said(`"${known}"`);
}

export function passes(piece: Piece, { test }: Query): boolean {
  if (test?.operand.startsWith('~')) return passesLoosely(piece, test.operator, test.operand.slice(1));
  if (piece === '' || !test) return piece !== '';
  const { operator, operand } = test;
  const kind = kindOf(piece);
  if (kind === 'text') return passesAsText(said(piece), operator, operand);
  if (kind === 'number') return compares(Math.sign(amount(piece) - numberOf(operand)), operator);
  return (kind === 'true' || kind === 'false') && passesAsFlag(kind, operator, operand);
}

function passesAsText(text: string, operator: Operator, operand: string): boolean {
  if (operator === '%') return matchesGlob(text, operand);
  if (operator === '!%') return !matchesGlob(text, operand);
  // By bytes: UTF-16 has another order.
  return compares(Buffer.compare(Buffer.from(text), Buffer.from(operand)), operator);
}

/** GJSON: true is more than false, and at least anything. */
function passesAsFlag(flag: 'true' | 'false', operator: Operator, operand: string): boolean {
  const [more, least] = flag === 'true' ? (['>', '>='] as const) : (['<', '<='] as const);
  if (operator === least) return true;
  if (operator === more) return operand === (flag === 'true' ? 'false' : 'true');
  return operator === '=' ? operand === flag : operator === '!=' && operand !== flag;
}

/** `sign` is that of what is found less what is asked for; NaN is as far from everything as in any comparison. */
function compares(sign: number, operator: Operator): boolean {
  switch (operator) {
    case '=':
      return sign === 0;
    case '!=':
      return sign !== 0;
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
    case '%':
    case '!%':
      return false; // patterns are for text
  }
}

/** As Go reads it, and 0 for what is no number. */
function numberOf(text: string): number {
  return kindOf(text) === 'number' || /^\.\d+(e[+-]?\d+)?$/i.test(text) ? amount(text) : 0;
}

/** `~true`, `~false`, `~null`, `~*`: whether the value counts as such, and be it that there is none. */
function passesLoosely(piece: Piece, operator: Operator, asked: string): boolean {
  const [yes, no] = [isTrue(piece), isFalse(piece)];
  const counts = { true: yes, false: no, null: piece === '' || piece === 'null', '*': piece !== '' }[asked];
  return counts !== undefined && passesAsFlag(counts ? 'true' : 'false', operator, 'true');
}

const TRUE = /^(?:1|t|true)$/i;
const FALSE = /^(?:0|f|false)$/i;

/** Whether a value counts as true, as GJSON's options of modifiers do as well. */
export function isTrue(piece: Piece): boolean {
  const kind = kindOf(piece);
  return kind === 'text' ? TRUE.test(said(piece)) : kind === 'number' ? amount(piece) !== 0 : kind === 'true';
}

function isFalse(piece: Piece): boolean {
  const kind = kindOf(piece);
  if (kind === 'text') return FALSE.test(said(piece));
  return kind === 'number' ? amount(piece) === 0 : ['nothing', 'null', 'false'].includes(kind);
}
