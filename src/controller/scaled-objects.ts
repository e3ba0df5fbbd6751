// Everything about ScaledObjects that no other kind shares: their targets, HPAs, rivals, and what the metrics API answers.
import type { Clock } from '../async.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Logger } from '../log.ts';
import type { MetricsProvider } from '../metrics-adapter/provider.ts';
import type { Telemetry } from '../telemetry.ts';
import { createAnnounce } from './announce.ts';
import { createHpaKeeper } from './apply-hpa.ts';
import type { TriggerTypes } from './bind.ts';
import { createBystander } from './bystander.ts';
import { connectChanges } from './connect-changes.ts';
import { createDecisionLog, type DecisionLog } from './decisions.ts';
import { HPA_SYNC_MS } from './decide/policy.ts';
import { createLookTeller } from './look-told.ts';
import { createMetricsProvider } from './metrics.ts';
import type { Ownership } from './membership/ownership.ts';
import type { ObjectMemory } from './memory.ts';
import { namesOf } from './object-key.ts';
import { createReconcile } from './reconcile.ts';
import { createReporter } from './report.ts';
import { createRivals } from './rivals.ts';
import type { ScaleTargets } from './scale-target.ts';
import type { KindOfObject } from './scaled-kind.ts';
import type { TriggerReading } from './trigger-reading.ts';
import type { Watches } from './watches.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ScaledObjectsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly types: TriggerTypes;
  readonly version: string;
  readonly readTimeoutMs: number;
  readonly ownership: Ownership;
  readonly watches: Watches;
  readonly queue: WorkQueue;
  readonly reading: TriggerReading;
  readonly targets: ScaleTargets;
  readonly shutdown: AbortSignal;
  readonly telemetry?: Pick<Telemetry, 'decision' | 'readingUsed' | 'traceDecision'> | undefined;
}

export interface ScaledObjects extends KindOfObject {
  readonly metrics: MetricsProvider;
  readonly decisions: DecisionLog;
}

export function createScaledObjects(options: ScaledObjectsOptions): ScaledObjects {
  const { client, clock, log, telemetry, ownership, watches, queue, reading } = options;
  const { sampler, dependencies, bind } = reading;
  const memories = new Map<string, ObjectMemory>();
  const decisions = createDecisionLog();
  const announce = createAnnounce(options.events);
  const rivals = createRivals(watches.scaledObjects);

  function forget(key: string): void {
    reading.forget(key);
    memories.delete(key);
    decisions.remove(namesOf(key));
    queue.cancel(key);
    queue.forget(key);
  }

  const find = (key: string): KubeObject | undefined => watches.scaledObjects.get(namesOf(key));
  const memoryOf = (key: string): ObjectMemory | undefined => memories.get(key);
  const kept = { sampler, memories, forget, find, bind };
  const bystander = createBystander({ ...options, ...kept, visitIn: queue.addAfter });

  return {
    kind: 'ScaledObject',
    objects: watches.scaledObjects,
    decisions,
    find,
    memoryOf,
    composite: (key) => decisions.get(namesOf(key))?.decision.composite,
    pollingIntervalMs: (key) => memories.get(key)?.policy?.pollingIntervalMs,
    standBy: bystander.visit,
    reconcile: createReconcile({
      ...options,
      ...kept,
      announce,
      decisions,
      dependencies,
      hpas: createHpaKeeper({ client, hpas: watches.hpas, clock, log }),
      reporter: createReporter({ client, clock, announce }),
      rivalOf: rivals.of,
      hooks: {
        decided: createLookTeller({ telemetry, sampler, memoryOf }),
        raised: ({ metadata }, on) => ownership.note(metadata.uid ?? '', valuesOf(on), HPA_SYNC_MS),
      },
    }),
    metrics: createMetricsProvider({
      clock,
      sampler,
      decisions,
      memories,
      bystander,
      exists: (key) => find(key) !== undefined,
    }),
    connect: (firstSeen) =>
      connectChanges({ watches, queue, rivals, dependencies, lookAgain: reading.lookAgain, firstSeen }),
  };
}

function valuesOf(on: ObjectMemory['raisedOn']): Readonly<Record<string, number>> {
  return Object.fromEntries([...on].map(([metric, { value }]) => [metric, value]));
}
