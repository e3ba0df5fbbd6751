// What is to be done about one ScaledJob now. Level-triggered, idempotent, and safe to be cut off between any two writes.
import { isPaused } from '../../api/annotations.ts';
import { scaledJobs } from '../../api/names.ts';
import type { ScaledJob } from '../../api/scaled-job.ts';
import type { Clock } from '../../async.ts';
import { ConfigError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import type { TriggerTypes } from '../bind.ts';
import { failuresOnRecord } from '../failures.ts';
import { keptFor } from '../memory.ts';
import { mendStatus } from '../mend-status.ts';
import { namesOf } from '../object-key.ts';
import type { Sampler } from '../sampler.ts';
import { timeOf } from '../status.ts';
import { goOnWith, newestOf } from '../written.ts';
import type { JobAnnounce } from './announce.ts';
import { claimScaledJob, releaseScaledJob } from './finalize.ts';
import type { JobDecisionLog } from './job-decisions.ts';
import type { JobPods } from './job-pods.ts';
import { checkScaledJobObject, loadScaledJob, unreadableJobStatus } from './load.ts';
import type { TakeJobLook } from './look.ts';
import { createJobMemory, type JobMemory } from './memory.ts';
import { waveOf } from './plan/job-object.ts';
import { jobPolicyOf } from './plan/policy.ts';
import type { JobVisit, ReportJob } from './visit.ts';

export interface JobReconcileOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly types: TriggerTypes;
  readonly find: (key: string) => KubeObject | undefined;
  readonly memories: Map<string, JobMemory>;
  readonly sampler: Sampler;
  readonly pods: JobPods;
  readonly look: TakeJobLook;
  readonly report: ReportJob;
  readonly announce: JobAnnounce;
  readonly decisions: JobDecisionLog;
  /** Where an object sets no readTimeoutSeconds of its own. */
  readonly readTimeoutMs: number;
  /** Drops everything that is kept for the key. */
  readonly forget: (key: string) => void;
}

/** Resolves to the milliseconds until the next look; undefined when nothing is to be done before something changes. */
export type ReconcileJob = (key: string, signal: AbortSignal) => Promise<number | undefined>;

export function createJobReconcile(options: JobReconcileOptions): ReconcileJob {
  const { client, clock, types, sampler, pods, look, report, announce, decisions, memories, forget } = options;

  /** Nothing is read for it until it is in force again. */
  function rest({ key, memory, object }: JobVisit): void {
    if (memory.bindings) announce.unbound(object);
    sampler.unbind(key);
    pods.release(key);
    memory.bindings = undefined;
    memory.boundFor = '';
    memory.policy = undefined;
    decisions.remove(namesOf(key));
  }

  async function run(visit: JobVisit, stored: KubeObject): Promise<number | undefined> {
    let againInMs: number | undefined;
    try {
      visit.object = loadScaledJob(visit.object);
      await mend(visit);
      await claim(visit);
      visit.memory.lastActiveAt ??= timeOf(visit.object.status?.lastActiveTime);
      visit.memory.failuresBefore ??= failuresOnRecord(visit.object);
      const policy = jobPolicyOf(visit.object, options);
      // What its author must mend may come from elsewhere, so it is looked at again at leisure.
      againInMs = policy.pollingIntervalMs;
      if (policy.isPaused) {
        rest(visit);
        await report(visit, { kind: 'paused' });
        return undefined;
      }
      checkScaledJobObject(visit.object, stored, types);
      waveOf(visit.object);
      return await look(visit, policy);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      rest(visit);
      visit.memory.errors++;
      await report(visit, { kind: 'refused', error, isPaused: isPaused(visit.object) });
      return againInMs;
    }
  }

  async function mend(visit: JobVisit): Promise<void> {
    const unreadable = unreadableJobStatus(visit.object);
    const mending = { client, resource: scaledJobs, unreadable, now: clock.now() };
    goOnWith(visit, await mendStatus(visit.object, mending, visit.signal));
  }

  async function claim(visit: JobVisit): Promise<void> {
    const object = await claimScaledJob(visit.object, client, visit.signal);
    // Somebody had it before us, and may have asked for Jobs that have not come yet.
    if (object === visit.object && visit.memory.tenure === undefined) visit.memory.doubtAt ??= clock.now();
    goOnWith(visit, object);
  }

  return async (key, signal) => {
    const stored = options.find(key);
    if (!stored) {
      forget(key);
      return undefined;
    }
    const create = (uid: string): JobMemory => createJobMemory(uid, clock.now());
    const memory = keptFor(memories, key, stored, { create, forget });
    // Checked by loadScaledJob before anything of its spec is used.
    const visit: JobVisit = { key, memory, signal, ...newestOf<ScaledJob>(stored, memory) };
    if (visit.object.metadata.deletionTimestamp === undefined) return run(visit, stored);
    rest(visit);
    if (await releaseScaledJob(visit.object, client, signal)) announce.deleted(visit.object);
    return undefined;
  };
}
