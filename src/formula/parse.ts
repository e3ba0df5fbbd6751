// Reads a formula: statements, operators by how tightly they bind (Pratt's way), conditions. What stands between operators is in operand.ts.
import { MOST_CHARACTERS } from './budget.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { FormulaError } from './formula-error.ts';
import { parseCall, parseOperand } from './operand.ts';
import { type ComparisonStep, type Node, PRECEDENCE, UNARY_PRECEDENCE } from './syntax.ts';

/** Throws a FormulaError for what is no formula. */
export function parseFormula(text: string): Node {
  if (text.length > MOST_CHARACTERS) {
    throw new FormulaError(0, `a formula has at most ${MOST_CHARACTERS} characters, this one ${text.length}`);
  }
  const cursor = createCursor(text, (here) => ({
    expression: () => parseExpression(here),
    sequence: () => parseSequence(here),
  }));
  const node = parseSequence(cursor);
  return cursor.current().kind === 'end' ? node : cursor.fail('an operator or the end');
}

/** Expressions with semicolons between them; the last one counts. */
export function parseSequence(cursor: Cursor): Node {
  const nodes = [parseExpression(cursor)];
  while (cursor.accepts(';')) {
    if (cursor.current().kind === 'end') break;
    nodes.push(parseExpression(cursor));
  }
  const [first] = nodes;
  return first !== undefined && nodes.length === 1
    ? first
    : cursor.node({ kind: 'sequence', at: first?.at ?? 0, nodes });
}

export function parseExpression(cursor: Cursor): Node {
  return cursor.within(() => {
    if (cursor.is('let')) return parseLet(cursor);
    if (cursor.is('if')) return parseIf(cursor);
    return parseTernary(cursor, parseOperators(cursor, 0));
  });
}

function parseLet(cursor: Cursor): Node {
  cursor.take();
  const { kind, at, text: name } = cursor.current();
  if (kind !== 'name') cursor.fail('a name after let');
  cursor.take();
  cursor.expect('=');
  const value = parseExpression(cursor);
  cursor.expect(';', ' after the value of let');
  return cursor.node({ kind: 'let', at, name, value, body: parseSequence(cursor) });
}

function parseIf(cursor: Cursor): Node {
  const { at } = cursor.take();
  const test = parseExpression(cursor);
  const yes = parseBlock(cursor);
  cursor.expect('else');
  const no = cursor.is('if') ? cursor.within(() => parseIf(cursor)) : parseBlock(cursor);
  return cursor.node({ kind: 'conditional', at, test, yes, no });
}

function parseBlock(cursor: Cursor): Node {
  cursor.expect('{');
  const node = parseSequence(cursor);
  cursor.expect('}');
  return node;
}

/** `a ? b : c`, and `a ?: c` for `a ? a : c`. */
function parseTernary(cursor: Cursor, test: Node): Node {
  let node = test;
  while (cursor.is('?')) {
    const { at } = cursor.take();
    const yes = cursor.is(':') ? node : parseExpression(cursor);
    cursor.expect(':', ' and what counts otherwise');
    node = cursor.node({ kind: 'conditional', at, test: node, yes, no: parseExpression(cursor) });
  }
  return node;
}

/** An operand, and operators behind it that bind at least so tightly. */
export function parseOperators(cursor: Cursor, atLeast: number): Node {
  let left = parseUnary(cursor);
  for (let former = ''; ; ) {
    const isNegated = cursor.is('not');
    const { kind, at, text } = isNegated ? cursor.next() : cursor.current();
    if (isNegated && !NEGATABLE.has(text)) cursor.fail('in, matches, contains, startsWith or endsWith after not');
    if (kind !== 'sign' || !isBinary(text) || PRECEDENCE[text] < atLeast) return left;
    if (former === '??' && text !== '??' && text !== '|') {
      throw new FormulaError(at, `?? beside ${text} is unclear: put brackets around the one that comes first`);
    }
    if (isNegated) cursor.take();
    left = behind(cursor, left, text);
    if (isNegated) left = cursor.node({ kind: 'unary', at, operator: 'not', operand: left });
    former = text;
  }
}

const NEGATABLE: ReadonlySet<string> = new Set(['in', 'matches', 'contains', 'startsWith', 'endsWith']);
type Operator = keyof typeof PRECEDENCE;
const isBinary = (text: string): text is Operator => Object.hasOwn(PRECEDENCE, text);

function behind(cursor: Cursor, left: Node, operator: Operator): Node {
  if (isComparison(operator)) return parseComparison(cursor, left);
  const { at } = cursor.take();
  if (operator === '|') {
    const { kind, at: place, text: name } = cursor.current();
    if (kind !== 'name') cursor.fail('the name of a function after |');
    cursor.take();
    return parseCall(cursor, place, name, left);
  }
  const tighter = PRECEDENCE[operator] + (operator === '**' ? 0 : 1);
  const right = cursor.within(() => parseOperators(cursor, tighter));
  return cursor.node({ kind: 'binary', at, operator, left, right });
}

type Comparison = ComparisonStep['operator'];
const isComparison = (text: string): text is Comparison => ['<', '<=', '>', '>='].includes(text);

function parseComparison(cursor: Cursor, first: Node): Node {
  const { at } = cursor.current();
  const steps: ComparisonStep[] = [];
  for (let sign = cursor.current(); sign.kind === 'sign' && isComparison(sign.text); sign = cursor.current()) {
    cursor.take();
    const operand = cursor.within(() => parseOperators(cursor, PRECEDENCE['<'] + 1));
    steps.push({ at: sign.at, operator: sign.text, operand });
  }
  return cursor.node({ kind: 'comparison', at, first, steps });
}

function parseUnary(cursor: Cursor): Node {
  if (!cursor.is('not', '-', '+')) return parseOperand(cursor);
  const { at, text } = cursor.take();
  const operator = text as keyof typeof UNARY_PRECEDENCE;
  const operand = cursor.within(() => parseOperators(cursor, UNARY_PRECEDENCE[operator]));
  return cursor.node({ kind: 'unary', at, operator, operand });
}
