// Asking secret stores: one question for all who have the same, and when to ask again.
import { createHash } from 'node:crypto';
import { type Clock, withDeadline } from '../../async.ts';
import { SourceUnavailableError, toSluiceError } from '../../errors.ts';
import type {
  IssuedToken,
  Prepared,
  StoreAnswer,
  StoreContext,
  StoreQuestion,
} from '../../secret-stores/secret-store.ts';
import type { StoreName } from '../../secret-stores/section.ts';
import type { SecretStores } from '../../secret-stores/stores.ts';
import { unlessAborted } from '../../scalers/coalesce.ts';
import { canonicalJson } from '../hpa.ts';
import type { AskStore } from './lookup.ts';

export interface StoreAsker {
  /** For one use; `renewIn` is told after how long what was read is to be read again. */
  askFor(use: { readonly signal: AbortSignal; readonly renewIn: (ms: number) => void }): AskStore;
  /** Forgets what is held and ends the questions under way. */
  clear(): void;
}

export interface StoreAskerOptions {
  readonly stores: SecretStores;
  readonly clock: Clock;
  /** Of what a store gives no time for. */
  readonly refreshMs: number;
  readonly issueToken: (namespace: string, name: string, signal: AbortSignal) => Promise<IssuedToken>;
}

interface Held {
  readonly asking: Promise<StoreAnswer>;
  answeredAt?: number;
  stop?: () => void;
}

/** A thousand objects with one authentication that start together ask once, and so they do when its time is over: from then on theirs ends together. */
const HOLD_MS = 5_000;
/** A failure is everybody's, too, and everybody is back soon. */
const RETRY_MS = 15_000;
const DEADLINE_MS = 10_000;
/** The rest is for retries. */
const USED_PART = 2 / 3;
const SHORTEST_MS = 1_000;

export function createStoreAsker({ stores, clock, refreshMs, issueToken }: StoreAskerOptions): StoreAsker {
  const held = new Map<string, Held>();
  let life = new AbortController();

  function forget(key: string, entry: Held): void {
    entry.stop?.();
    if (held.get(key) === entry) held.delete(key);
  }

  function askOnce(key: string, what: string, { ask }: StoreQuestion): Held {
    const known = held.get(key);
    if (known) return known;
    // Shared by many, so no single caller's signal may end it.
    const entry: Held = { asking: withDeadline(clock, life.signal, DEADLINE_MS, what, ask) };
    held.set(key, entry);
    const hold = ({ goodForMs = Number.POSITIVE_INFINITY }: Pick<StoreAnswer, 'goodForMs'>): void => {
      entry.answeredAt = clock.now();
      if (held.get(key) === entry)
        entry.stop = clock.schedule(Math.min(HOLD_MS, goodForMs / 10), () => forget(key, entry));
    };
    void entry.asking.then(hold, () => hold({}));
    return entry;
  }

  function periodOf({ goodForMs }: StoreAnswer): number {
    return Math.max(SHORTEST_MS, goodForMs === undefined ? refreshMs : goodForMs * USED_PART);
  }

  return {
    askFor:
      ({ signal, renewIn }) =>
      async (name, section, context) => {
        const { ownNamespace } = context;
        const serviceAccountToken: StoreContext['serviceAccountToken'] = (account, inner) =>
          issueToken(ownNamespace, account, inner);
        const store = stores[name];
        if (!store) return { kind: 'missing', why: `${name} is not available in this program` };
        const prepared: Prepared = await store.prepare(section, { ...context, serviceAccountToken });
        if (prepared.kind !== 'question') return prepared;
        const key = digest(name, prepared.question);
        const entry = askOnce(key, name, prepared.question);
        try {
          const answer = await unlessAborted(entry.asking, signal);
          const sinceMs = Math.max(0, clock.now() - (entry.answeredAt ?? clock.now()));
          renewIn(Math.max(SHORTEST_MS, periodOf(answer) - sinceMs));
          return { kind: 'answer', answer };
        } catch (thrown) {
          signal.throwIfAborted();
          const askedForMs = thrown instanceof SourceUnavailableError ? (thrown.retryAfterMs ?? 0) : 0;
          renewIn(Math.max(RETRY_MS, askedForMs));
          throw toSluiceError(thrown, name);
        }
      },
    clear() {
      life.abort(new DOMException('the program stops', 'AbortError'));
      life = new AbortController();
      for (const [key, entry] of held) forget(key, entry);
    },
  };
}

function digest(name: StoreName, { dependsOn }: StoreQuestion): string {
  return createHash('sha256')
    .update(canonicalJson([name, dependsOn]))
    .digest('base64url');
}
