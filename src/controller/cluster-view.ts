// Scalers' view of the cluster over reflectors: a watch for each source of theirs, with what keeps it from being up to date.
import type { Clock } from '../async.ts';
import { type SluiceError, toSluiceError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { withGrant } from '../kube/missing-right.ts';
import { createReflector } from '../kube/reflector.ts';
import { CONFIG_MAPS, ENDPOINT_SLICES, PODS, SECRETS } from '../kube/resources.ts';
import type { Logger } from '../log.ts';
import type { ClusterView, ClusterWatch, WatchedObjects } from '../scalers/cluster.ts';
import { untilAborted } from './sampler.ts';

export interface ClusterViewOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

const RESOURCES: Readonly<Record<WatchedObjects['kind'], Resource>> = {
  Pod: PODS,
  ConfigMap: CONFIG_MAPS,
  Secret: SECRETS,
  EndpointSlice: ENDPOINT_SLICES,
};

/** A watch that broke is mostly open again before anybody notices. */
const PATIENCE_MS = 1_000;

export function createClusterView({ client, clock, random, log }: ClusterViewOptions): ClusterView {
  return { watch: (what, keep) => createClusterWatch(what, keep, { client, clock, random, log }) };
}

/** The object's own names, and what a scaler wants of it. */
interface Kept<T> extends KubeObject {
  readonly value: T;
}

function createClusterWatch<T>(
  { kind, namespace, name, labelSelector }: WatchedObjects,
  keep: (object: unknown) => T,
  options: ClusterViewOptions,
): ClusterWatch<T> {
  const resource = RESOURCES[kind];
  const right = { group: resource.group, resource: resource.plural, namespace, resourceName: name };
  const stop = new AbortController();
  const state = createState(options.clock);
  const reflector = createReflector<Kept<T>>({
    ...options,
    resource,
    namespace,
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
    labelSelector,
    prune: (object) => ({ ...withoutRest(object), value: keep(object) }),
    kept: (trouble) =>
      state.set(trouble === undefined ? 'current' : toSluiceError(withGrant(trouble, ['list', 'watch'], right), kind)),
  });
  const running = reflector.run(stop.signal);

  return {
    current: state.untilCurrent,
    get: (key) => reflector.get({ namespace, name: key })?.value,
    subscribe: (listener) =>
      reflector.subscribe((change) =>
        listener({
          name: change.object.metadata.name,
          ...(change.type === 'added' ? {} : { before: change.previous.value }),
          ...(change.type === 'deleted' ? {} : { after: change.object.value }),
        }),
      ),
    async close() {
      stop.abort(new Error('no longer needed'));
      await running;
    },
  };
}

function withoutRest({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } };
}

/** How up to date a copy is; an error says why it is not. */
type State = 'starting' | 'current' | SluiceError;

function createState(clock: Clock): {
  set(next: State): void;
  untilCurrent(signal: AbortSignal): Promise<void>;
} {
  let state: State = 'starting';
  const waiting = new Set<() => void>();

  /** Resolves when the state was set, or after `withinMs`. */
  function nextState(withinMs: number | undefined, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    const cancel = withinMs === undefined ? undefined : clock.schedule(withinMs, resolve);
    return untilAborted(promise, signal).finally(() => {
      waiting.delete(resolve);
      cancel?.();
    });
  }

  return {
    set(next) {
      state = next;
      for (const resume of waiting) resume();
    },
    async untilCurrent(signal) {
      let until: number | undefined;
      while (state !== 'current') {
        if (state !== 'starting') {
          until ??= clock.now() + PATIENCE_MS;
          if (!isPassing(state) || clock.now() >= until) throw state;
        }
        await nextState(until === undefined ? undefined : until - clock.now(), signal);
      }
    },
  };
}

/** What the next watch or list may get over. */
function isPassing({ code }: SluiceError): boolean {
  return code === 'KUBE_UNAVAILABLE' || code === 'KUBE_GONE' || code === 'KUBE_THROTTLED' || code === 'INTERNAL';
}
