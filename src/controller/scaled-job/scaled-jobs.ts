// Everything about ScaledJobs that no other kind shares: their Jobs, the pods of these, and what becomes of them.
import type { Clock } from '../../async.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Logger } from '../../log.ts';
import type { Telemetry } from '../../telemetry.ts';
import type { TriggerTypes } from '../bind.ts';
import { isNewsOfScaledObject } from '../changes.ts';
import { createHints } from '../hints.ts';
import { createLookTeller } from '../look-told.ts';
import type { Ownership } from '../membership/ownership.ts';
import { keyOf, namesOf } from '../object-key.ts';
import type { KindOfObject } from '../scaled-kind.ts';
import { createStatusWriter } from '../status-writer.ts';
import type { TriggerReading } from '../trigger-reading.ts';
import type { Watches } from '../watches.ts';
import type { WorkQueue } from '../work-queue.ts';
import { createJobAnnounce } from './announce.ts';
import { createCleanUp } from './clean-up.ts';
import { createJobCreator } from './create-jobs.ts';
import { createJobDecisionLog, type JobDecisionLog } from './job-decisions.ts';
import { createJobPods } from './job-pods.ts';
import { createJobLook } from './look.ts';
import type { JobMemory } from './memory.ts';
import { createOwnJobs } from './own-jobs.ts';
import { createJobReconcile } from './reconcile.ts';
import { createJobReport } from './visit.ts';

export interface ScaledJobsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly types: TriggerTypes;
  readonly version: string;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly readTimeoutMs: number;
  readonly ownership: Ownership;
  readonly watches: Watches;
  readonly queue: WorkQueue;
  readonly reading: TriggerReading;
  readonly telemetry?: Pick<Telemetry, 'decision' | 'readingUsed' | 'traceDecision'> | undefined;
}

export interface ScaledJobs extends KindOfObject {
  readonly decisions: JobDecisionLog;
  /** Ends what it watches beyond `watches`, and waits for it. */
  close(): Promise<void>;
}

/** A thousand Jobs that end in a minute are not a thousand looks. */
const FARTHEST_APART_MS = 1_000;

export function createScaledJobs(options: ScaledJobsOptions): ScaledJobs {
  const { clock, telemetry, ownership, watches, queue, reading } = options;
  const { sampler, bind } = reading;
  const memories = new Map<string, JobMemory>();
  const decisions = createJobDecisionLog();
  const announce = createJobAnnounce(options.events);
  const pods = createJobPods(options);
  const freed = createHints({
    clock,
    farthestMs: FARTHEST_APART_MS,
    look: queue.add,
  });
  const own = createOwnJobs({
    ...options,
    jobs: watches.jobs,
    isServed: (key) => find(key) !== undefined,
    freed: freed.heard,
  });
  const report = createJobReport(createStatusWriter(options), announce);
  const create = createJobCreator({ ...options, own, announce });
  let tenure = 0;

  function find(key: string): KubeObject | undefined {
    return watches.scaledJobs.get(namesOf(key));
  }

  function forget(key: string): void {
    reading.forget(key);
    pods.release(key);
    own.forget(key);
    freed.forget(key);
    memories.delete(key);
    decisions.remove(namesOf(key));
    queue.cancel(key);
    queue.forget(key);
  }

  const memoryOf = (key: string): JobMemory | undefined => memories.get(key);
  const kept = { sampler, pods, own, decisions, announce, report, memories, find, forget };
  const cleanUp = createCleanUp({ ...options, own, announce });
  const look = createJobLook({
    ...options,
    ...kept,
    bind,
    create,
    cleanUp,
    tenure: () => tenure,
    decided: createLookTeller({ telemetry, sampler, memoryOf }),
  });

  return {
    kind: 'ScaledJob',
    objects: watches.scaledJobs,
    decisions,
    find,
    memoryOf,
    pollingIntervalMs: (key) => memories.get(key)?.policy?.pollingIntervalMs,
    reconcile: createJobReconcile({ ...options, ...kept, look }),
    async standBy(key) {
      forget(key);
      return undefined;
    },
    connect(firstSeen) {
      ownership.subscribe(() => {
        tenure++;
      });
      watches.scaledJobs.subscribe((change) => {
        if (change.type === 'added') firstSeen(change.object);
        else if (isNewsOfScaledObject(change)) queue.add(keyOf(change.object));
      });
    },
    async close() {
      freed.close();
      await pods.close();
    },
  };
}
