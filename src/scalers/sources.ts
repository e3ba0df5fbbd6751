// The pool of broker clients: one for each source, however many triggers use it, closed some time after the last let go.
import type { Clock } from '../async.ts';
import type { ClientPool, Lease } from './scaler.ts';

interface Entry {
  leases: number;
  readonly client: Promise<unknown>;
  readonly close: () => Promise<void>;
  stopLinger: (() => void) | undefined;
}

/** A client that is open, and how many hold it. `type` is the kind of source, as its id begins. */
export interface KeptClient {
  readonly type: string;
  readonly leases: number;
}

export interface SourcePool extends ClientPool {
  /** Of connections: what else is shared under another kind of key is left out. */
  clients(): Iterable<KeptClient>;
  /** Clients that are open, the lingering ones included. */
  size(): number;
  /** Closes every client at once, leased or not; the pool can be used again afterwards. */
  close(): Promise<void>;
}

/**
 * `lingerMs` is how long a client outlives its last lease, so that an object that is bound anew doesn't reconnect.
 * A failed `open` is not remembered: the next share() tries again.
 */
export function createSourcePool({
  clock,
  lingerMs = 5_000,
}: {
  readonly clock: Clock;
  readonly lingerMs?: number;
}): SourcePool {
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();

  async function drop(key: string, entry: Entry): Promise<void> {
    entry.stopLinger?.();
    if (entries.get(key) === entry) entries.delete(key);
    const closed = entry.close();
    closing.add(closed);
    await closed.finally(() => closing.delete(closed));
  }

  function release(key: string, entry: Entry): void {
    entry.leases--;
    if (entry.leases > 0 || entries.get(key) !== entry) return;
    entry.stopLinger = clock.schedule(lingerMs, () => void drop(key, entry));
  }

  return {
    size: () => entries.size,
    *clients() {
      for (const [key, { leases }] of entries) {
        const [, type] = /^([a-z][a-z0-9-]*):/.exec(key) ?? [];
        if (type !== undefined) yield { type, leases };
      }
    },
    async share<T>(key: string, open: () => Promise<T>, close: (client: T) => Promise<void>): Promise<Lease<T>> {
      let entry = entries.get(key);
      if (!entry) {
        const client = open();
        // Closing never fails towards anyone: what can't be closed any more is gone.
        entry = { leases: 0, client, close: () => client.then(close).catch(() => {}), stopLinger: undefined };
        entries.set(key, entry);
      }
      const held = entry;
      held.leases++;
      held.stopLinger?.();
      held.stopLinger = undefined;
      try {
        // The key tells the type: whoever shares a key opens the same kind of client.
        const client = (await held.client) as T;
        let released = false;
        return {
          client,
          async release() {
            if (released) return;
            released = true;
            release(key, held);
          },
        };
      } catch (error) {
        if (entries.get(key) === held) entries.delete(key);
        throw error;
      }
    },
    async close() {
      await Promise.all([...entries].map(([key, entry]) => drop(key, entry)));
      await Promise.all(closing);
    },
  };
}
