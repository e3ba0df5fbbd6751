// The controller: watches, a queue of keys, and one reconcile at a time for each of them.
import type { Clock } from '../async.ts';
import type { Component } from '../component.ts';
import { isAccessTrouble, KubeError, toSluiceError } from '../errors.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import { createDiscovery } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../log.ts';
import type { MetricsProvider } from '../metrics-adapter/provider.ts';
import type { ClientPool } from '../scalers/scaler.ts';
import type { Telemetry } from '../telemetry.ts';
import { createAnnounce } from './announce.ts';
import { createHpaKeeper } from './apply-hpa.ts';
import { createKubeLookups } from './auth/kube-lookup.ts';
import { recordAuthenticationUsers } from './authentication-users.ts';
import type { TriggerTypes } from './bind.ts';
import { createBinder } from './binder.ts';
import { createBystander } from './bystander.ts';
import { createClusterView } from './cluster-view.ts';
import { connectChanges } from './connect-changes.ts';
import { createCredentialWatch } from './credential-watch.ts';
import { createDecisionLog, type DecisionLog } from './decisions.ts';
import { HPA_SYNC_MS } from './decide/policy.ts';
import { createDependencies } from './dependencies.ts';
import { createHints } from './hints.ts';
import { createMetricsProvider } from './metrics.ts';
import { type Ownership, soleOwner } from './membership/ownership.ts';
import { followShare } from './membership/share.ts';
import type { ObjectMemory } from './memory.ts';
import { keyOf, namesOf } from './object-key.ts';
import { firstLookInMs } from './phase.ts';
import { createReconcile } from './reconcile.ts';
import { createReporter } from './report.ts';
import { createRivals } from './rivals.ts';
import { createSampler } from './sampler.ts';
import { createScaleTargets } from './scale-target.ts';
import { createWatchTroubles } from './watch-troubles.ts';
import { createWatches, untilSynced, type Watches } from './watches.ts';
import { createWorkQueue } from './work-queue.ts';

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly events: EventRecorder;
  /** The registry of trigger types. */
  readonly types: TriggerTypes;
  /** Broker clients; closed by whoever made them. */
  readonly clients: ClientPool;
  readonly version: string;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly clusterObjectNamespace: string;
  /** Of a read, where the object sets none. */
  readonly readTimeoutMs: number;
  /** Everything is ours when not given. */
  readonly ownership?: Ownership;
  readonly telemetry?: Pick<
    Telemetry,
    | 'decision'
    | 'sourceRead'
    | 'sourceAbandoned'
    | 'sourceHint'
    | 'watchEnded'
    | 'pushedLook'
    | 'queueWait'
    | 'objects'
    | 'ownedObjects'
  >;
}

export interface Controller extends Component {
  readonly metrics: MetricsProvider;
  readonly decisions: DecisionLog;
  /** What it watches; nothing is known before it runs. */
  readonly watched: Pick<Watches, 'scaledObjects' | 'hpas'>;
}

/** Looks mostly wait, for brokers and for the API server; so many that a dead broker holds up nobody else's. */
const WORKERS = 512;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 60_000;
/** What passes to us from another replica is looked at within half a second, however much it is. */
const MOST_IN_A_BURST = 100;

export function createController(options: ControllerOptions): Controller {
  const { client, clock, random, log, telemetry, ownership = soleOwner } = options;
  const stop = new AbortController();
  const watches = createWatches(options);
  const memories = new Map<string, ObjectMemory>();
  const decisions = createDecisionLog();
  const announce = createAnnounce(options.events);
  const tellTrouble = createWatchTroubles({ log, clock });
  const hints = createHints({
    clock,
    look(key) {
      telemetry?.pushedLook();
      // What a source names may be what changed.
      const memory = memories.get(key);
      if (memory) memory.describedAt = 0;
      queue.add(key);
    },
  });
  const sampler = createSampler({
    deps: { clients: options.clients, clock, cluster: createClusterView(options) },
    clock,
    random,
    shutdown: stop.signal,
    hooks: {
      read: ({ type, tookMs, error }) =>
        telemetry?.sourceRead({ type, seconds: tookMs / 1000, ...(error ? { code: error.code } : {}) }),
      abandoned: (type) => telemetry?.sourceAbandoned(type),
      hint: (type) => telemetry?.sourceHint(type),
      watchEnded({ trigger, error }) {
        telemetry?.watchEnded({ type: trigger.type, ...(error ? { code: error.code } : {}) });
        tellTrouble(trigger, error);
      },
    },
    hinted: hints.heard,
  });
  const queue = createWorkQueue({
    clock,
    random,
    baseDelayMs: RETRY_MS,
    maxDelayMs: LONGEST_RETRY_MS,
    hooks: { worked: (_key, waitedMs) => telemetry?.queueWait(waitedMs / 1000) },
  });
  const credentials = createCredentialWatch({
    client,
    clock,
    random,
    log,
    changed(reference) {
      lookups.forget(reference);
      lookAgain(dependencies.of(reference));
    },
  });
  const dependencies = createDependencies(credentials);
  const rivals = createRivals(watches.scaledObjects);
  const targets = createScaleTargets({ ...watches, client, clock, discovery: createDiscovery({ client, clock }) });
  const lookups = createKubeLookups({ ...watches, client, clock, podTemplate: targets.podTemplate });

  /** What these objects' triggers were resolved from is no longer what it was. */
  function lookAgain(keys: readonly string[]): void {
    for (const key of keys) {
      const memory = memories.get(key);
      if (memory) memory.changes++;
      queue.add(key);
    }
  }

  function forget(key: string): void {
    sampler.unbind(key);
    hints.forget(key);
    dependencies.remove(key);
    memories.delete(key);
    decisions.remove(namesOf(key));
    queue.cancel(key);
    queue.forget(key);
  }

  const find = (key: string): KubeObject | undefined => watches.scaledObjects.get(namesOf(key));
  const bind = createBinder({ ...options, lookups, dependencies, sampler });
  const kept = { sampler, targets, memories, forget, find, bind };
  const bystander = createBystander({
    ...options,
    ...kept,
    ownership,
    visitIn: queue.addAfter,
    shutdown: stop.signal,
  });
  const reconcile = createReconcile({
    ...options,
    ...kept,
    announce,
    decisions,
    dependencies,
    hpas: createHpaKeeper({ client, hpas: watches.hpas, clock, log }),
    reporter: createReporter({ client, clock, announce }),
    rivalOf: rivals.of,
    hooks: {
      decided: (reason) => telemetry?.decision(reason),
      raised: ({ metadata }, on) => ownership.note(metadata.uid ?? '', valuesOf(on), HPA_SYNC_MS),
    },
  });

  /** What is ours is reconciled; of what is another replica's we keep only what somebody asks for. */
  async function visit(key: string, signal: AbortSignal): Promise<number | undefined> {
    const uid = find(key)?.metadata.uid;
    if (uid === undefined) return reconcile(key, signal);
    const turn = await ownership.whileOwned(uid, signal, (own) => reconcile(key, own));
    if (turn.kind === 'done') return turn.result;
    if (turn.kind === 'broken-off') return RETRY_MS;
    return ownership.owns(uid) ? undefined : bystander.visit(key, signal);
  }

  async function handle(key: string, signal: AbortSignal): Promise<void> {
    try {
      const againInMs = await visit(key, signal);
      if (againInMs !== undefined) queue.addAfter(key, againInMs);
    } catch (thrown) {
      if (signal.aborted) return;
      const error = toSluiceError(thrown, 'reconcile');
      // Somebody else wrote in between: everyday business, done again in a moment. What all objects meet is told once by the client.
      const tell = error.code === 'KUBE_CONFLICT' || isAccessTrouble(error) ? log.debug : log.warn;
      tell('reconcile failed', { object: key, error, retry: error.retry });
      if (error instanceof KubeError && error.retryAfterMs !== undefined)
        queue.addAfter(key, Math.max(RETRY_MS, error.retryAfterMs));
      // Not less often than it is polled: who is back after an hour finds nobody waiting a minute more.
      else queue.retry(key, Math.max(RETRY_MS, memories.get(key)?.policy?.pollingIntervalMs ?? LONGEST_RETRY_MS));
    }
  }

  let isReady = false;
  return {
    name: 'controller',
    decisions,
    watched: watches,
    metrics: createMetricsProvider({
      clock,
      sampler,
      decisions,
      memories,
      bystander,
      exists: (key) => find(key) !== undefined,
    }),
    ready: () => isReady,
    async run(signal) {
      const end = (): void => stop.abort(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      const reflecting = watches.components.map((component) => component.run(stop.signal));
      try {
        await untilSynced(watches, clock, stop.signal);
        let count = 0;
        watches.scaledObjects.subscribe(({ type }) => {
          count += type === 'added' ? 1 : type === 'deleted' ? -1 : 0;
          telemetry?.objects({ ScaledObject: count });
        });
        const atStart = watches.scaledObjects.list().length;
        connectChanges({
          watches,
          queue,
          rivals,
          dependencies,
          lookAgain,
          firstSeen: (object) => {
            if (isReady) queue.add(keyOf(object));
            else queue.addAfter(keyOf(object), firstLookInMs(object.metadata.uid ?? '', atStart));
          },
        });
        followShare({
          ownership,
          objects: watches.scaledObjects,
          look: (object, together) =>
            queue.addAfter(
              keyOf(object),
              firstLookInMs(object.metadata.uid ?? '', Math.min(together, MOST_IN_A_BURST)),
            ),
          counted: (owned) => telemetry?.ownedObjects(owned),
        });
        isReady = true;
        await Promise.all([
          queue.run(handle, { concurrency: WORKERS, signal: stop.signal }),
          recordAuthenticationUsers({ ...options, watches, ownership }, stop.signal),
        ]);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        isReady = false;
        end();
        hints.close();
        await Promise.all([...reflecting, credentials.stop(), sampler.close()]);
        lookups.clear();
      }
    },
  };
}

function valuesOf(on: ObjectMemory['raisedOn']): Readonly<Record<string, number>> {
  return Object.fromEntries([...on].map(([metric, { value }]) => [metric, value]));
}
