// One kind of object that the controller acts on, as the queue sees it; and how a key in the queue is worked on.
import { isAccessTrouble, KubeError, type SluiceError, toSluiceError } from '../errors.ts';
import type { KubeObject } from '../kube/client.ts';
import type { Store } from '../kube/store.ts';
import type { Logger } from '../log.ts';
import type { TriggerState } from './decide/observation.ts';
import type { TriggerMemory } from './memory.ts';
import type { Ownership } from './membership/ownership.ts';
import { brokenOff, type Visits } from './membership/visits.ts';
import type { ScaledKind } from './object-key.ts';
import type { Handle, WorkQueue } from './work-queue.ts';

export interface KindOfObject {
  readonly kind: ScaledKind;
  readonly objects: Store<KubeObject>;
  /** The object as the watch knows it. */
  find(key: string): KubeObject | undefined;
  memoryOf(key: string): TriggerMemory | undefined;
  /** What a formula made of the object's triggers at the last look, for kinds that have formulas. */
  composite?(key: string): TriggerState | undefined;
  /** Undefined while the object is not in force. */
  pollingIntervalMs(key: string): number | undefined;
  /**
   * Does what is to be done about an object that is ours, or gone. Resolves to the milliseconds until the next look; undefined when
   * nothing is to be done before something changes.
   */
  reconcile(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** As `reconcile`, about an object that another replica acts on. */
  standBy(key: string, signal: AbortSignal): Promise<number | undefined>;
  /** To be called once everything that is watched is known: changes lead to looks from now on. */
  connect(firstSeen: (object: KubeObject) => void): void;
}

export interface HandleOptions {
  readonly kindOf: (key: string) => KindOfObject;
  readonly ownership: Ownership;
  readonly queue: WorkQueue;
  /** By key: one that is broken off has the key worked on anew. */
  readonly visits: Pick<Visits, 'run'>;
  readonly log: Logger;
}

export const RETRY_MS = 250;
export const LONGEST_RETRY_MS = 60_000;

/** Never throws: what fails comes back with back-off. */
export function createHandle({ kindOf, ownership, queue, visits, log }: HandleOptions): Handle {
  /** The failure that a warning told of, by key, until there is none. */
  const told = new Map<string, string>();

  /** What is ours is reconciled; of what is another replica's we keep only what somebody asks for. */
  async function visit(kind: KindOfObject, key: string, signal: AbortSignal): Promise<number | undefined> {
    const uid = kind.find(key)?.metadata.uid;
    if (uid === undefined) return settled(key, await kind.reconcile(key, signal));
    const turn = await ownership.whileOwned(uid, signal, (own) => kind.reconcile(key, own));
    if (turn.kind === 'done') return settled(key, turn.result);
    if (turn.kind === 'broken-off') return RETRY_MS;
    if (ownership.owns(uid)) return undefined;
    told.delete(key);
    return kind.standBy(key, signal);
  }

  function settled<T>(key: string, result: T): T {
    if (told.delete(key)) log.info('reconcile fails no more', { object: key });
    return result;
  }

  /** What fails at every attempt is told once. */
  function tell(key: string, error: SluiceError): void {
    // Somebody else wrote in between: everyday business, done again in a moment. What all objects meet is told once by the client.
    const isUsual = error.code === 'KUBE_CONFLICT' || isAccessTrouble(error);
    const isNews = !isUsual && told.get(key) !== error.message;
    if (isNews) told.set(key, error.message);
    (isNews ? log.warn : log.debug)('reconcile failed', { object: key, error, retry: error.retry });
  }

  return async (key, signal) => {
    const kind = kindOf(key);
    try {
      const againInMs = await visits.run(key, signal, (own) => visit(kind, key, own));
      if (againInMs === brokenOff) queue.add(key);
      else if (againInMs !== undefined) queue.addAfter(key, againInMs);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toSluiceError(thrown, 'reconcile');
      const memory = kind.memoryOf(key);
      if (memory && error.code !== 'KUBE_CONFLICT') memory.errors++;
      tell(key, error);
      if (error instanceof KubeError && error.retryAfterMs !== undefined)
        queue.addAfter(key, Math.max(RETRY_MS, error.retryAfterMs));
      // Not less often than it is polled: who is back after an hour finds nobody waiting a minute more.
      else queue.retry(key, Math.max(RETRY_MS, kind.pollingIntervalMs(key) ?? LONGEST_RETRY_MS));
    }
  };
}
