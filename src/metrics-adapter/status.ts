// Failures as metav1.Status: what the HPA's conditions and kubectl show.
import { MetricError, SluiceError } from '../errors.ts';
import type { Answer } from '../serving/answer.ts';
import { json } from '../serving/answer.ts';

const REASONS = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
} as const;

export type FailureCode = keyof typeof REASONS;

export function failure(code: FailureCode, message: string): Answer {
  return json(code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: REASONS[code],
    code,
  });
}

const METRIC_CODES = {
  METRIC_BAD_REQUEST: 400,
  METRIC_NOT_FOUND: 404,
  METRIC_UNAVAILABLE: 503,
} as const satisfies Record<MetricError['code'], FailureCode>;

/** A MetricError speaks to the HPA's reader, with the code of what caused it. Anything else is our fault and stays in the log. */
export function failureOf(error: unknown): Answer {
  if (!(error instanceof MetricError)) return failure(500, 'internal error; see the log of Sluice');
  const cause = error.cause instanceof SluiceError ? ` (${error.cause.code})` : '';
  return failure(METRIC_CODES[error.code], `${error.message}${cause}`);
}
