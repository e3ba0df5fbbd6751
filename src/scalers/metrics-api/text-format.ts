// One sample in Prometheus's text format. https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export interface Selector {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const TEXT = String.raw`"(?:[^"\\]|\\[^])*"`;
const LABEL = new RegExp(String.raw`\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*(${TEXT}|'(?:[^'\\]|\\[^])*')\s*(?:,|$)`, 'y');
const SELECTOR = new RegExp(String.raw`^(${NAME})?\s*(?:\{([^]*)\})?$`);
const SAMPLE = new RegExp(String.raw`^(${NAME})\s*(?:\{((?:[^"}]|${TEXT})*)\})?\s*(\S+)(?:\s+-?\d+)?(?:\s*#.*)?$`);

/** `name{label="value"}`, as PromQL has it. Throws a SyntaxError that says what was expected. */
export function parseSelector(text: string): Selector {
  const [whole, before, inner = ''] = SELECTOR.exec(text.trim()) ?? [];
  const labels = whole === undefined ? undefined : readLabels(inner);
  if (!labels) throw new SyntaxError('expected a metric such as queue_length{queue="orders"}');
  const name = before ?? labels.get('__name__');
  if (name === undefined) throw new SyntaxError('expected the name of a metric before its labels');
  return { name, labels: new Map([...labels].filter(([label]) => label !== '__name__')) };
}

/** Undefined when a part is none; KEDA treats every matcher as =, so the others are refused. */
function readLabels(text: string): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (let at = 0; text.slice(at).trim() !== ''; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, name, operator, quoted] = LABEL.exec(text) ?? [];
    if (name === undefined || quoted === undefined) return undefined;
    if (operator !== '=') throw new SyntaxError(`expected = between label and value, found ${operator}`);
    labels.set(
      name,
      quoted.slice(1, -1).replaceAll(/\\([^])/g, (_, sign) => (sign === 'n' ? '\n' : sign)),
    );
  }
  return labels;
}

/** The value of the first sample that has these labels among its own; undefined when there is none. Throws on other text. */
export function sampleValue(body: string, { name, labels }: Selector): number | undefined {
  let found: number | undefined;
  for (const line of body.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, metric, inner = '', number = ''] = SAMPLE.exec(line.trim()) ?? [];
    const value = numberOf(number);
    if (metric === undefined || value === undefined) throw new SyntaxError('a line that is no sample');
    if (metric !== name || found !== undefined) continue;
    const own = readLabels(inner);
    if (!own) throw new SyntaxError('a line that is no sample');
    if ([...labels].every(([label, wanted]) => (own.get(label) ?? '') === wanted)) found = value;
  }
  return found;
}

function numberOf(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
