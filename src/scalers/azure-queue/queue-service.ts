// The queue service of one storage account, as far as lengths of queues go. Azure: Queue Storage REST API.
import { type Clock, withDeadline } from '../../async.ts';
import { SourceAnswerError } from '../../errors.ts';
import { createSharing } from '../coalesce.ts';
import type { HttpAnswer, HttpClient } from '../http.ts';
import type { Rest } from '../rest.ts';
import { createAuthorize, type StorageRight } from './authorize.ts';
import { problemOf } from './problem.ts';

export interface QueueService {
  /** Messages in the queue by Azure's own estimate: waiting, in work and delayed. */
  approximateCount(queue: string, signal: AbortSignal): Promise<number>;
  /** Messages that could be received now, but no more than PEEKED are looked at. */
  visibleCount(queue: string, signal: AbortSignal): Promise<number>;
  /** Seconds since the oldest of the same messages was put in, by the account's own clock; 0 without any. */
  oldestVisibleAge(queue: string, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

/** Azure: the most messages that one request shows. */
export const PEEKED = 32;
const DEADLINE_MS = 20_000;
/** Azure doesn't say how long a busy account wants to be left alone; its clients wait some seconds. */
const BUSY_MS = 4_000;

export function createQueueService(options: {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly right: StorageRight;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Shared by all who ask this account. */
  readonly rest: Rest;
  /** Names the account in errors. */
  readonly what: string;
}): QueueService {
  const { endpoint, right, http, clock, rest, what } = options;
  const authorize = createAuthorize(right, clock);
  const share = createSharing();
  const life = new AbortController();

  async function get(queue: string, path: string, signal: AbortSignal): Promise<HttpAnswer> {
    rest.check();
    const { url, headers } = await authorize(new URL(`${endpoint}/${encodeURIComponent(queue)}${path}`), signal);
    const answer = await http.request(url, what, { headers }, signal);
    if (answer.status === 429 || answer.status === 503) throw rest.begin(answer.retryAfterMs ?? BUSY_MS);
    const problem = problemOf({ what, queue, right, nowMs: clock.now() }, answer);
    if (problem) throw problem;
    return answer;
  }

  /** Triggers on one queue share the answer. */
  const ask = (queue: string, path: string, signal: AbortSignal): Promise<HttpAnswer> =>
    share(
      JSON.stringify([queue, path]),
      () => withDeadline(clock, life.signal, DEADLINE_MS, what, (inner) => get(queue, path, inner)),
      signal,
    );

  /** Messages as XML, in which their texts are escaped. */
  async function peek(queue: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await ask(queue, `/messages?peekonly=true&numofmessages=${PEEKED}`, signal);
    if (answer.text.includes('<QueueMessagesList')) return answer;
    throw new SourceAnswerError(
      `${what}: expected messages of queue ${JSON.stringify(queue)}, found something else; is that a queue service?`,
    );
  }

  return {
    async approximateCount(queue, signal) {
      const { headers } = await ask(queue, '?comp=metadata', signal);
      const count = headers?.['x-ms-approximate-messages-count'];
      if (typeof count === 'string' && /^\d{1,15}$/.test(count)) return Number(count);
      throw new SourceAnswerError(
        `${what}: expected a count of messages from queue ${JSON.stringify(queue)}, found none; is that a queue service?`,
      );
    },
    async visibleCount(queue, signal) {
      const { text } = await peek(queue, signal);
      return [...text.matchAll(/<QueueMessage>/g)].length;
    },
    async oldestVisibleAge(queue, signal) {
      const { text, headers } = await peek(queue, signal);
      const insertions = [...text.matchAll(/<InsertionTime>([^<]*)</g)].map(([, time = '']) => Date.parse(time));
      const ages = insertions.map((time) => (Date.parse(String(headers?.['date'])) - time) / 1_000);
      if (!ages.some(Number.isNaN)) return Math.max(0, ...ages);
      throw new SourceAnswerError(
        `${what}: expected the time now and of each message of queue ${JSON.stringify(queue)}, found something else; is that a queue service?`,
      );
    },
    async close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
      await http.close();
    },
  };
}
