// The number in a value of a ConfigMap or Secret, by KEDA's rules for each format and type.
import { findInJson, findInYaml, type Find } from '../gjson/find.ts';
import { parseQuantity } from '../../quantity.ts';

export const FORMATS = ['number', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];
export const VALUE_TYPES = ['float64', 'int64', 'quantity'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** Resolves to the number; rejects with an error whose message says what was expected and never quotes the text. */
export type Extract = (text: string) => Promise<number>;

/** `location` is for json and yaml. Throws a SyntaxError that says what is wrong with it. */
export function createExtract(format: Format, type: ValueType, location = ''): Extract {
  switch (format) {
    case 'number':
      return async (text) =>
        checked(type === 'quantity' ? parseQuantity(text.trim()) : prefixOf(text, type), TEXT[type]);
    case 'json':
      return located(findInJson(location), format, location, (found) => fromJson(found, type));
    case 'yaml':
      return located(findInYaml(location), format, location, (found) => fromYaml(found, type));
  }
}

const TEXT: Readonly<Record<ValueType, string>> = {
  float64: 'a text that begins with a number such as 2.5',
  int64: 'a text that begins with a whole number of 64 bits',
  quantity: 'a quantity such as 1500m',
};

function located(find: Find, format: Format, location: string, read: (found: unknown) => number | undefined): Extract {
  const place = `at valueLocation ${JSON.stringify(location)}`;
  return async (text) => {
    let found: unknown;
    try {
      found = await find(text);
    } catch (error) {
      const isTooMuch = error instanceof RangeError;
      throw new RangeError(
        isTooMuch ? `expected less text to look through ${place}` : `expected ${format}, found something else`,
      );
    }
    if (found === undefined) throw new RangeError(`there is nothing ${place}`);
    return checked(read(found), `a number of the valueType ${place}`);
  };
}

/** KEDA: text counts as a quantity unless whole numbers are wanted, which are cut off behind the point. */
function fromJson(found: unknown, type: ValueType): number | undefined {
  if (typeof found === 'number') return type === 'int64' ? Math.trunc(found) : found;
  return typeof found === 'string' && type !== 'int64' ? parseQuantity(found) : undefined;
}

/** KEDA: a number counts as it is, whatever the type. */
function fromYaml(found: unknown, type: ValueType): number | undefined {
  if (typeof found === 'number') return found;
  if (typeof found !== 'string') return undefined;
  return type === 'quantity' ? parseQuantity(found) : prefixOf(found, 'float64');
}

/** KEDA, like Go's fmt.Sscanf, takes the number at the beginning and leaves the rest: `12abc` is 12, and `3.7` as int64 is 3. */
function prefixOf(text: string, type: 'float64' | 'int64'): number | undefined {
  const [, number] = (type === 'int64' ? WHOLE : DECIMAL).exec(text) ?? [];
  if (number === undefined) return undefined;
  return type === 'int64' && BigInt.asIntN(64, BigInt(number)) !== BigInt(number) ? undefined : Number(number);
}
const WHOLE = /^[ \t\r]*(?:\+(?=\d))?(-?\d+)/;
const DECIMAL = /^[ \t\r]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d*)?)/;

function checked(value: number | undefined, expected: string): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new RangeError(`expected ${expected}, found something else`);
}
