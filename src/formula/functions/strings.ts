// Functions of strings, and what makes strings of other values.
import { hold } from '../budget.ts';
import { type Builtin, builtin, type Call } from '../builtin.ts';
import { FormulaError } from '../formula-error.ts';
import { ANY, arrayOf, BOOL, INT, STRING } from '../type.ts';
import { kindOf, type Value } from '../value.ts';
import { fromJson, toJson, toText } from './text.ts';

const STRINGS = arrayOf(STRING);
/** Go's TrimSpace and JavaScript's trim differ in nothing that a queue's name holds. */
function trim(text: string, of: string | undefined): string {
  if (of === undefined) return text.trim();
  const chars = Array.from(text);
  const set = new Set(of);
  const first = chars.findIndex((char) => !set.has(char));
  return first === -1 ? '' : chars.slice(first, chars.findLastIndex((char) => !set.has(char)) + 1).join('');
}

/** Go's SplitN: at most `most` parts, the last of them with the rest; negative: all; 0: none. */
function split(text: string, by: string, most: number, keep: string): readonly string[] {
  if (most === 0) return [];
  const parts = by === '' ? Array.from(text) : text.split(by);
  if (most < 0 || parts.length <= most) return parts.map((part, i) => (i < parts.length - 1 ? part + keep : part));
  return [...parts.slice(0, most - 1).map((part) => part + keep), parts.slice(most - 1).join(by)];
}

const splitting = (keepsDelimiter: boolean): Builtin =>
  builtin('string string int?', STRINGS, ([text, by, most = -1n]) =>
    split(text as string, by as string, Number(most), keepsDelimiter ? (by as string) : ''),
  );

function join(list: readonly Value[], by: string, { run, at }: Call): string {
  const texts = list.map((item) => {
    if (typeof item === 'string') return item;
    throw new FormulaError(at, `join expected strings, found ${kindOf(item)}: string(…) makes one`);
  });
  hold(
    run,
    texts.reduce((size, text) => size + text.length + by.length, 0),
    at,
  );
  return texts.join(by);
}

/** Of an empty text there is one before every character, and one at the end. */
function replace([text, old, by, most = -1n]: readonly Value[], { run, at }: Call): string {
  const limit = Number(most) < 0 ? -1 : Number(most) + 1;
  const all = old === '' ? ['', ...Array.from(text as string), ''] : (text as string).split(old as string);
  const parts = limit < 0 ? all : all.slice(0, limit);
  hold(run, (text as string).length + parts.length * (by as string).length, at);
  const rest = all.slice(parts.length);
  return [parts.join(by as string), ...rest].join(old as string);
}

const onText = (compute: (text: string, other: string) => Value, gives = BOOL): Builtin =>
  builtin('string string', gives, ([text, other]) => compute(text as string, other as string));

export const strings: Readonly<Record<string, Builtin>> = {
  trim: builtin('string string?', STRING, ([text, of]) => trim(text as string, of as string | undefined)),
  trimPrefix: builtin('string string?', STRING, ([text, start = ' ']) =>
    (text as string).startsWith(start as string) ? (text as string).slice((start as string).length) : (text ?? ''),
  ),
  trimSuffix: builtin('string string?', STRING, ([text, end = ' ']) =>
    end !== '' && (text as string).endsWith(end as string)
      ? (text as string).slice(0, -(end as string).length)
      : (text ?? ''),
  ),
  upper: builtin('string', STRING, ([text]) => (text as string).toUpperCase()),
  lower: builtin('string', STRING, ([text]) => (text as string).toLowerCase()),
  split: splitting(false),
  splitAfter: splitting(true),
  replace: builtin('string string string int?', STRING, replace),
  repeat: builtin('string int', STRING, ([text, n], { run, at }) => {
    if ((n as bigint) < 0n) throw new FormulaError(at, `repeat expected 0 or more, found ${Number(n)}`);
    hold(run, (text as string).length * Number(n), at);
    return (text as string).repeat(text === '' ? 0 : Number(n));
  }),
  join: builtin('array string?', STRING, ([list, by = ''], call) => join(list as readonly Value[], by as string, call)),
  indexOf: onText((text, other) => BigInt(text.indexOf(other)), INT),
  lastIndexOf: onText((text, other) => BigInt(text.lastIndexOf(other)), INT),
  hasPrefix: onText((text, other) => text.startsWith(other)),
  hasSuffix: onText((text, other) => text.endsWith(other)),
  string: builtin('any', STRING, ([value = null], call) => toText(value, call)),
  type: builtin('any', STRING, ([value = null]) => TYPE_NAMES[kindOf(value)] ?? kindOf(value)),
  toJSON: builtin('any', STRING, ([value = null], call) => toJson(value, call)),
  fromJSON: builtin('string', ANY, ([text], call) => fromJson(text as string, call)),
  toBase64: builtin('string', STRING, ([text]) => bytesToBase64(new TextEncoder().encode(text as string))),
  fromBase64: builtin('string', STRING, ([text], { at }) => {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text as string)) {
      throw new FormulaError(at, 'fromBase64 expected Base64 with its padding');
    }
    return new TextDecoder().decode(Uint8Array.from(atob(text as string), (char) => char.charCodeAt(0)));
  }),
};

const TYPE_NAMES: Readonly<Record<string, string>> = {
  time: 'time.Time',
  duration: 'time.Duration',
  zone: 'time.Location',
};

function bytesToBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
