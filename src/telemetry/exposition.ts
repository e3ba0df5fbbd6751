// Prometheus' text format, written piece by piece: ten thousand objects have a hundred thousand lines, and nobody must wait for them.
import type { Snapshot } from './figures.ts';
import { HTTP_BUCKETS, type HttpFigures } from './http-figures.ts';

/** What docs/metrics.md tells of a series. */
export interface Declaration {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** A declaration, and what there is to say at a moment. */
export interface Family extends Declaration {
  samples(snapshot: Snapshot): Iterable<Sample>;
}

/** Values in the order of the family's labels. */
export interface Sample {
  readonly values: readonly (string | number)[];
  readonly value: number;
  /** Of a line of a histogram. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly le?: string;
}

/** So much is handed on at once: some hundred lines. */
const PIECE_LENGTH = 32_768;

export function* renderFamilies(families: Iterable<Family>, snapshot: Snapshot): Generator<string> {
  let piece = '';
  for (const family of families) {
    piece += `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`;
    for (const sample of family.samples(snapshot)) {
      piece += lineOf(family, sample);
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
}

/** What a histogram of requests says, with the labels `values`. */
export function* histogramSamples(
  values: Sample['values'],
  { buckets, count, sumSeconds }: HttpFigures,
): Generator<Sample> {
  let below = 0;
  for (const [at, bound] of HTTP_BUCKETS.entries()) {
    below += buckets[at] ?? 0;
    yield { values, value: below, suffix: '_bucket', le: String(bound) };
  }
  yield { values, value: count, suffix: '_bucket', le: '+Inf' };
  yield { values, value: sumSeconds, suffix: '_sum' };
  yield { values, value: count, suffix: '_count' };
}

function lineOf({ name, labels }: Family, { values, value, suffix, le }: Sample): string {
  let text = '';
  for (const [at, label] of labels.entries())
    text += `${at === 0 ? '' : ','}${label}="${escapeLabel(values[at] ?? '')}"`;
  if (le !== undefined) text += `${text === '' ? '' : ','}le="${le}"`;
  return `${name}${suffix ?? ''}${text === '' ? '' : `{${text}}`} ${numberText(value)}\n`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escapeLabel(value: string | number): string {
  if (typeof value === 'number' || !/["\\\n]/.test(value)) return String(value);
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}
