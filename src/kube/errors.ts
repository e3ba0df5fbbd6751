// What went wrong between us and the API server, as KubeError: an answer with its metav1.Status, or no answer.
import { isNativeError } from 'node:util/types';
import { KubeError, type KubeErrorCode, type Retry } from '../errors.ts';

/** The part of metav1.Status that says what happened. */
export interface StatusAnswer {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly retryAfterSeconds?: number };
}

const LONGEST_MESSAGE = 1_000;
/** Kubernetes says 500 of a server-side apply with a field that its schema has not (kubernetes/kubernetes#139253). */
const UNDECLARED_FIELD = /^failed to create typed patch object /;

/**
 * An answer that is no success. `doing` names verb, resource and object. Of the body only metav1.Status' own fields are
 * used: what a proxy in between wrote stays out.
 */
export function errorOfAnswer(doing: string, status: number, body: unknown, retryAfter: string | undefined): KubeError {
  const said = isStatus(body) ? body : {};
  const { code, retry } = classify(UNDECLARED_FIELD.test(said.message ?? '') ? 422 : status);
  const retryAfterMs = waitOf(retryAfter) ?? waitOf(said.details?.retryAfterSeconds);
  return new KubeError(`${doing}: ${said.message?.slice(0, LONGEST_MESSAGE) ?? 'no reason given'} (HTTP ${status})`, {
    code,
    retry,
    status,
    ...(said.reason === undefined || said.reason === '' ? {} : { reason: said.reason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** No answer at all: refused, reset, unknown host, bad certificate, or out of time. */
export function errorOfSilence(doing: string, server: string, cause: unknown): KubeError {
  const why = isNativeError(cause) ? describeFailure(cause) : String(cause);
  return new KubeError(`${doing}: no answer from the API server ${server}: ${why}`, {
    code: 'KUBE_UNAVAILABLE',
    retry: 'backoff',
    cause,
  });
}

/** We could not even say who we are: a token file or a plugin failed. */
export function errorOfCredentials(doing: string, cause: unknown): KubeError {
  return new KubeError(`${doing}: no credentials: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code: 'KUBE_UNAUTHORIZED',
    retry: 'backoff',
    cause,
  });
}

/** What the server sent is not what its API promises, so nothing that follows from it can be trusted. */
export function errorOfNonsense(doing: string, what: string): KubeError {
  return new KubeError(`${doing}: ${what}`, { code: 'KUBE_UNAVAILABLE', retry: 'backoff', reason: 'Malformed' });
}

function classify(status: number): { code: KubeErrorCode; retry: Retry } {
  switch (status) {
    case 401:
      return { code: 'KUBE_UNAUTHORIZED', retry: 'backoff' };
    case 403:
      return { code: 'KUBE_FORBIDDEN', retry: 'backoff' };
    case 404:
      return { code: 'KUBE_NOT_FOUND', retry: 'backoff' };
    case 409:
      return { code: 'KUBE_CONFLICT', retry: 'now' };
    case 410:
      return { code: 'KUBE_GONE', retry: 'now' };
    case 422:
      return { code: 'KUBE_INVALID', retry: 'never' };
    case 429:
      return { code: 'KUBE_THROTTLED', retry: 'backoff' };
    default:
      return status >= 500
        ? { code: 'KUBE_UNAVAILABLE', retry: 'backoff' }
        : { code: 'KUBE_BAD_REQUEST', retry: 'never' };
  }
}

function isStatus(body: unknown): body is StatusAnswer {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

/** Retry-After in seconds, as the API server writes it; a date (proxies) is not worth a clock. */
function waitOf(seconds: string | number | undefined): number | undefined {
  const wait = Number(seconds ?? Number.NaN);
  return Number.isFinite(wait) && wait >= 0 ? wait * 1_000 : undefined;
}

/** Node reports "every address failed" with an empty message; the first address says why. */
export function describeFailure(error: Error): string {
  const shown = error.message === '' ? firstOf(error) : error;
  const code = failureCode(shown);
  return code === '' || shown.message.includes(code) ? shown.message : `${shown.message} (${code})`;
}

/** For example ECONNREFUSED; empty when there is none. */
export function failureCode(error: unknown): string {
  const first = isNativeError(error) ? firstOf(error) : error;
  return isNativeError(first) && 'code' in first && typeof first.code === 'string' ? first.code : '';
}

function firstOf(error: Error): Error {
  const first: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return isNativeError(first) ? first : error;
}
