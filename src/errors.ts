// The error taxonomy: an error's class is chosen by who has to act, its code is stable and documented in docs/errors.md.
// No message carries a secret, a credential or a body received from upstream.

/** What the program does after the error: nothing until the input changes, at once, at the next poll, or with growing delays. */
export type Retry = 'never' | 'now' | 'next-poll' | 'backoff';

/** Every code there is; docs/errors.md documents exactly these. */
export const ERROR_CODES = [
  'CONFIG_INVALID',
  'AUTH_FAILED',
  'SOURCE_UNAVAILABLE',
  'SOURCE_TIMEOUT',
  'SOURCE_THROTTLED',
  'SOURCE_ANSWER',
  'SOURCE_NOT_FOUND',
  'KUBE_BAD_REQUEST',
  'KUBE_UNAUTHORIZED',
  'KUBE_FORBIDDEN',
  'KUBE_NOT_FOUND',
  'KUBE_CONFLICT',
  'KUBE_GONE',
  'KUBE_INVALID',
  'KUBE_THROTTLED',
  'KUBE_UNAVAILABLE',
  'METRIC_BAD_REQUEST',
  'METRIC_NOT_FOUND',
  'METRIC_UNAVAILABLE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export abstract class SluiceError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly retry: Retry;
  override get name(): string {
    return this.constructor.name;
  }
}

/** One thing wrong in what a user wrote: the path of the field, and what was expected, what was found and what to do. */
export interface FieldIssue {
  readonly field: string;
  readonly message: string;
}

/** The author of a manifest has to act. Names every bad field at once. */
export class ConfigError extends SluiceError {
  readonly code = 'CONFIG_INVALID';
  readonly retry = 'never';
  readonly subject: string;
  readonly issues: readonly FieldIssue[];
  constructor(subject: string, issues: readonly FieldIssue[], options?: ErrorOptions) {
    super(
      `${subject}: ${issues.map((i) => (i.field === '' ? i.message : `${i.field}: ${i.message}`)).join('; ')}`,
      options,
    );
    this.subject = subject;
    this.issues = issues;
  }
}

/** The owner of a credential has to act: the source refused who we say we are. Retried at once when the Secret changes. */
export class AuthError extends SluiceError {
  readonly code = 'AUTH_FAILED';
  readonly retry = 'backoff';
}

/** The owner of the broker has to act: no connection, no answer in time, or told to slow down. */
export class SourceUnavailableError extends SluiceError {
  readonly code: 'SOURCE_UNAVAILABLE' | 'SOURCE_TIMEOUT' | 'SOURCE_THROTTLED';
  readonly retry = 'next-poll';
  /** How long the source asked us to stay away, in milliseconds (Retry-After), when it said so. */
  readonly retryAfterMs: number | undefined;
  constructor(
    message: string,
    options: ErrorOptions & {
      code?: 'SOURCE_UNAVAILABLE' | 'SOURCE_TIMEOUT' | 'SOURCE_THROTTLED';
      retryAfterMs?: number;
    } = {},
  ) {
    super(message, options);
    this.code = options.code ?? 'SOURCE_UNAVAILABLE';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The source answered, but not with a number we can use: unexpected shape, or the queue does not exist. */
export class SourceAnswerError extends SluiceError {
  readonly code: 'SOURCE_ANSWER' | 'SOURCE_NOT_FOUND';
  readonly retry = 'next-poll';
  constructor(message: string, options: ErrorOptions & { code?: 'SOURCE_ANSWER' | 'SOURCE_NOT_FOUND' } = {}) {
    super(message, options);
    this.code = options.code ?? 'SOURCE_ANSWER';
  }
}

export type KubeErrorCode = Extract<ErrorCode, `KUBE_${string}`>;

/** The API server refused or could not answer; the message names verb and resource. The cluster's administrator acts. */
export class KubeError extends SluiceError {
  readonly code: KubeErrorCode;
  readonly retry: Retry;
  /** HTTP status, or undefined when there was no answer at all. */
  readonly status: number | undefined;
  /** `reason` of the metav1.Status, for example `AlreadyExists`. */
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(
    message: string,
    options: ErrorOptions & {
      code: KubeErrorCode;
      retry: Retry;
      status?: number;
      reason?: string;
      retryAfterMs?: number;
    },
  ) {
    super(message, options);
    this.code = options.code;
    this.retry = options.retry;
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * The API server is away, does not know us, refuses a right, or asks us to slow down: its client has told so already, once and with
 * what mends it, so that whoever meets it need not.
 */
export function isAccessTrouble(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  const { code, status, reason, message } = error;
  if (code === 'KUBE_FORBIDDEN') return /\bcannot \S+ resource\b/.test(message); // not a webhook's or a quota's
  if (code === 'KUBE_UNAUTHORIZED' || code === 'KUBE_THROTTLED') return true;
  return code === 'KUBE_UNAVAILABLE' && status === undefined && reason === undefined;
}

/** A metrics request that cannot be answered; the message reaches the HPA's condition. */
export class MetricError extends SluiceError {
  readonly code: 'METRIC_BAD_REQUEST' | 'METRIC_NOT_FOUND' | 'METRIC_UNAVAILABLE';
  readonly retry = 'next-poll';
  constructor(code: MetricError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Our own fault. */
export class InternalError extends SluiceError {
  readonly code = 'INTERNAL';
  readonly retry = 'backoff';
}

/** Anything thrown, as an error of the taxonomy: ours passes through, everything else becomes `InternalError` with its cause. */
export function toSluiceError(thrown: unknown, doing: string): SluiceError {
  if (thrown instanceof SluiceError) return thrown;
  return new InternalError(`${doing}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
}
