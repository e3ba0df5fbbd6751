// What the metrics adapter needs from the rest of the program; owned by its consumer.

export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  /** The label selector's equalities, for example `scaledobject.keda.sh/name` → `consumer`. */
  readonly labels: ReadonlyMap<string, string>;
}

export interface ExternalMetric {
  readonly name: string;
  readonly value: number;
  /** When the source said so, milliseconds since the epoch. */
  readonly at: number;
}

export interface MetricsProvider {
  /** Throws a MetricError when there is no object, no such metric or no value fresh enough; never answers 0 for "unknown". */
  read(query: MetricQuery, signal: AbortSignal): Promise<readonly ExternalMetric[]>;
}
