// The HTTP client of scalers whose source speaks HTTP: kept connections, deadlines, and no errors but ours.
import { types } from 'node:util';
import type { Dispatcher } from 'undici';
import { isTranslated, networkError } from './network-errors.ts';
import { SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { TlsOptions } from './tls.ts';
import { elapsedMs } from '../async.ts';
import { readObserver } from '../telemetry/read-observer.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** `Retry-After` in milliseconds, when the answer has one in seconds. */
  readonly retryAfterMs: number | undefined;
  /** Where a redirect leads to, as the server wrote it. */
  readonly location?: string;
  /** All of them, by name in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  /** Instead of the client's own. */
  readonly silenceMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpClient {
  /** Any status is an answer. `what` names the source in errors; URLs stay out of them, for they may hold secrets. */
  request(url: URL, what: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 65_000;
/** A listing of 100,000 queues has about 12 MB. */
const LARGEST_ANSWER_BYTES = 64 * 2 ** 20;
const CONNECTIONS = 8;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `silenceMs` is the longest pause before and within an answer. The usual proxy variables are obeyed, but not for loopback. */
export function createHttpClient(options: { readonly silenceMs: number; readonly tls?: TlsOptions }): HttpClient {
  const { silenceMs, tls } = options;
  const agents = new Map<boolean, Promise<Dispatcher>>();

  async function createAgent(loopback: boolean): Promise<Dispatcher> {
    const { Agent, EnvHttpProxyAgent } = await import('undici');
    const settings = {
      connect: { timeout: CONNECT_TIMEOUT_MS, ...tls },
      connections: CONNECTIONS,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: LARGEST_ANSWER_BYTES,
    };
    return loopback ? new Agent(settings) : new EnvHttpProxyAgent(settings);
  }

  function agentFor(url: URL): Promise<Dispatcher> {
    const loopback = LOOPBACK.has(url.hostname);
    const agent = agents.get(loopback) ?? createAgent(loopback);
    agents.set(loopback, agent);
    return agent;
  }

  return {
    async request(url, what, { method = 'GET', headers = {}, body, silenceMs: patience }, signal) {
      const startedAt = elapsedMs();
      let status = 'error';
      try {
        const agent = await agentFor(url);
        const answer = await agent.request({
          origin: url.origin,
          path: url.pathname + url.search,
          method,
          headers,
          signal,
          ...(body === undefined ? {} : { body }),
          ...(patience === undefined ? {} : { headersTimeout: patience, bodyTimeout: patience }),
        });
        const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
        const text = await answer.body.text();
        status = String(answer.statusCode);
        const { location } = answer.headers;
        return {
          status: answer.statusCode,
          text,
          headers: answer.headers,
          retryAfterMs: seconds >= 0 ? seconds * 1_000 : undefined,
          ...(typeof location === 'string' ? { location } : {}),
        };
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translate(what, error);
      } finally {
        readObserver()?.http(status, (elapsedMs() - startedAt) / 1000);
      }
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).destroy()));
    },
  };
}

function translate(what: string, error: unknown): Error {
  const { name = '', code = '' } = types.isNativeError(error) ? (error as NodeJS.ErrnoException) : {};
  if (name === 'HTTPParserError' || /^(HPE_|UND_ERR_(RES_EXCEEDED|RESPONSE|HTTP_PARSER))/.test(code)) {
    return new SourceAnswerError(`${what}: expected an answer in HTTP of at most 64 MiB, found something else`);
  }
  return networkError(what, error) ?? new SourceUnavailableError(`${what}: the request failed`);
}
