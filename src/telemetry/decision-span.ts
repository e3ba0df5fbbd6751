// One decision with everything that led to it, as a trace shows it. Times are milliseconds since the epoch.

export interface DecisionSpan {
  readonly kind: 'ScaledObject' | 'ScaledJob';
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  /** True, False or Unknown. */
  readonly active: string;
  /** Replicas (of a ScaledJob: running Jobs) before and after; equal when nothing was to be done. */
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly metrics: readonly MetricSpan[];
}

/** What a metric said; each becomes a span of its own when it was read during the look. */
export interface MetricSpan {
  readonly metric: string;
  /** The trigger's type; empty for a formula. */
  readonly type: string;
  readonly value?: number;
  readonly target?: number;
  readonly ageMs?: number;
  /** Why there is no value. */
  readonly code?: string;
  /** When the newest read ended, and how long it took. */
  readonly readAt?: number;
  readonly tookMs?: number;
}
