// Plain data → YAML text: just enough for generated manifests, and the same bytes every time.

const PLAIN = /^[A-Za-z_./][\w ./-]*$/;
/** YAML 1.1, which kubectl reads, takes these unquoted words for booleans, nulls and numbers. */
const RESERVED = /^(y|n|yes|no|true|false|on|off|null|~|[-+.]?(\d|\.?(inf|nan)).*)$/i;

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(' ')) return value;
  return /^[\x20-\x26\x28-\x7e]*$/.test(value) ? `'${value}'` : JSON.stringify(value);
}

const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Mappings, lists, strings, finite numbers, booleans and null, in block style with two spaces; undefined members are left out. */
export function toYaml(value: unknown): string {
  return isNested(value) ? `${lines(value).join('\n')}\n` : `${scalar(value)}\n`;
}

function lines(value: object): string[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => {
      if (!isNested(item)) return [`- ${scalar(item)}`];
      const [first = '', ...rest] = lines(item);
      return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    });
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    if (member === undefined) return [];
    if (!isNested(member)) return [`${scalar(key)}: ${scalar(member)}`];
    return [`${scalar(key)}:`, ...lines(member).map((line) => `  ${line}`)];
  });
}
