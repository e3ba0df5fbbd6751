// Reading CEL: the part of the language that validation rules of custom resources use.
import { type Expression, UnsupportedExpression } from './expression.ts';

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'symbol' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:\/\/[^\n]*\n?\s*)*(?:(?<number>(?:\d+\.\d*(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+)?|0x[\da-fA-F]+)u?)|(?<raw>[rR](?:"[^"]*"|'[^']*'))|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<name>[A-Za-z_]\w*)|(?<symbol>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]{}])|(?<end>$))/y;

function tokensOf(text: string): readonly Token[] {
  const out: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) throw new UnsupportedExpression(`can't read ${JSON.stringify(text)}`);
    if (groups['number'] !== undefined) out.push({ kind: 'number', text: groups['number'] });
    else if (groups['raw'] !== undefined) out.push({ kind: 'string', text: groups['raw'].slice(2, -1) });
    else if (groups['string'] !== undefined)
      out.push({ kind: 'string', text: unescaped(groups['string'].slice(1, -1)) });
    else if (groups['name'] !== undefined) out.push({ kind: 'name', text: groups['name'] });
    else if (groups['symbol'] !== undefined) out.push({ kind: 'symbol', text: groups['symbol'] });
    else return [...out, { kind: 'end', text: '' }];
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|(.))/g,
    (_all, hex?: string, unicode?: string, other?: string) => {
      const code = hex ?? unicode;
      return code === undefined
        ? (ESCAPES[other ?? ''] ?? other ?? '')
        : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}

/** How Kubernetes writes property names that are no CEL identifiers. */
const NAME_ESCAPES: Readonly<Record<string, string>> = { underscores: '__', dot: '.', dash: '-', slash: '/' };

function propertyName(name: string): string {
  return name
    .replaceAll(/__(underscores|dot|dash|slash)__/g, (_all, what: string) => NAME_ESCAPES[what] ?? '')
    .replace(/^__([a-z]+)__$/, '$1');
}

/** Operators from the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Throws UnsupportedExpression for what is no CEL, or is more than is known here. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let position = 0;

  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '' };
  const next = (): Token => {
    const token = peek();
    position++;
    return token;
  };
  const isSymbol = (symbol: string): boolean => peek().kind === 'symbol' && peek().text === symbol;
  const accept = (symbol: string): boolean => {
    if (!isSymbol(symbol)) return false;
    position++;
    return true;
  };
  const expect = (symbol: string): void => {
    if (!accept(symbol))
      throw new UnsupportedExpression(`expected ${symbol} before ${JSON.stringify(peek().text)} in ${text}`);
  };

  const choice = (): Expression => {
    const test = binary(0);
    if (!accept('?')) return test;
    const yes = binary(0);
    expect(':');
    return { is: 'choice', test, yes, no: choice() };
  };

  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    while (operators.includes(peek().text) && (peek().kind === 'symbol' || peek().text === 'in')) {
      const operator = next().text;
      left = { is: 'binary', operator, left, right: binary(level + 1) };
    }
    return left;
  };

  const unary = (): Expression => {
    if (accept('!')) return { is: 'unary', operator: '!', of: unary() };
    if (accept('-')) return { is: 'unary', operator: '-', of: unary() };
    return postfix(primary());
  };

  const postfix = (start: Expression): Expression => {
    let here = start;
    for (;;) {
      if (accept('.')) {
        if (isSymbol('?')) throw new UnsupportedExpression(`optional members are not known: ${text}`);
        const name = next().text;
        here = accept('(')
          ? { is: 'call', name, of: here, with: list(')') }
          : { is: 'member', of: here, name: propertyName(name) };
      } else if (accept('[')) {
        const at = choice();
        expect(']');
        here = { is: 'item', of: here, at };
      } else return here;
    }
  };

  const list = (end: string): readonly Expression[] => {
    const items: Expression[] = [];
    while (!accept(end)) {
      items.push(choice());
      if (!isSymbol(end)) expect(',');
    }
    return items;
  };

  const map = (): Expression => {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!accept('}')) {
      const key = choice();
      expect(':');
      entries.push([key, choice()]);
      if (!isSymbol('}')) expect(',');
    }
    return { is: 'map', entries };
  };

  const primary = (): Expression => {
    const token = next();
    if (token.kind === 'number') return { is: 'literal', value: Number(token.text.replace(/u$/, '')) };
    if (token.kind === 'string') return { is: 'literal', value: token.text };
    if (token.kind === 'name') return named(token.text);
    if (token.text === '(') {
      const inner = choice();
      expect(')');
      return inner;
    }
    if (token.text === '[') return { is: 'list', items: list(']') };
    if (token.text === '{') return map();
    throw new UnsupportedExpression(`unexpected ${JSON.stringify(token.text)} in ${text}`);
  };

  const named = (name: string): Expression => {
    if (name === 'true' || name === 'false') return { is: 'literal', value: name === 'true' };
    if (name === 'null') return { is: 'literal', value: null };
    if (accept('(')) return { is: 'call', name, of: undefined, with: list(')') };
    return { is: 'name', name: propertyName(name) };
  };

  const whole = choice();
  if (peek().kind !== 'end') throw new UnsupportedExpression(`unexpected ${JSON.stringify(peek().text)} in ${text}`);
  return whole;
}
