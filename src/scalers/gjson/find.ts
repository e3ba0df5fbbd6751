// What is at a place in a JSON or YAML document.
import { closingBracket } from './balance.ts';
import type { ScalarTag, Tags } from 'yaml';
import { withEffort } from './effort.ts';
import { getJson } from './get.ts';
import { amount, documents, kindOf, type Piece, said } from './text.ts';

/** Undefined when nothing is there; throws or rejects when the text is no such document, with a RangeError when that would take too long. */
export type Find = (text: string) => unknown;

/** Either takes about a second: the reader of YAML compares every name with every other. */
const MOST_JSON = 4 * 2 ** 20;
const MOST_YAML = 2 ** 16;
const LONGEST_PATH = 2_000;

/** `location` is a GJSON path; throws a SyntaxError for a query that does not end, which could lead to anything. */
export function findInJson(location: string): Find {
  if (location.length > LONGEST_PATH) throw new SyntaxError(`it has more than ${LONGEST_PATH} characters`);
  for (const { index } of location.matchAll(/(?<![^.|])#[[(]/g)) {
    if (closingBracket(location, index + 1) === undefined) throw new SyntaxError('a query has no closing bracket');
  }
  return (text) => {
    if (text.length > MOST_JSON) throw new RangeError('the text is too long');
    return valueOf(withEffort(text, () => pieceAt(text, location)));
  };
}

function pieceAt(text: string, location: string): Piece {
  let first: string | undefined;
  for (const document of documents(text)) first ??= document;
  if (location.startsWith('..')) first = text;
  else if (first === undefined) throw new SyntaxError('no JSON');
  return getJson(first, location);
}

function valueOf(found: Piece): unknown {
  switch (kindOf(found)) {
    case 'nothing':
      return undefined;
    case 'number':
      return amount(found);
    case 'text':
      return said(found);
    case 'object':
      return {};
    case 'array':
      return [];
    case 'null':
      return null;
    case 'true':
    case 'false':
      return found === 'true';
  }
}

/** `location` is names and list indexes between dots. Looks at the first document. */
export function findInYaml(location: string): Find {
  return async (text) => atNames(await readYaml(text), location);
}

/** KEDA: names and list indexes between dots, without any escape; what is no map or list ends the way. */
export function atNames(document: unknown, location: string): unknown {
  let value: unknown = typeof document === 'object' ? document : undefined;
  for (const name of location.split('.')) {
    if (typeof value !== 'object' || value === null) return value;
    const own = Array.isArray(value) && !/^\d+$/.test(name) ? undefined : Object.getOwnPropertyDescriptor(value, name);
    if (own === undefined) return undefined;
    value = own.value as unknown;
  }
  return value;
}

async function readYaml(text: string): Promise<unknown> {
  if (text.length > MOST_YAML) throw new RangeError('the text is too long');
  const { parseAllDocuments } = await import('yaml');
  const customTags = (tags: Tags): Tags => [WHOLE_NUMBER, ...tags];
  const documents = parseAllDocuments(text, { merge: true, logLevel: 'silent', customTags });
  const [first] = Array.isArray(documents) ? documents : [];
  if (!first || first.errors.length > 0) throw new SyntaxError('no YAML');
  return first.toJS();
}

/** Whole numbers that are written as in YAML 1.1 or in Go, which KEDA's reader of YAML takes: `017` is 15, `1_000` and `0b11`. */
const WHOLE_NUMBER: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0[oO]?[0-7_]+|0[bB][01_]+|0[xX][\da-fA-F_]+|[1-9]\d*_[\d_]*)$/,
  resolve(text) {
    const [, sign, base = '', digits = ''] = /^([-+]?)(0[oObBxX]?)?(.*)$/.exec(text.replaceAll('_', '')) ?? [];
    const prefix = base === '0' ? '0o' : base.toLowerCase();
    return Number(`${prefix}${digits}`) * (sign === '-' ? -1 : 1);
  },
};
