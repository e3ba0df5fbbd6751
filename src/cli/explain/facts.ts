// What an explanation is made of: the object, its HPA, and the newest decision, as far as each can be had.
import type { ScaledJob } from '../../api/scaled-job.ts';
import type { ScaledObject } from '../../api/scaled-object.ts';
import type { DecisionRecord } from '../../controller/decisions.ts';
import type { Hpa } from '../../controller/hpa.ts';
import type { JobDecisionRecord } from '../../controller/scaled-job/job-decisions.ts';

export interface ScaledObjectFacts {
  /** Milliseconds since the epoch, by the clock that decides. */
  readonly now: number;
  readonly object: ScaledObject;
  readonly hpa: LiveHpa | undefined;
  /** Names of other HPAs on the same target. */
  readonly rivals?: readonly string[];
  readonly decision: Known<DecisionRecord>;
}

export interface ScaledJobFacts {
  readonly now: number;
  readonly object: ScaledJob;
  readonly decision: Known<JobDecisionRecord>;
}

/** What was found, or why it was not. */
export type Known<T> = { readonly is: T } | { readonly isNot: string };

export type LiveHpa = Hpa & {
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
};
