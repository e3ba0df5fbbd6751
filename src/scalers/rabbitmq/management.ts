// Figures of queues over RabbitMQ's management API: the queues of a virtual host in one listing, or a single one.
import { z } from 'zod';
import { type Clock, createLimiter, withDeadline } from '../../async.ts';
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import { type Batcher, createBatcher, createSharing, settle } from '../coalesce.ts';
import type { HttpClient } from '../http.ts';
import type { HttpIdentity } from '../http-credentials.ts';
import type { RabbitHost } from './host.ts';

export interface QueueCounts {
  readonly name: string;
  /** Undefined when the broker doesn't tell, as for a queue whose node is down. */
  readonly messages: number | undefined;
  readonly messagesReady: number | undefined;
  readonly publishRate: number;
  readonly deliverRate: number;
  /** Of the oldest message, a held one included; seconds since the epoch. Undefined without one that has the property, or in a quorum queue. */
  readonly headTimestamp: number | undefined;
  /** Messages that consumers took since the broker began to count; each once, however often it came back. */
  readonly taken: number;
  /** Messages that left the queue by consumers since then. */
  readonly settled: number;
}

/** How many messages there are, or rates and times as well, which cost the broker several times as much. */
export type Wanted = 'depth' | 'everything';

export interface ManagementApi {
  queue(vhost: string, name: string, wanted: Wanted, signal: AbortSignal): Promise<QueueCounts>;
  /** Queues whose names match the pattern, as the broker understands it. */
  matching(vhost: string, pattern: string, pageSize: number, signal: AbortSignal): Promise<readonly QueueCounts[]>;
  close(): Promise<void>;
}

/** What some statuses mean for the question. */
interface Refusals {
  /** 404: there is no … */
  readonly missing: string;
  /** 400. */
  readonly refused?: string;
}

const Rate = z.object({ rate: z.number().optional() }).optional();
const Total = z.number().default(0);
const Queue = z.object({
  name: z.string(),
  messages: z.number().optional(),
  messages_ready: z.number().optional(),
  head_message_timestamp: z.number().nullish(),
  message_stats: z
    .object({
      publish_details: Rate,
      deliver_get_details: Rate,
      deliver_get: Total,
      redeliver: Total,
      ack: Total,
      deliver_no_ack: Total,
      get_no_ack: Total,
    })
    .optional(),
});
const Page = z.object({ items: z.array(Queue), page_count: z.number() });

const STATS = [
  'publish_details.rate',
  'deliver_get_details.rate',
  'deliver_get',
  'redeliver',
  'ack',
  'deliver_no_ack',
  'get_no_ack',
];
const COLUMNS = `columns=name,messages,messages_ready,head_message_timestamp,${STATS.map((name) => `message_stats.${name}`).join(',')}`;
/** From counters of the broker, past its statistics; brokers that don't know the parameters answer as ever. */
const DEPTH = 'disable_stats=true&enable_queue_totals=true&columns=name,messages,messages_ready';
const WINDOW_MS = 5;
const DEADLINE_MS = 20_000;
const REQUESTS_AT_ONCE = 8;
/** The broker refuses to give larger pages. */
const LARGEST_PAGE = 500;
/** More than a broker can have; whoever claims to have more of them would never come to an end. */
const MOST_MATCHES = 150_000;
/** A single request costs the broker as much as about so many rows of a listing. */
const ROWS_PER_REQUEST = 20;

export function createManagementApi(options: {
  readonly host: RabbitHost;
  readonly http: HttpClient;
  readonly identity: HttpIdentity;
  readonly clock: Clock;
  /** Names the broker in errors. */
  readonly what: string;
}): ManagementApi {
  const { host, http, identity, clock, what } = options;
  const base = `${host.secure ? 'https' : 'http'}://${host.hostname}:${host.port}${host.basePath}`;
  const life = new AbortController();
  const share = createSharing();
  const limit = createLimiter(REQUESTS_AT_ONCE);
  const batchers = new Map<string, Batcher<string, QueueCounts>>();

  async function get<T extends z.ZodType>(
    path: string,
    shape: T,
    says: Refusals,
    signal: AbortSignal,
  ): Promise<z.output<T>> {
    const url = new URL(`${base}/api/queues/${path}`);
    const own = await identity.credentials(url, signal);
    const headers = { accept: 'application/json', ...own.headers };
    const answer = await http.request(url, what, { headers }, signal);
    if (answer.status === 401) own.refused?.();
    if (answer.status !== 200) throw problemOf(what, answer.status, says, answer.retryAfterMs);
    const parsed = shape.safeParse(parseJson(answer.text));
    if (!parsed.success)
      throw new SourceAnswerError(`${what}: expected the figures of queues as JSON, found something else`);
    return parsed.data;
  }

  async function single(vhost: string, name: string, signal: AbortSignal): Promise<QueueCounts> {
    const path = `${encodeURIComponent(vhost)}/${encodeURIComponent(name)}?${COLUMNS}`;
    const missing = `queue ${JSON.stringify(name)}, or no such virtual host`;
    return toCounts(await get(path, Queue, { missing }, signal));
  }

  async function all(vhost: string, wanted: Wanted, signal: AbortSignal): Promise<ReadonlyMap<string, QueueCounts>> {
    const queues = await get(
      `${encodeURIComponent(vhost)}?${wanted === 'depth' ? DEPTH : COLUMNS}`,
      z.array(Queue),
      { missing: `virtual host ${JSON.stringify(vhost)}` },
      signal,
    );
    return new Map(queues.map((queue) => [queue.name, toCounts(queue)]));
  }

  function createVhost(vhost: string, wanted: Wanted): Batcher<string, QueueCounts> {
    let size = 0;
    return createBatcher<string, QueueCounts>({
      clock,
      windowMs: WINDOW_MS,
      deadlineMs: DEADLINE_MS,
      what,
      async answer(questions, signal) {
        const names = [...new Set(questions)];
        if (names.length > 1 && size <= names.length * ROWS_PER_REQUEST) {
          let queues = await all(vhost, wanted, signal);
          // Some brokers leave the statistics out and have no totals in their place.
          const lacks = (name: string): boolean => queues.has(name) && queues.get(name)?.messages === undefined;
          if (wanted === 'depth' && names.some(lacks)) queues = await all(vhost, 'everything', signal);
          size = queues.size;
          return (name) => queues.get(name) ?? fail(notFound(what, `queue ${JSON.stringify(name)}`));
        }
        const outcomes = new Map(
          await Promise.all(
            names.map(
              async (name): Promise<[string, () => QueueCounts]> => [
                name,
                await settle(limit(() => single(vhost, name, signal))),
              ],
            ),
          ),
        );
        return (name) => outcomes.get(name)?.() ?? fail(notFound(what, `queue ${JSON.stringify(name)}`));
      },
    });
  }

  async function pages(
    vhost: string,
    pattern: string,
    pageSize: number,
    signal: AbortSignal,
  ): Promise<readonly QueueCounts[]> {
    const size = Math.min(pageSize, LARGEST_PAGE);
    const search = `use_regex=true&pagination=true&name=${encodeURIComponent(pattern)}&page_size=${size}`;
    const found: QueueCounts[] = [];
    for (let page = 1, last = 1; page <= last; page++) {
      const path = `${encodeURIComponent(vhost)}?page=${page}&${search}&${COLUMNS}`;
      const refused = page === 1 ? 'the broker refuses the pattern in queueName' : 'the list changed while it was read';
      const answer = await get(path, Page, { missing: `virtual host ${JSON.stringify(vhost)}`, refused }, signal);
      found.push(...answer.items.map(toCounts));
      if (found.length > MOST_MATCHES || answer.page_count > MOST_MATCHES)
        throw new SourceAnswerError(`${what}: expected at most ${MOST_MATCHES} queues that match, found more`);
      last = answer.page_count;
    }
    return found;
  }

  return {
    queue(vhost, name, wanted, signal) {
      const key = `${wanted} ${vhost}`;
      const batcher = batchers.get(key) ?? createVhost(vhost, wanted);
      batchers.set(key, batcher);
      return batcher.ask(name, signal);
    },
    matching: (vhost, pattern, pageSize, signal) =>
      share(
        JSON.stringify([vhost, pattern, pageSize]),
        () => withDeadline(clock, life.signal, DEADLINE_MS, what, (inner) => pages(vhost, pattern, pageSize, inner)),
        signal,
      ),
    async close() {
      life.abort(new DOMException('the source was closed', 'AbortError'));
      for (const batcher of batchers.values()) batcher.close();
      await Promise.all([identity.close(), http.close()]);
    },
  };
}

function toCounts({
  name,
  messages,
  messages_ready: messagesReady,
  head_message_timestamp: head,
  message_stats: stats,
}: z.output<typeof Queue>): QueueCounts {
  return {
    name,
    messages,
    messagesReady,
    // A queue that nothing happened to has no rates.
    publishRate: stats?.publish_details?.rate ?? 0,
    deliverRate: stats?.deliver_get_details?.rate ?? 0,
    headTimestamp: head ?? undefined,
    taken: stats ? stats.deliver_get - stats.redeliver : 0,
    settled: stats ? stats.ack + stats.deliver_no_ack + stats.get_no_ack : 0,
  };
}

/** Of a hundred thousand queues with all their figures; what is empty otherwise takes many times the memory of its text. */
const MOST_OBJECTS = 1_000_000;
const MOST_QUEUES = 150_000;

/** Undefined for what is no JSON, or more of it than a broker has to say. */
function parseJson(text: string): unknown {
  let objects = 0;
  for (const sign of ['{', '[']) {
    for (let at = text.indexOf(sign); at !== -1 && objects <= MOST_OBJECTS; at = text.indexOf(sign, at + 1)) objects++;
  }
  if (objects > MOST_OBJECTS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const queues = typeof value === 'object' && value !== null && 'items' in value ? value.items : value;
    return Array.isArray(queues) && queues.length > MOST_QUEUES ? undefined : value;
  } catch {
    return undefined;
  }
}

function fail(error: unknown): never {
  throw error;
}

function notFound(what: string, missing: string): SourceAnswerError {
  return new SourceAnswerError(`${what}: there is no ${missing}`, { code: 'SOURCE_NOT_FOUND' });
}

function problemOf(
  what: string,
  status: number,
  { missing, refused }: Refusals,
  retryAfterMs: number | undefined,
): SluiceError {
  if (status === 404) return notFound(what, missing);
  if (status === 400 && refused !== undefined) return new SourceAnswerError(`${what}: ${refused} (HTTP 400)`);
  if (status === 401) return new AuthError(`${what}: the management API refused the credentials (HTTP 401)`);
  if (status === 403)
    return new AuthError(`${what}: the user may not see this virtual host (HTTP 403); it needs the tag management`);
  if (status === 429) {
    return new SourceUnavailableError(`${what}: the management API asks us to slow down (HTTP 429)`, {
      code: 'SOURCE_THROTTLED',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  if (status >= 500) return new SourceUnavailableError(`${what}: the management API can't answer now (HTTP ${status})`);
  return new SourceAnswerError(`${what}: expected HTTP 200 from the management API, found ${status}`);
}
