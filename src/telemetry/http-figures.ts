// Durations of HTTP requests in KEDA's buckets, as numbers that can be added up.

/** Prometheus' default buckets, in seconds; KEDA's as well. */
export const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface HttpFigures {
  count: number;
  sumSeconds: number;
  /** How many fell into each of HTTP_BUCKETS, not added up; the last one is for what took longer. */
  readonly buckets: number[];
}

/** Counts one request under `key`. */
export function countRequest(figures: Map<string, HttpFigures>, key: string, seconds: number): void {
  let found = figures.get(key);
  if (!found) {
    found = { count: 0, sumSeconds: 0, buckets: Array.from({ length: HTTP_BUCKETS.length + 1 }, () => 0) };
    figures.set(key, found);
  }
  const bucket = HTTP_BUCKETS.findIndex((bound) => seconds <= bound);
  const at = bucket === -1 ? HTTP_BUCKETS.length : bucket;
  found.buckets[at] = (found.buckets[at] ?? 0) + 1;
  found.count++;
  found.sumSeconds += seconds;
}
