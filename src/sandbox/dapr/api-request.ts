// What the sidecar's API hands to the parts that answer it.
import type { Logger } from '../../log.ts';
import type { ComponentSet } from './component-set.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export interface ApiRequest {
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface ApiDeps {
  readonly appId: string;
  /** Undefined until the components have been initialised. */
  readonly components: () => ComponentSet | undefined;
  /** The whole sidecar does its work. */
  readonly ready: () => boolean;
  readonly shutDown: () => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export function apiError(status: number, errorCode: string, message: string): ApiAnswer {
  return { status, body: { errorCode, message } };
}

/** The words of an error, for an answer to the app. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The trace that the app's request belongs to. */
export function traceOf({ headers }: ApiRequest): { readonly traceparent?: string; readonly tracestate?: string } {
  const { traceparent, tracestate } = headers;
  return {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(typeof tracestate === 'string' ? { tracestate } : {}),
  };
}
