// All questions to one namespace at one moment, asked in as few requests as possible.
import { type Clock, createLimiter } from '../../async.ts';
import { createBatcher, settle } from '../coalesce.ts';
import type { EntityCount } from './atom.ts';
import { activeCount, type Collection, type Namespace, notFound } from './management.ts';

export interface Counts {
  one(collection: Collection, name: string, signal: AbortSignal): Promise<number>;
  all(collection: Collection, signal: AbortSignal): Promise<readonly EntityCount[]>;
  close(): Promise<void>;
}

const WINDOW_MS = 5;
const DEADLINE_MS = 20_000;
const PAGE_SIZE = 100;
/** Up to here single requests are quicker than a listing. */
const FEW = 5;
const REQUESTS_AT_ONCE = 8;

interface Question {
  readonly collection: Collection;
  /** Undefined for the whole collection. */
  readonly name: string | undefined;
}
type Lookup = (question: Question) => readonly EntityCount[];

/** `mayList` is false when the credentials reach one entity only. */
export function createCounts(options: {
  readonly namespace: Namespace;
  readonly clock: Clock;
  readonly what: string;
  readonly mayList: boolean;
}): Counts {
  const { namespace, clock, what, mayList } = options;
  const limit = createLimiter(REQUESTS_AT_ONCE);
  /** How many entities a collection had when it was last listed. */
  const sizes = new Map<string, number>();

  const batcher = createBatcher<Question, readonly EntityCount[]>({
    clock,
    windowMs: WINDOW_MS,
    deadlineMs: DEADLINE_MS,
    what,
    async answer(questions, signal) {
      const groups = Map.groupBy(questions, ({ collection }) => idOf(collection));
      const lookups = await Promise.all(
        [...groups].map(async ([id, group]): Promise<[string, Lookup]> => [id, await answerGroup(id, group, signal)]),
      );
      const byCollection = new Map(lookups);
      return (question) => byCollection.get(idOf(question.collection))?.(question) ?? [];
    },
  });

  async function answerGroup(id: string, questions: readonly Question[], signal: AbortSignal): Promise<Lookup> {
    const [first] = questions;
    if (!first) return () => [];
    const names = new Set(questions.map(({ name }) => name));
    const pages = Math.ceil((sizes.get(id) ?? 0) / PAGE_SIZE);
    const list = names.delete(undefined) || (mayList && names.size > Math.max(FEW, pages));
    return list ? listed(id, first.collection, signal) : counted(first.collection, [...names], signal);
  }

  async function listed(id: string, collection: Collection, signal: AbortSignal): Promise<Lookup> {
    const outcome = await settle(
      limit(async () => {
        const all = await namespace.list(collection, signal);
        sizes.set(id, all.length);
        // Azure doesn't distinguish upper and lower case in names.
        return { all, byName: new Map(all.map((entity) => [entity.name.toLowerCase(), entity])) };
      }),
    );
    return ({ name }) => {
      const { all, byName } = outcome();
      if (name === undefined) return all;
      const entity = byName.get(name.toLowerCase());
      if (!entity) throw notFound(what, collection, name);
      return [entity];
    };
  }

  async function counted(
    collection: Collection,
    names: readonly (string | undefined)[],
    signal: AbortSignal,
  ): Promise<Lookup> {
    const counts = new Map(
      await Promise.all(
        names.map(
          async (name = ''): Promise<[string, () => number]> => [
            name,
            await settle(limit(() => namespace.count(collection, name, signal))),
          ],
        ),
      ),
    );
    return ({ name = '' }) => [{ name, active: counts.get(name)?.() }];
  }

  return {
    async one(collection, name, signal) {
      const [entity] = await batcher.ask({ collection, name }, signal);
      return activeCount(what, collection, entity ?? { name, active: undefined });
    },
    all: (collection, signal) => batcher.ask({ collection, name: undefined }, signal),
    async close() {
      batcher.close();
    },
  };
}

function idOf(collection: Collection): string {
  return collection.kind === 'queues' ? 'queues' : `subscriptions of ${collection.topic.toLowerCase()}`;
}
