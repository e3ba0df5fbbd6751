// The controller: watches, a queue of keys, and one reconcile at a time for each of them.
import type { Clock } from '../async.ts';
import type { Component } from '../component.ts';
import type { KubeClient } from '../kube/client.ts';
import { createDiscovery } from '../kube/discovery.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../log.ts';
import type { MetricsProvider } from '../metrics-adapter/provider.ts';
import type { ClientPool } from '../scalers/scaler.ts';
import type { Telemetry } from '../telemetry.ts';
import type { OutsideSources } from './auth/kube-lookup.ts';
import type { Authenticate } from './auth/authenticate.ts';
import { keepAuthentications } from './authentications.ts';
import type { TriggerTypes } from './bind.ts';
import type { DecisionLog } from './decisions.ts';
import { isFarewell } from './changes.ts';
import { createFigures } from './figures.ts';
import { type Ownership, soleOwner } from './membership/ownership.ts';
import { followShare } from './membership/share.ts';
import { createVisits } from './membership/visits.ts';
import { keyOf, kindOf as kindOfKey, type ScaledKind } from './object-key.ts';
import { firstLookInMs } from './phase.ts';
import { createHandle, type KindOfObject, LONGEST_RETRY_MS, RETRY_MS } from './scaled-kind.ts';
import { createScaledObjects } from './scaled-objects.ts';
import { createScaleTargets } from './scale-target.ts';
import type { JobDecisionLog } from './scaled-job/job-decisions.ts';
import { createScaledJobs } from './scaled-job/scaled-jobs.ts';
import { createTriggerReading } from './trigger-reading.ts';
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
  /** Of the objects that are served, and of the authentications that are known; all when not given or empty. */
  readonly labelSelector?: string;
  readonly authenticationLabelSelector?: string;
  readonly clusterObjectNamespace: string;
  /** KEDA_RESTRICT_SECRET_ACCESS. */
  readonly restrictSecretAccess?: boolean;
  /** Where parameters come from besides objects of the cluster; nowhere when not given. */
  readonly outside?: OutsideSources;
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
    | 'looked'
    | 'readingUsed'
    | 'httpRequest'
    | 'traceDecision'
    | 'pull'
    | 'watchQueue'
    | 'objects'
    | 'ownedObjects'
  >;
}

export interface Controller extends Component {
  readonly authenticate: Authenticate;
  readonly metrics: MetricsProvider;
  readonly decisions: DecisionLog;
  readonly jobDecisions: JobDecisionLog;
  /** What it watches; nothing is known before it runs. */
  readonly watched: Pick<Watches, 'scaledObjects' | 'scaledJobs' | 'hpas'>;
}

/** Looks mostly wait, for brokers and for the API server; so many that a dead broker holds up nobody else's. */
const WORKERS = 512;
/** What passes to us from another replica is looked at within half a second, however much it is. */
const MOST_IN_A_BURST = 100;

export function createController(options: ControllerOptions): Controller {
  const { client, clock, random, log, telemetry, ownership = soleOwner } = options;
  const stop = new AbortController();
  const shutdown = stop.signal;
  const watches = createWatches(options);
  const queue = createWorkQueue({
    clock,
    random,
    baseDelayMs: RETRY_MS,
    maxDelayMs: LONGEST_RETRY_MS,
    hooks: {
      worked(key, waitedMs, tookMs) {
        telemetry?.queueWait(waitedMs / 1000);
        telemetry?.looked(tookMs / 1000);
        const memory = kindOf(key).memoryOf(key);
        if (memory) memory.lateMs = waitedMs;
      },
    },
  });
  const visits = createVisits(clock, () => {});
  const targets = createScaleTargets({ ...watches, client, clock, discovery: createDiscovery({ client, clock }) });
  const reading = createTriggerReading({
    ...options,
    watches,
    shutdown,
    podTemplate: targets.podTemplate,
    memoryOf: (key) => kindOf(key).memoryOf(key),
    look: queue.add,
    lookIn: queue.addAfter,
  });
  const parts = { ...options, ownership, watches, queue, reading, shutdown };
  const scaledObjects = createScaledObjects({ ...parts, targets });
  const scaledJobs = createScaledJobs(parts);
  const kinds: readonly KindOfObject[] = [scaledObjects, scaledJobs];
  const counts: Record<ScaledKind, number> = { ScaledObject: 0, ScaledJob: 0 };
  const owned: Record<ScaledKind, number> = { ScaledObject: 0, ScaledJob: 0 };
  let isReady = false;
  telemetry?.pull(createFigures({ kinds, ownership, sampler: reading.sampler, watches }));
  telemetry?.watchQueue(queue.depth);

  function kindOf(key: string): KindOfObject {
    return kindOfKey(key) === 'ScaledJob' ? scaledJobs : scaledObjects;
  }

  /** From now on its objects are looked at: those there are in good order, not all at once. */
  function begin({ kind, objects, connect }: KindOfObject): void {
    objects.subscribe((change) => {
      const { type, object } = change;
      counts[kind] += type === 'added' ? 1 : type === 'deleted' ? -1 : 0;
      telemetry?.objects(counts);
      // What was begun for its sake must not be done any more, nor keep it from going.
      if (isFarewell(change)) visits.hurry((key) => key === keyOf(object), 0);
    });
    const atStart = objects.list().length;
    connect((object) => {
      if (isReady) queue.add(keyOf(object));
      else queue.addAfter(keyOf(object), firstLookInMs(object.metadata.uid ?? '', atStart));
    });
    followShare({
      ownership,
      objects,
      look: (object, together) =>
        queue.addAfter(keyOf(object), firstLookInMs(object.metadata.uid ?? '', Math.min(together, MOST_IN_A_BURST))),
      counted(count) {
        owned[kind] = count;
        telemetry?.ownedObjects(owned.ScaledObject + owned.ScaledJob);
      },
    });
  }

  return {
    name: 'controller',
    decisions: scaledObjects.decisions,
    jobDecisions: scaledJobs.decisions,
    watched: watches,
    metrics: scaledObjects.metrics,
    authenticate: reading.authenticate,
    ready: () => isReady,
    async run(signal) {
      const end = (): void => stop.abort(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      const reflecting = watches.components.map((component) => component.run(shutdown));
      try {
        await untilSynced(watches, clock, shutdown);
        for (const kind of kinds) begin(kind);
        isReady = true;
        await Promise.all([
          queue.run(createHandle({ kindOf, ownership, queue, visits, log }), {
            concurrency: WORKERS,
            signal: shutdown,
          }),
          keepAuthentications({ ...options, watches, ownership }, shutdown),
        ]);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        isReady = false;
        end();
        await Promise.all([...reflecting, scaledJobs.close(), reading.close()]);
      }
    },
  };
}
