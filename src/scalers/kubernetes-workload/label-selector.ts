// Label selectors as kubectl takes them, as predicates. Kubernetes: apimachinery, labels.Parse.

export type Labels = Readonly<Record<string, string>>;
export type MatchesLabels = (labels: Labels) => boolean;

/** Operators, brackets, commas, and words of what is none of these. */
const TOKEN = /\s*(==|!=|=|!|<|>|\(|\)|,|[^\s=!<>(),]+)/gy;
const SIGNS: ReadonlySet<string | undefined> = new Set(['=', '==', '!=', '<', '>', '(', ')', ',', '!']);

/**
 * `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas that all have to match. As
 * with kubectl, `!=` and `notin` match where there is no such label. Throws a SyntaxError that says what was expected and found.
 */
export function parseLabelSelector(text: string): MatchesLabels {
  const tokens = [...text.trim().matchAll(TOKEN)].map((match) => match[1]);
  const all: MatchesLabels[] = [];
  let at = 0;
  do {
    const { matches, end } = parseRequirement(tokens, at);
    all.push(matches);
    at = end + 1;
    if (tokens[end] !== undefined && tokens[end] !== ',') throw expected('a comma or the end', tokens[end]);
  } while (at <= tokens.length);
  return (labels) => all.every((matches) => matches(labels));
}

type Tokens = readonly (string | undefined)[];
interface Requirement {
  readonly matches: MatchesLabels;
  /** The token behind it. */
  readonly end: number;
}

function parseRequirement(tokens: Tokens, start: number): Requirement {
  if (tokens[start] === '!') {
    const key = checkedKey(tokens[start + 1]);
    return { matches: (labels) => valueOf(labels, key) === undefined, end: start + 2 };
  }
  const key = checkedKey(tokens[start]);
  const operator = tokens[start + 1];
  if (operator === undefined || operator === ',') {
    return { matches: (labels) => valueOf(labels, key) !== undefined, end: start + 1 };
  }
  if (operator === 'in' || operator === 'notin') {
    const { values, end } = parseValues(tokens, start + 2);
    return { matches: oneOf(key, values, operator === 'in'), end };
  }
  const word = tokens[start + 2];
  const end = SIGNS.has(word) || word === undefined ? start + 2 : start + 3;
  const value = checkedValue(end === start + 3 ? word : undefined);
  if (operator === '=' || operator === '==' || operator === '!=') {
    return { matches: oneOf(key, new Set([value]), operator !== '!='), end };
  }
  if (operator === '<' || operator === '>') return { matches: compared(key, operator, value), end };
  throw expected('one of =, ==, !=, in, notin, < and >', operator);
}

function parseValues(tokens: Tokens, start: number): { readonly values: ReadonlySet<string>; readonly end: number } {
  if (tokens[start] !== '(') throw expected('an opening bracket after in or notin', tokens[start]);
  const values = new Set<string>();
  for (let at = start + 1; ; ) {
    const word = tokens[at];
    // An empty text stands between two commas, at the ends of a list, and alone in an empty one.
    if (word === ',' || word === ')') values.add('');
    else {
      if (word === undefined || SIGNS.has(word)) throw expected('a value', word);
      values.add(checkedValue(word));
      at++;
    }
    if (tokens[at] === ')') return { values, end: at + 1 };
    if (tokens[at] !== ',') throw expected('a comma or a closing bracket', tokens[at]);
    at++;
  }
}

function oneOf(key: string, values: ReadonlySet<string>, wanted: boolean): MatchesLabels {
  return (labels) => {
    const value = valueOf(labels, key);
    return (value !== undefined && values.has(value)) === wanted;
  };
}

/** Kubernetes: labels that are no whole numbers don't match. */
function compared(key: string, operator: '<' | '>', text: string): MatchesLabels {
  const limit = wholeNumber(text);
  if (limit === undefined) throw expected(`a whole number after ${operator}`, text);
  return (labels) => {
    const value = wholeNumber(valueOf(labels, key) ?? '');
    return value !== undefined && (operator === '<' ? value < limit : value > limit);
  };
}

function wholeNumber(text: string): bigint | undefined {
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}

function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

const NAME = /^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function checkedKey(word: string | undefined): string {
  const [, prefix, name = ''] = /^(?:(.*)\/)?(.*)$/.exec(word ?? '') ?? [];
  if (word !== undefined && NAME.test(name) && (prefix === undefined || PREFIX.test(prefix))) return word;
  throw expected("a label's name", word);
}

function checkedValue(word: string | undefined): string {
  if (word === undefined || NAME.test(word)) return word ?? '';
  throw expected("a label's value (at most 63 letters, digits, - _ and .)", word);
}

function expected(what: string, found: string | undefined): SyntaxError {
  return new SyntaxError(`expected ${what}, found ${found === undefined ? 'the end' : JSON.stringify(found)}`);
}
