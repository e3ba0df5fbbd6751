// Label selectors: all of Kubernetes' syntax is read, so that a refusal can say what it refuses; only equalities mean one value.
import { MetricError } from '../errors.ts';

/** Operators, brackets, commas, and words of what is none of these. */
const TOKEN = /\s*(==|!=|=|!|<|>|\(|\)|,|[^\s=!<>(),]+)/gy;
const OPERATORS = new Set(['=', '==', '!=', '<', '>', '(', ')', ',', '!']);

/** The equalities of a selector such as `a=b,c==d` or `a in (b)`. Throws METRIC_BAD_REQUEST for what is no such selector. */
export function parseSelector(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const tokens = tokenize(text);
  if (tokens.length === 0) return labels;
  const refuse = (message: string): MetricError =>
    new MetricError('METRIC_BAD_REQUEST', `label selector ${JSON.stringify(text)}: ${message}`);
  let at = 0;
  const next = (): string | undefined => tokens[at++];
  const isWord = (token: string | undefined): token is string => token !== undefined && !OPERATORS.has(token);

  function value(): string {
    const token = tokens[at];
    if (!isWord(token)) return ''; // `a=` means an empty value
    at++;
    return token;
  }

  function set(): string[] {
    if (next() !== '(') throw refuse('expected "(" after in');
    const values: string[] = [];
    for (;;) {
      values.push(value());
      const token = next();
      if (token === ')') return values;
      if (token !== ',') throw refuse('expected "," or ")" in a set of values');
    }
  }

  function requirement(): readonly [string, string] {
    const key = next();
    if (key === '!') throw refuse(`only key=value is supported, found "!${tokens[at] ?? ''}"`);
    if (!isWord(key)) throw refuse(`expected a label's name, found ${key === undefined ? 'the end' : `"${key}"`}`);
    const operator = next();
    switch (operator) {
      case '=':
      case '==':
        return [key, value()];
      case 'in': {
        const [only = '', ...more] = set();
        if (more.length > 0)
          throw refuse(`only one value for a label is supported, found ${more.length + 1} for "${key}"`);
        return [key, only];
      }
      case undefined:
      case ',':
        throw refuse(`only key=value is supported, found "${key}" alone`);
      default:
        throw refuse(`only key=value is supported, found "${key} ${operator}"`);
    }
  }

  for (;;) {
    const [key, wanted] = requirement();
    if ((labels.get(key) ?? wanted) !== wanted) throw refuse(`"${key}" cannot have two values`);
    labels.set(key, wanted);
    const token = next();
    if (token === undefined) return labels;
    if (token !== ',') throw refuse(`expected "," or the end, found "${token}"`);
  }
}

function tokenize(text: string): readonly string[] {
  return [...text.trim().matchAll(TOKEN)].map((match) => match[1] ?? '');
}
