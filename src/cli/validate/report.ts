// What `sluice validate` says: problems, and for each object what would be made of it.
import type { IssueCode } from '../../api/issues.ts';
import type { Hpa } from '../../controller/hpa.ts';

/** An error makes the exit code 1, a warning is probably not what was meant, an info is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

export type ProblemCode =
  | IssueCode
  | 'CANNOT_READ'
  | 'SYNTAX'
  | 'DUPLICATE_KEY'
  | 'NOT_AN_OBJECT'
  | 'OLD_GROUP'
  | 'OLD_ANNOTATION'
  | 'DAPR_COMPONENT'
  | 'DEPRECATED'
  | 'NO_EFFECT'
  | 'REPLICA_BOUNDS'
  | 'TRIGGERS'
  | 'SCALED_JOB'
  | 'FALLBACK'
  | 'SCALING_MODIFIERS'
  | 'NAME_TOO_LONG'
  | 'SCALE_TO_ZERO'
  | 'NO_REQUESTS'
  | 'TARGET_TAKEN'
  | 'HPA_TAKEN'
  | 'DUPLICATE_OBJECT'
  | 'UNKNOWN_TRIGGER'
  | 'NOT_SUPPORTED_YET'
  | 'TRIGGER_PARAMETER'
  | 'UNKNOWN_PARAMETER'
  | 'MISSING_REFERENCE'
  | 'UNRESOLVED'
  | 'TEMPLATE'
  | 'PLAIN_SECRET';

/** Before it is known where it stands in the file. `path` is that of a field, for example `spec.triggers[0].type`. */
export interface Finding {
  readonly path: string;
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly message: string;
}
export interface Problem extends Finding {
  readonly line: number;
  readonly column: number;
}

export interface TriggerSummary {
  readonly index: number;
  readonly type: string;
  readonly name: string | null;
  /** As the HPA asks for it; null when it depends on something that isn't in the files. */
  readonly metricName: string | null;
  /** A number, or the quantity of a resource metric; null when the source tells it at run time. */
  readonly target: number | string | null;
  readonly metricType: string;
  /** Active above this value; null for a resource metric, which doesn't activate. */
  readonly activation: number | null;
}

/** One object, or with kind null what is wrong with a file as such. */
export interface ObjectReport {
  readonly file: string;
  readonly kind: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly triggers: readonly TriggerSummary[];
  readonly hpa?: Hpa;
}

export const hasErrors = (problems: readonly Pick<Finding, 'severity'>[]): boolean =>
  problems.some(({ severity }) => severity === 'error');

export const error = (path: string, code: ProblemCode, message: string): Finding => ({
  path,
  code,
  severity: 'error',
  message,
});
export const warning = (path: string, code: ProblemCode, message: string): Finding => ({
  path,
  code,
  severity: 'warning',
  message,
});
export const info = (path: string, code: ProblemCode, message: string): Finding => ({
  path,
  code,
  severity: 'info',
  message,
});
