// One call to the API server: headers, deadline, JSON both ways, and few retries where a retry does no harm.
import type { Dispatcher } from 'undici';
import { type Clock, sleep, withDeadline } from '../async.ts';
import { KubeError, SourceUnavailableError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type AccessTrouble, createAccessTrouble } from './access-trouble.ts';
import type { Connection } from './connection.ts';
import { errorOfAnswer, errorOfCredentials, errorOfNonsense, errorOfSilence } from './errors.ts';
import { createSeats } from './seats.ts';

export interface TransportOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** `name/version`. */
  readonly userAgent: string;
  /** For a call with all its retries; 30 s when not given. */
  readonly deadlineMs?: number;
  /** Shared by clients of one server, so that what they all meet is told once; its own when not given. */
  readonly trouble?: AccessTrouble;
  /** Called for each HTTP exchange; `code` is the status, or `<error>` when there was no answer. */
  readonly onCall?: (call: { readonly verb: string; readonly resource: string; readonly code: string }) => void;
  /** Called right before each exchange that is no GET, retries included; what it throws is what the caller gets. */
  readonly beforeWrite?: () => void;
}

export interface Call {
  /** As RBAC names them. */
  readonly verb: string;
  readonly resource: string;
  /** `namespace/name`, or where a list looks. */
  readonly object: string;
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly body?: unknown;
  readonly type?: keyof typeof CONTENT_TYPE;
  /** `any`: doing it twice is doing it once. `refused`: only when the server says that it did nothing (429). */
  readonly retry: 'any' | 'refused';
  readonly signal: AbortSignal;
}

export interface Transport {
  /** The answer's JSON. Rejects with a KubeError, or with the signal's reason. */
  send<T>(call: Call): Promise<T>;
  /** The body of a 200, for as long as the signal lets it stream; not retried. What breaks it off later comes raw. */
  stream(call: Omit<Call, 'retry'>): Promise<Dispatcher.ResponseData['body']>;
}

const CONTENT_TYPE = {
  plain: 'application/json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
} as const;

const RETRIES = 3;
const FIRST_RETRY_MS = 100;

export function createTransport(connection: Connection, options: TransportOptions): Transport {
  const { clock, log, userAgent, deadlineMs = 30_000 } = options;
  const { origin, pathname } = new URL(connection.server);
  const prefix = pathname.replace(/\/$/, '');
  const takeSeat = createSeats(clock);
  const { trouble = createAccessTrouble({ server: connection.server, clock, log }) } = options;

  async function open(
    call: Omit<Call, 'retry'>,
    dispatcher: Dispatcher,
    headersTimeout = 0,
  ): Promise<Dispatcher.ResponseData> {
    const identity = await connection.headers().catch((error: unknown) => {
      throw errorOfCredentials(doing(call), error);
    });
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const type = body === null ? undefined : { 'content-type': CONTENT_TYPE[call.type ?? 'plain'] };
    if (call.method !== 'GET') options.beforeWrite?.();
    return dispatcher.request({
      origin,
      path: prefix + call.path,
      method: call.method,
      headers: { ...identity, ...type, accept: 'application/json', 'user-agent': userAgent },
      body,
      headersTimeout,
      signal: call.signal,
    });
  }

  async function exchange(call: Call): Promise<unknown> {
    let code = '<error>';
    try {
      const response = await open(call, connection.dispatcher);
      const text = await response.body.text();
      code = `${response.statusCode}`;
      return accept(call, response, text);
    } catch (error) {
      call.signal.throwIfAborted();
      throw error instanceof KubeError ? error : errorOfSilence(doing(call), connection.server, error);
    } finally {
      options.onCall?.({ verb: call.verb, resource: call.resource, code });
    }
  }

  /** The last failure is what the caller sees: a retry that the deadline leaves no room for is not begun. */
  async function persist(call: Call): Promise<unknown> {
    const until = clock.now() + deadlineMs;
    for (let retries = 0; ; retries++) {
      try {
        return await takeSeat(() => exchange(call), call.signal);
      } catch (error) {
        const waitMs = waitBeforeRetry(call, error, retries);
        if (waitMs === undefined || clock.now() + waitMs >= until) throw error;
        if (error instanceof KubeError && error.code === 'KUBE_UNAUTHORIZED') connection.forgetCredentials();
        log.debug('API call is tried again', { error, waitMs, retries });
        await sleep(clock, waitMs, call.signal);
      }
    }
  }

  async function sendInTime(call: Call): Promise<unknown> {
    try {
      const work = (signal: AbortSignal): Promise<unknown> => persist({ ...call, signal });
      return await withDeadline(clock, call.signal, deadlineMs, doing(call), work);
    } catch (error) {
      if (!(error instanceof SourceUnavailableError)) throw error;
      throw errorOfSilence(doing(call), connection.server, new Error(`nothing came within ${deadlineMs} ms`));
    }
  }

  async function openStream(call: Omit<Call, 'retry'>): Promise<Dispatcher.ResponseData['body']> {
    const response = await open(call, connection.watchDispatcher, deadlineMs).catch((error: unknown) => {
      throw error instanceof KubeError ? error : errorOfSilence(doing(call), connection.server, error);
    });
    if (response.statusCode === 200) return response.body;
    if (response.statusCode === 401) connection.forgetCredentials();
    throw errorOfAnswer(
      doing(call),
      response.statusCode,
      parseJson(await response.body.text()),
      headerOf(response, 'retry-after'),
    );
  }

  /** Keeps account of what the API server lets us do at all. */
  async function watched<T>(call: Omit<Call, 'retry'>, work: Promise<T>): Promise<T> {
    const what = `${call.verb} ${call.resource}`;
    try {
      const answer = await work;
      trouble.over(what);
      return answer;
    } catch (error) {
      call.signal.throwIfAborted();
      trouble.met(what, error);
      throw error;
    }
  }

  return {
    send: <T>(call: Call) => watched(call, sendInTime(call)) as Promise<T>,
    stream: (call) => watched(call, openStream(call)),
  };
}

/** How every error begins. */
export function doing({ verb, resource, object }: Pick<Call, 'verb' | 'resource' | 'object'>): string {
  return object === '' ? `${verb} ${resource}` : `${verb} ${resource} ${object}`;
}

function accept(call: Call, response: Dispatcher.ResponseData, text: string): unknown {
  const body = parseJson(text);
  if (response.statusCode >= 300) {
    throw errorOfAnswer(doing(call), response.statusCode, body, headerOf(response, 'retry-after'));
  }
  if (body === undefined) throw errorOfNonsense(doing(call), 'the answer is not JSON; does a proxy stand in between?');
  return body;
}

/** Undefined when it must not be tried again. */
function waitBeforeRetry(call: Call, error: unknown, retries: number): number | undefined {
  if (!(error instanceof KubeError) || retries >= RETRIES) return undefined;
  const waitMs = error.retryAfterMs ?? FIRST_RETRY_MS * 4 ** retries;
  // Perhaps a token that rotated a moment ago.
  if (error.code === 'KUBE_UNAUTHORIZED') return retries === 0 ? 0 : undefined;
  if (error.code === 'KUBE_THROTTLED') return waitMs;
  return error.code === 'KUBE_UNAVAILABLE' && error.reason !== 'Malformed' && call.retry === 'any' ? waitMs : undefined;
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Undefined for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
