// Lets objects go that wait for KEDA's finalizer: KEDA sets it on kinds that leave nothing behind, and where Sluice has taken KEDA's
// place nobody else would take it away.
import { type Clock, onAbort } from '../async.ts';
import { KubeError, toSluiceError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { KubeClient, KubeObject, Resource } from './client.ts';
import type { Store } from './store.ts';

export interface FinalizerReleaseOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly resource: Resource;
  readonly store: Store<KubeObject>;
  readonly finalizer: string;
  readonly ownership: { owns(uid: string): boolean; subscribe(listener: () => void): void };
}

const RETRY_MS = 10_000;

/** Takes the finalizer away from what is being deleted, until `signal` aborts. What was refused is tried again. */
export function releaseFinalizers(options: FinalizerReleaseOptions, signal: AbortSignal): void {
  const { client, clock, log, resource, store, finalizer, ownership } = options;
  const busy = new Set<string>();
  const retries = new Set<() => void>();
  onAbort(signal, () => retries.forEach((cancel) => cancel()));

  async function release({ metadata }: KubeObject): Promise<void> {
    const { namespace, name, uid = '', resourceVersion, deletionTimestamp, finalizers = [] } = metadata;
    const isWaiting = deletionTimestamp !== undefined && finalizers.includes(finalizer);
    if (!isWaiting || signal.aborted || busy.has(uid) || !ownership.owns(uid)) return;
    busy.add(uid);
    const left = finalizers.filter((other) => other !== finalizer);
    const body = { metadata: { uid, resourceVersion, finalizers: left } };
    try {
      await client.patch(resource, { namespace, name }, { type: 'merge', body }, { signal });
    } catch (thrown) {
      if (signal.aborted || (thrown instanceof KubeError && thrown.code === 'KUBE_NOT_FOUND')) return;
      const error = toSluiceError(thrown, 'release of a finalizer');
      log.debug('an object cannot be deleted yet', { kind: resource.kind, namespace, name, error });
      const cancel = clock.schedule(RETRY_MS, () => {
        retries.delete(cancel);
        look(namespace, name);
      });
      retries.add(cancel);
    } finally {
      busy.delete(uid);
    }
  }

  function look(namespace: string | undefined, name: string): void {
    const object = store.get(namespace === undefined ? { name } : { namespace, name });
    if (object) void release(object);
  }

  store.subscribe(({ type, object }) => {
    if (type !== 'deleted') void release(object);
  });
  ownership.subscribe(() => {
    for (const object of store.list()) void release(object);
  });
}
