// The management API of one Service Bus namespace, as far as counts of messages go. Azure: Service Bus REST API 2021-05.
import { AuthError, type SluiceError, SourceAnswerError, SourceUnavailableError } from '../../errors.ts';
import type { HttpAnswer, HttpClient } from '../http.ts';
import type { Rest } from '../rest.ts';
import { type EntityCount, isAtom, readEntities } from './atom.ts';

/** `queues`, or the subscriptions of a topic. */
export type Collection = { readonly kind: 'queues' } | { readonly kind: 'subscriptions'; readonly topic: string };

/** What the scaler asks of a namespace; the one implementation is below, and the official client gives the same answers. */
export interface Namespace {
  /** The active messages of one entity. */
  count(collection: Collection, name: string, signal: AbortSignal): Promise<number>;
  /** All entities of a collection, in pages of a hundred. */
  list(collection: Collection, signal: AbortSignal): Promise<readonly EntityCount[]>;
}

/** The `Authorization` of a request whose URL begins with `scope`. */
export type Authorize = (scope: string, signal: AbortSignal) => Promise<string>;

const PAGE_SIZE = 100;
/** Azure: a namespace has at most 10,000 queues and topics, a topic at most 2,000 subscriptions. */
const MOST_ENTITIES = 20_000;
/** Azure: a throttled namespace wants to be left alone for ten seconds. */
const THROTTLED_MS = 10_000;

export function createNamespace(options: {
  readonly origin: string;
  readonly http: HttpClient;
  readonly authorize: Authorize;
  /** Shared by all who ask this namespace. */
  readonly rest: Rest;
  /** Names the namespace in errors. */
  readonly what: string;
}): Namespace {
  const { origin, http, authorize, rest, what } = options;

  async function get(path: string, query: string, scope: string, signal: AbortSignal): Promise<string> {
    rest.check();
    const authorization = await authorize(scope, signal);
    const url = new URL(`${origin}/${path}?api-version=2021-05${query}`);
    const answer = await http.request(
      url,
      what,
      { headers: { authorization, accept: 'application/atom+xml' } },
      signal,
    );
    if (answer.status === 429 || answer.status === 503) throw rest.begin(answer.retryAfterMs ?? THROTTLED_MS);
    const problem = problemOf(what, answer);
    if (problem) throw problem;
    return answer.text;
  }

  async function page(collection: Collection, skip: number, signal: AbortSignal): Promise<readonly EntityCount[]> {
    const path = collection.kind === 'queues' ? '$Resources/Queues' : `${encodePath(collection.topic)}/Subscriptions`;
    const text = await get(path, `&$skip=${skip}&$top=${PAGE_SIZE}`, `${origin}/`, signal);
    if (!isAtom(text)) throw notAtom(what);
    return readEntities(text);
  }

  /** A topic that doesn't exist may have an empty feed of subscriptions, as one that has none. */
  async function findTopic(topic: string, signal: AbortSignal): Promise<void> {
    const path = encodePath(topic);
    const [entity] = readEntities(await get(path, '', `${origin}/${path}`, signal));
    if (entity) return;
    throw new SourceAnswerError(`${what}: there is no topic ${JSON.stringify(topic)}`, { code: 'SOURCE_NOT_FOUND' });
  }

  return {
    async count(collection, name, signal) {
      const path = entityPath(collection, name);
      const text = await get(path, '', `${origin}/${path}`, signal);
      if (!isAtom(text)) throw notAtom(what);
      const [entity] = readEntities(text);
      // Azure answers for an entity that doesn't exist with 200 and an empty feed.
      if (!entity) throw notFound(what, collection, name);
      // A topic has a count of its own, which is always 0.
      if (entity.kind === 'topic') {
        throw new SourceAnswerError(
          `${what}: expected ${JSON.stringify(name)} to be a queue, found a topic; give topicName and subscriptionName`,
        );
      }
      return activeCount(what, collection, { ...entity, name });
    },
    async list(collection, signal) {
      const all: EntityCount[] = [];
      for (;;) {
        const entities = await page(collection, all.length, signal);
        all.push(...entities);
        if (entities.length < PAGE_SIZE) break;
        if (all.length > MOST_ENTITIES)
          throw new SourceAnswerError(`${what}: expected at most ${MOST_ENTITIES} entities in a list, found more`);
      }
      if (all.length === 0 && collection.kind === 'subscriptions') await findTopic(collection.topic, signal);
      return all;
    },
  };
}

/** For example `orders`, `a%23b/c`, `events/Subscriptions/mail`; a slash in a name is a slash in the path. */
function entityPath(collection: Collection, name: string): string {
  const path = encodePath(name);
  return collection.kind === 'queues' ? path : `${encodePath(collection.topic)}/Subscriptions/${path}`;
}

function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** The count of an entity that was found; an error when the namespace didn't tell it, for that isn't 0. */
export function activeCount(what: string, collection: Collection, { name, active }: EntityCount): number {
  if (active !== undefined) return active;
  throw new SourceAnswerError(
    `${what}: expected ${nameOf(collection, name)} to have an ActiveMessageCount, found none`,
  );
}

export function notFound(what: string, collection: Collection, name: string): SourceAnswerError {
  return new SourceAnswerError(`${what}: there is no ${nameOf(collection, name)}`, { code: 'SOURCE_NOT_FOUND' });
}

function nameOf(collection: Collection, name: string): string {
  return collection.kind === 'queues'
    ? `queue ${JSON.stringify(name)}`
    : `subscription ${JSON.stringify(name)} of topic ${JSON.stringify(collection.topic)}`;
}

function notAtom(what: string): SourceAnswerError {
  return new SourceAnswerError(`${what}: expected an Atom document from the management API, found something else`);
}

function problemOf(what: string, { status }: HttpAnswer): SluiceError | undefined {
  if (status === 200) return undefined;
  if (status === 401 || status === 403) {
    return new AuthError(`${what}: the namespace refused our credentials (HTTP ${status}); they need the right Manage`);
  }
  if (status === 404) {
    return new SourceAnswerError(`${what}: there is no such queue, topic or subscription`, {
      code: 'SOURCE_NOT_FOUND',
    });
  }
  if (status >= 500) return new SourceUnavailableError(`${what}: the namespace can't answer now (HTTP ${status})`);
  return new SourceAnswerError(`${what}: expected HTTP 200, found ${status}`);
}
