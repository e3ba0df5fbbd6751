// The number that valueLocation means in an answer of each format.
import { SourceAnswerError } from '../../errors.ts';
import { atNames, findInJson, findInYaml, type Find } from '../gjson/find.ts';
import { parseQuantity } from '../../quantity.ts';
import { parseSelector, sampleValue } from './text-format.ts';
import { readXml } from './xml.ts';

export const FORMATS = ['json', 'xml', 'yaml', 'prometheus'] as const;
export type Format = (typeof FORMATS)[number];

/** Finds the number in an answer; `what` names the server in errors. Throws a SourceAnswerError, never quotes the answer. */
export type Extract = (body: string, what: string) => Promise<number>;

/** Throws a SyntaxError that says what is wrong with the location. */
export function createExtract(format: Format, location: string): Extract {
  const find = finder(format, location);
  return async (body, what) => {
    let found: unknown;
    try {
      found = await find(body);
    } catch (error) {
      if (error instanceof RangeError) {
        throw new SourceAnswerError(
          `${what}: the answer is too large to look for a value at valueLocation in it; give the address of a smaller one`,
        );
      }
      throw new SourceAnswerError(`${what}: expected an answer in the format ${format}, found something else`);
    }
    const place = `at valueLocation ${JSON.stringify(location)}`;
    if (found === undefined)
      throw new SourceAnswerError(`${what}: there is nothing ${place}`, { code: 'SOURCE_NOT_FOUND' });
    const value = typeof found === 'string' ? parseQuantity(found.trim()) : found;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new SourceAnswerError(
      `${what}: expected a number or a quantity such as 1500m ${place}, found ${kindOf(found)}`,
    );
  };
}

function finder(format: Format, location: string): Find {
  switch (format) {
    case 'json':
      return findInJson(location);
    case 'prometheus': {
      const selector = parseSelector(location);
      return (body) => sampleValue(body, selector);
    }
    case 'yaml':
      return findInYaml(location);
    case 'xml':
      return (body) => atNames(readXml(body), location);
  }
}

function kindOf(found: unknown): string {
  if (found === null) return 'null';
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'an object';
  if (typeof found === 'number') return String(found);
  return typeof found === 'boolean' ? 'a truth value' : 'another text';
}
