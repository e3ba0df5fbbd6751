// The one number in the answer to an instant query. https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
import { z } from 'zod';
import { SourceAnswerError } from '../../errors.ts';
import { readObserver } from '../../telemetry/read-observer.ts';

/** A moment in Unix seconds, and the value as text; null from servers that have none. */
const Sample = z.tuple([z.number(), z.string().nullable()]);
const Answer = z.object({
  status: z.literal('success').optional(),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      result: z
        .array(z.object({ value: Sample }))
        .nullable()
        .transform((all) => all ?? []),
    }),
    z.object({ resultType: z.literal('scalar'), result: Sample }),
    z.object({ resultType: z.enum(['matrix', 'string']) }),
  ]),
});

/** Of some thousand series, where one is wanted. */
const MOST_CHARACTERS = 2 ** 18;

/** `query` is quoted in errors; `empty` says what no result and NaN are: KEDA's ignoreNullValues makes them 0. */
export function readInstantValue(
  body: string,
  { what, query, empty }: { readonly what: string; readonly query: string; readonly empty: 'zero' | 'error' },
): number {
  if (body.length > MOST_CHARACTERS)
    throw new SourceAnswerError(
      `${what}: expected ${named(query)} to give one number, found far more; wrap it, as in sum(…)`,
    );
  const parsed = Answer.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new SourceAnswerError(
      `${what}: expected the result of a query as JSON, found something else; check serverAddress`,
    );
  }
  const { data } = parsed.data;
  const name = named(query);
  if (!('result' in data)) {
    const hint = data.resultType === 'matrix' ? '; wrap it, as in max_over_time(…) or rate(…)' : '';
    const kind = data.resultType === 'matrix' ? 'a range of samples' : 'a text';
    throw new SourceAnswerError(`${what}: expected ${name} to give one number, found ${kind}${hint}`);
  }
  const samples = data.resultType === 'vector' ? data.result.map(({ value }) => value) : [data.result];
  if (samples.length > 1) {
    throw new SourceAnswerError(
      `${what}: expected ${name} to give one number, found ${samples.length}; wrap it, as in sum(…)`,
    );
  }
  const [, text] = samples[0] ?? [];
  const value = numberOf(text);
  if (value === undefined)
    throw new SourceAnswerError(`${what}: expected ${name} to give a number, found something else`);
  if (Number.isFinite(value)) return value;
  tellEmpty(value, empty);
  if (empty === 'zero') return 0;
  const found = text === undefined || text === null ? 'no result' : `the result ${value}`;
  throw new SourceAnswerError(`${what}: ${name} has ${found}, and ignoreNullValues is false`, {
    code: text ? 'SOURCE_ANSWER' : 'SOURCE_NOT_FOUND',
  });
}

function named(query: string): string {
  return `the query ${JSON.stringify(query.length > 120 ? `${query.slice(0, 119)}…` : query)}`;
}

/** KEDA counts answers without a value, not infinite ones. */
function tellEmpty(value: number, empty: 'zero' | 'error'): void {
  if (Number.isNaN(value)) readObserver()?.emptyAnswer(empty === 'zero');
}

/** Go's notation, as Prometheus writes it; no value is NaN, a text that is no number undefined. */
function numberOf(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null || text === 'NaN') return Number.NaN;
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
