// What one trigger parameter may look like: a string on the way in, a typed value on the way out.
// Messages say what was expected; what was found is added by the lookup, which knows whether it may be shown.
import { z } from 'zod';
import type { ParameterSource } from './scaler.ts';
import { parseGoDuration } from './go-duration.ts';

/** What the documentation and the lookup know of a value's syntax. */
interface Syntax {
  readonly syntax: string;
  readonly secret?: boolean;
}
const syntaxes = z.registry<Syntax>();

interface FieldFacts {
  readonly sources: readonly ParameterSource[];
  readonly aliases: readonly string[];
  readonly description: string;
}
const facts = z.registry<FieldFacts>();

/** A type that takes a string, described by `expected` ("a whole number such as 5"); `read` returns undefined for bad text. */
function parsed<T>(syntax: string, expected: string, read: (text: string) => T | undefined) {
  const schema = z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', input: text, message: `expected ${expected}` });
    return z.NEVER;
  });
  return schema.register(syntaxes, { syntax });
}

/** Any text. */
export const text = () => z.string().register(syntaxes, { syntax: 'text' });

/** Text that is never shown, in no error and no document. */
export const secret = () => z.string().register(syntaxes, { syntax: 'text', secret: true });

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** A whole number in JSON's spelling that fits 64 bits: `5`, `-5`, not `5.0`, `+5`, `05`, `1e3`. */
export const integer = (range: { readonly min?: number } = {}) =>
  parsed('whole number', `a whole number such as 5${atLeast(range.min)}`, (text) => {
    if (!/^-?(0|[1-9]\d*)$/.test(text)) return undefined;
    const exact = BigInt(text);
    const value = Number(exact);
    return exact < INT64.min || exact > INT64.max || value < (range.min ?? -Infinity) ? undefined : value;
  });

function atLeast(min: number | undefined): string {
  return min === undefined ? '' : `, at least ${min}`;
}

/** A number in JSON's spelling: `0.5`, `1e3`, not `.5`, `5.`, `NaN`. */
export const decimal = () =>
  parsed('number', 'a number such as 2.5', (text) => {
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  });

const YES = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const NO = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** A truth value in the spellings that Go's strconv.ParseBool knows. */
export const flag = () =>
  parsed('true or false', 'true or false', (text) => (YES.has(text) ? true : NO.has(text) ? false : undefined));

/** A duration in milliseconds: Go's notation (`30s`, `1h30m`), or a plain whole number of milliseconds; never negative. */
export const duration = () =>
  parsed('duration', 'a duration such as 30s or 1m30s, or a whole number of milliseconds', (text) => {
    const ms = /^\+?\d+$/.test(text) ? Number(text) : parseGoDuration(text);
    return ms !== undefined && ms >= 0 && Number.isSafeInteger(Math.ceil(ms)) ? ms : undefined;
  });

/** Texts between commas, each trimmed; empty ones stay. */
export const list = () => parsed('list', 'texts separated by commas', (text) => splitList(text));

/** Whole numbers between commas, where `3-5` stands for 3, 4, 5. */
export const intList = () =>
  parsed('list of whole numbers', 'whole numbers or ranges separated by commas, such as 1,3-5', (text) => {
    const numbers: number[] = [];
    for (const part of splitList(text)) {
      const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(part);
      if (!match) return undefined;
      const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
      if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last - first > LONGEST_RANGE) return undefined;
      for (let n = first; n <= last; n++) numbers.push(n);
    }
    return numbers;
  });
/** A range is expanded; a slip such as 1-99999999999 must not exhaust memory. */
const LONGEST_RANGE = 100_000;

/** `key=value` pairs between commas. */
export const map = () =>
  parsed('list of key=value', 'key=value pairs separated by commas', (text) => {
    const pairs = splitList(text).map((pair) => pair.split('=').map((side) => side.trim()));
    if (pairs.some((pair) => pair.length !== 2)) return undefined;
    return new Map(pairs.map(([key = '', value = '']) => [key, value]));
  });

/** A URL query string, such as `a=1&b=2`. */
export const query = () =>
  parsed('URL query', 'a URL query such as a=1&b=2', (text) =>
    /%(?![0-9a-fA-F]{2})|;/.test(text) ? undefined : new URLSearchParams(text),
  );

/** One of `values`, letter case included. */
export const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) => {
  const choice = values.join(', ');
  return parsed(choice, `one of ${choice}`, (text): T[number] | undefined => values.find((value) => value === text));
};

/** A parameter that KEDA used to read and now refuses; `instead` says what to do. */
export const removed = (instead: string) =>
  z
    .string()
    .transform((text, context) => {
      context.issues.push({ code: 'custom', input: text, message: `is no longer a parameter: ${instead}` });
      return z.NEVER;
    })
    .register(syntaxes, { syntax: 'removed' })
    .optional();

function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/**
 * A parameter of a trigger: its type, what it means (one sentence, with its unit), where it is looked for in this order,
 * and the further names it goes by. `schema` may end in `.optional()` or `.prefault('…')`, else the parameter is required.
 */
export function field<S extends z.ZodType>(
  schema: S,
  description: string,
  options: { readonly from?: readonly ParameterSource[]; readonly aliases?: readonly string[] } = {},
): S {
  facts.add(schema, { description, sources: options.from ?? ['metadata'], aliases: options.aliases ?? [] });
  return schema;
}

export interface DescribedField extends FieldFacts {
  readonly syntax: string;
  readonly secret: boolean;
  readonly required: boolean;
  readonly default?: string;
}

/** Everything `field` was told and its schema knows. */
export function describeField(schema: z.core.$ZodType): DescribedField {
  const known = facts.get(schema);
  if (!known) throw new TypeError('a parameter was declared without field()');
  let inner = schema;
  let fallback: string | undefined;
  let required = true;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodPrefault) {
    if (inner instanceof z.ZodPrefault) fallback = String(inner.def.defaultValue);
    required = false;
    inner = inner.unwrap();
  }
  const { syntax = 'text', secret = false } = syntaxes.get(inner) ?? {};
  return { ...known, syntax, secret, required, ...(fallback === undefined ? {} : { default: fallback }) };
}
