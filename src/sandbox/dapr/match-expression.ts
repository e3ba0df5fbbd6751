// Routing rules' `match`: comparisons on the event joined by && and ||, the part of CEL that routes need.
import type { CloudEvent } from './cloud-event.ts';

export type Predicate = (event: CloudEvent) => boolean;

const TOKEN = /\s*(\|\||&&|==|!=|[().[\]]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)/y;

/** Throws a SyntaxError that says where and why, when the expression is more than comparisons. */
export function compileMatch(expression: string): Predicate {
  const tokens = tokenize(expression);
  let at = 0;
  const fail = (wanted: string): never => {
    throw new SyntaxError(
      `match '${expression}': expected ${wanted}, found ${tokens[at] === undefined ? 'the end' : `'${tokens[at]}'`}; ` +
        `only comparisons such as event.type == "x", joined by && and ||, are supported`,
    );
  };
  const take = (wanted: string): boolean => tokens[at] === wanted && ++at > 0;

  const either = (): Predicate => {
    let left = both();
    while (take('||')) left = or(left, both());
    return left;
  };
  const both = (): Predicate => {
    let left = term();
    while (take('&&')) left = and(left, term());
    return left;
  };
  const term = (): Predicate => {
    if (take('(')) {
      const inner = either();
      return take(')') ? inner : fail("')'");
    }
    const left = operand();
    const equal = take('==');
    if (!equal && !take('!=')) return (event) => left(event) === true;
    const right = operand();
    return (event) => (left(event) === right(event)) === equal;
  };
  const operand = (): ((event: CloudEvent) => unknown) => {
    const token = tokens[at] ?? fail('a value');
    if (token === 'event') {
      at++;
      return field();
    }
    if (!/^["'\d-]|^(true|false)$/.test(token)) return fail('a value or event');
    at++;
    const value = literal(token);
    return () => value;
  };
  const field = (): ((event: CloudEvent) => unknown) => {
    const path: string[] = [];
    for (;;) {
      if (take('.')) path.push(tokens[at++] ?? fail('a field'));
      else if (take('[')) {
        path.push(String(literal(tokens[at++] ?? fail('a field'))));
        if (!take(']')) fail("']'");
      } else break;
    }
    return (event) => path.reduce<unknown>(property, event);
  };

  const predicate = either();
  if (at < tokens.length) fail('the end');
  return predicate;
}

const or =
  (left: Predicate, right: Predicate): Predicate =>
  (event) =>
    left(event) || right(event);
const and =
  (left: Predicate, right: Predicate): Predicate =>
  (event) =>
    left(event) && right(event);

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function literal(token: string): unknown {
  if (token === 'true' || token === 'false') return token === 'true';
  return /^["']/.test(token) ? token.slice(1, -1).replace(/\\(.)/g, '$1') : Number(token);
}

function tokenize(expression: string): readonly string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const text = expression.trimEnd();
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw new SyntaxError(`match '${expression}': '${text.slice(from)}' is not understood`);
    tokens.push(token);
  }
  return tokens;
}
