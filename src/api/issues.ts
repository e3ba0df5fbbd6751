// What is wrong with a manifest, in words its author can act on: what was expected, what was found, what to do.
import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import type { FieldIssue } from '../errors.ts';

export type IssueCode = 'REQUIRED' | 'WRONG_TYPE' | 'INVALID_VALUE' | 'UNKNOWN_FIELD' | 'WRONG_KIND';

export interface ApiIssue extends FieldIssue {
  readonly code: IssueCode;
}

export type Path = readonly PropertyKey[];

/** `['spec', 'triggers', 0, 'type']` → `spec.triggers[0].type`; a key with other characters is quoted in brackets. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]+$/.test(String(step))) text += text === '' ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step))}]`;
  }
  return text;
}

/** What stands at `path` in `root`, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

const JSON_TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a whole number',
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** `value` in words; a scalar is shown unless its field looks like a credential's. */
export function describe(value: unknown, at: Path): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (SECRET.test(String(at.at(-1)))) return `a ${typeof value}`;
  return typeof value === 'string'
    ? `the string ${JSON.stringify(shorten(value))}`
    : `the ${typeof value} ${typeof value === 'number' ? String(value) : JSON.stringify(value)}`;
}

const SECRET = /pass|secret|token|key|connection|credential|sas/i;
const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** Whoever has more of them made one mistake many times over. */
export const MOST_TOLD = 100;

/** The first of many, and with the last of these that there are more: what a program wrote can have hundreds of thousands. */
export function firstOf<I extends { readonly message: string }>(issues: readonly I[]): readonly I[] {
  const last = issues[MOST_TOLD];
  if (last === undefined) return issues;
  return [...issues.slice(0, MOST_TOLD), { ...last, message: `${last.message}; further mistakes are not told` }];
}

/** One issue of zod about `root`, in our words. */
export function explain(issue: z.core.$ZodIssue, root: unknown): ApiIssue {
  const field = pathText(issue.path);
  const found = valueAt(root, issue.path);
  if (found === undefined) return { field, code: 'REQUIRED', message: missing(issue) };
  if (issue.code === 'invalid_type') return { field, code: 'WRONG_TYPE', message: wrongType(issue, found) };
  const meant = suggestion(issue, found);
  // Whoever is told what he meant need not read through all that there is.
  const isLong = meant !== '' && issue.code === 'invalid_value' && issue.values.length > MOST_LISTED;
  const expected = isLong ? `expected one of ${issue.values.length} values` : expectation(issue);
  return { field, code: 'INVALID_VALUE', message: `${expected}, found ${describe(found, issue.path)}${meant}` };
}

const MOST_LISTED = 6;

function missing(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return `required, but not there: expected ${JSON_TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `required, but not there: expected ${list(issue.values.map(String))}`;
  return 'required, but not there';
}

function wrongType({ expected, path }: z.core.$ZodIssueInvalidType, found: unknown): string {
  const problem = `expected ${JSON_TYPES[expected] ?? expected}, found ${describe(found, path)}`;
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean'))
    return `${problem}: put it in quotes`;
  const quoted = typeof found === 'string' && (expected === 'boolean' ? /^(true|false)$/ : /^-?\d+$/).test(found);
  return quoted && ['boolean', 'number', 'int'].includes(expected) ? `${problem}: remove the quotes` : problem;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected ${list(issue.values.map(String))}`;
  if (issue.code === 'invalid_union') return 'expected a whole number or a quantity such as 50m';
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return issue.message;
  const unit = issue.origin === 'array' ? ' items' : issue.origin === 'string' ? ' characters' : '';
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${unit}`;
  return Number(issue.minimum) === 1 && unit !== ''
    ? 'expected it not to be empty'
    : `expected at least ${issue.minimum}${unit}`;
}

function suggestion(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return '';
  const near = didYouMean(found, issue.values.map(String));
  return near === undefined ? '' : `: did you mean ${JSON.stringify(near)}?`;
}

/** `a`, `b` or `c`, quoted; the empty string is left out. */
export function list(values: readonly string[]): string {
  const quoted = values.filter((value) => value !== '').map((value) => JSON.stringify(value));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
