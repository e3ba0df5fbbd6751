// What a judge says of an object: what is wrong with it, and what is only worth a warning.
import type { FieldIssue } from '../errors.ts';

/** KEDA's values of the label `reason` of its webhook's metric; those from incorrect-fields on are ours. */
export type Reason =
  | 'other-scaled-object'
  | 'other-scaled-object-hpa'
  | 'other-hpa'
  | 'transfer-ownership-missing-hpa-name'
  | 'incorrect-replicas'
  | 'incorrect-fallback'
  | 'scaling-modifiers'
  | 'scaling-modifiers-fallback'
  | 'name-too-long'
  | 'hpa-name-too-long'
  | 'missing-requests'
  | 'scale-to-zero-requirements-not-met'
  | 'incorrect-triggers'
  | 'incorrect-fields'
  | 'incorrect-scaled-job'
  | 'incorrect-authentication'
  | 'incorrect-event-subscription'
  | 'target-not-scalable';

export interface Problem extends FieldIssue {
  readonly reason: Reason;
}

export interface Verdict {
  /** Any of them refuses the write. */
  readonly problems: readonly Problem[];
  /** Shown to whoever writes; the write goes on. */
  readonly warnings: readonly string[];
}

export const problemsOf = (reason: Reason, issues: readonly FieldIssue[]): readonly Problem[] =>
  issues.map((issue) => ({ reason, ...issue }));

export const sentenceOf = ({ field, message }: FieldIssue): string => (field === '' ? message : `${field}: ${message}`);
