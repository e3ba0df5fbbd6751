// The HTTP client of scalers whose source speaks HTTP: kept connections, deadlines, and no errors but ours.
import { types } from 'node:util';
import type { Dispatcher } from 'undici';
import { isTranslated, networkError } from './network-errors.ts';
import { SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { TlsOptions } from './tls.ts';
import { createLimiter, elapsedMs } from '../async.ts';
import { lookupElsewhere, refuseLinkLocal } from './link-local.ts';
import { readObserver } from '../telemetry/read-observer.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** `Retry-After` in milliseconds, when the answer has one in seconds; at most five minutes. */
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
const MIB = 2 ** 20;
/** A listing of 100,000 queues has about 12 MB. */
const LARGEST_ANSWER_BYTES = 64 * MIB;
/** Larger ones are taken a few at a time in the whole process: no number of servers shall fill its memory. */
const LARGE_ANSWER_BYTES = MIB;
const inTurn = createLimiter(4);
/** Whatever a server asks for: what is wrong with it may be over by then. */
const LONGEST_REST_MS = 300_000;
const CONNECTIONS = 8;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface HttpClientOptions {
  /** The longest pause before and within an answer. */
  readonly silenceMs: number;
  /** The largest answer; 64 MiB when not given. */
  readonly mostBytes?: number;
  readonly tls?: TlsOptions;
  /** `elsewhere` than at link-local addresses when not given. */
  readonly reach?: 'elsewhere' | 'anywhere';
}

/** The usual proxy variables are obeyed, but not for loopback. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { silenceMs, mostBytes = LARGEST_ANSWER_BYTES, tls, reach = 'elsewhere' } = options;
  const agents = new Map<boolean, Promise<Dispatcher>>();

  async function createAgent(loopback: boolean): Promise<Dispatcher> {
    const { Agent, EnvHttpProxyAgent } = await import('undici');
    const settings = {
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...tls,
        ...(reach === 'elsewhere' ? { lookup: lookupElsewhere } : {}),
      },
      connections: CONNECTIONS,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxResponseSize: mostBytes,
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
        if (reach === 'elsewhere') refuseLinkLocal(url.hostname);
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
        const text = await textOf(answer.body);
        status = String(answer.statusCode);
        const { location } = answer.headers;
        return {
          status: answer.statusCode,
          text,
          headers: answer.headers,
          retryAfterMs: seconds >= 0 ? Math.min(seconds * 1_000, LONGEST_REST_MS) : undefined,
          ...(typeof location === 'string' ? { location } : {}),
        };
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translate(what, mostBytes, error);
      } finally {
        readObserver()?.http(status, (elapsedMs() - startedAt) / 1000);
      }
    },
    async close() {
      await Promise.all([...agents.values()].map(async (agent) => (await agent).destroy()));
    },
  };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const source = body[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  /** Whether the answer has ended before it had so many more bytes. */
  async function take(bytes: number): Promise<boolean> {
    for (let taken = 0; taken < bytes; ) {
      const { done, value } = await source.next();
      if (done) return true;
      chunks.push(value);
      taken += value.length;
    }
    return false;
  }
  if (!(await take(LARGE_ANSWER_BYTES))) await inTurn(() => take(Number.POSITIVE_INFINITY));
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function translate(what: string, mostBytes: number, error: unknown): Error {
  const { name = '', code = '' } = types.isNativeError(error) ? (error as NodeJS.ErrnoException) : {};
  if (name === 'HTTPParserError' || /^(HPE_|UND_ERR_(RES_EXCEEDED|RESPONSE|HTTP_PARSER))/.test(code)) {
    const most = `${mostBytes / MIB} MiB`;
    return new SourceAnswerError(`${what}: expected an answer in HTTP of at most ${most}, found something else`);
  }
  return networkError(what, error) ?? new SourceUnavailableError(`${what}: the request failed`);
}
