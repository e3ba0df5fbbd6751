// What `sluice explain` says of one object: the same for people and, as JSON, for programs.

export interface Explanation {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** One or two sentences: what there is, and why. */
  readonly summary: string;
  /** The decision's reason, or the reason of the condition that speaks for it. */
  readonly reason: string;
  /** RFC 3339; absent when no decision is known. */
  readonly decidedAt?: string;
  readonly replicas?: Replicas;
  /** Of a ScaledJob, instead of replicas. */
  readonly jobs?: Jobs;
  readonly triggers: readonly TriggerLine[];
  readonly timers: readonly Timer[];
  /** The last time that Sluice changed the size. */
  readonly lastStep?: string;
  /** What the HPA will do next; there is none for a ScaledJob. */
  readonly hpa?: string;
  /** What is wrong around the object and no condition tells. */
  readonly warnings?: readonly string[];
  /** Conditions that are not as they should be. */
  readonly troubles: readonly string[];
  /** Where this comes from, when the newest decision could not be had. */
  readonly source?: string;
}

export interface Replicas {
  readonly current: number;
  readonly ready?: number;
  readonly min: number;
  readonly max: number;
  readonly idle?: number;
}

export interface Jobs {
  /** Unfinished ones. */
  readonly running: number;
  /** Of these, the ones that may not have taken their message yet. */
  readonly pending: number;
  /** Finished ones that are kept. */
  readonly finished: number;
  readonly min: number;
  readonly max: number;
}

export interface TriggerLine {
  readonly metric: string;
  readonly state: 'value' | 'fallback' | 'failing';
  /** What was read; absent when nothing could be. */
  readonly value?: number;
  readonly target?: number;
  readonly type?: 'AverageValue' | 'Value';
  /** Replicas or Jobs that this metric alone asks for. */
  readonly wants?: number;
  readonly active?: boolean;
  readonly ageSeconds?: number;
  /** What went wrong. */
  readonly message?: string;
}

/** Something that will happen by itself. Negative: it is overdue. */
export interface Timer {
  readonly what: string;
  readonly inSeconds: number;
}
