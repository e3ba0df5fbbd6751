// One value of many endpoints.
import { createLimiter } from '../../async.ts';

export const AGGREGATIONS = ['average', 'sum', 'max', 'min'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

const AT_ONCE = 16;

/**
 * Reads each of them, and makes one value of all. KEDA leaves out those that fail. Here only an average does, as long as one
 * endpoint answers: every other value would be made of a number that nobody knows.
 */
export async function aggregate<E>(
  endpoints: readonly E[],
  aggregation: Aggregation,
  read: (endpoint: E) => Promise<number>,
): Promise<number> {
  const limit = createLimiter(AT_ONCE);
  const answers = await Promise.allSettled(endpoints.map((endpoint) => limit(() => read(endpoint))));
  const values = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure && (aggregation !== 'average' || values.length === 0)) throw failure.reason;
  return combine(values, aggregation);
}

function combine(values: readonly number[], aggregation: Aggregation): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregation) {
    case 'average':
      return sum / values.length;
    case 'sum':
      return sum;
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
  }
}
