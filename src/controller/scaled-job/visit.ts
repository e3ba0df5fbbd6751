// One reconcile of one ScaledJob, from the moment it was loaded: the object as it is now.
import { scaledJobs } from '../../api/names.ts';
import { readStatus } from '../../api/readable-status.ts';
import { type ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import type { KubeObject } from '../../kube/client.ts';
import { statusAfter } from '../status.ts';
import type { WriteStatus } from '../status-writer.ts';
import { goOnWith } from '../written.ts';
import type { JobAnnounce } from './announce.ts';
import type { JobMemory } from './memory.ts';
import { type JobOutcome, jobStatusFacts } from './outcome.ts';

export interface JobVisit {
  readonly key: string;
  readonly memory: JobMemory;
  readonly signal: AbortSignal;
  /** Moves on with our own writes. */
  object: ScaledJob;
  /** Remembers what our write made of the object, until the watch shows it. */
  wrote(object: KubeObject): void;
}

/** Brings the status in line with `outcome`, and announces what has changed. */
export type ReportJob = (visit: JobVisit, outcome: JobOutcome) => Promise<void>;

export function createJobReport(write: WriteStatus, announce: JobAnnounce): ReportJob {
  return async (visit, outcome) => {
    const after = await write<ScaledJobStatus, ScaledJob>(
      visit.object,
      {
        resource: scaledJobs,
        memory: visit.memory,
        after: (base) => statusAfter(base.status, jobStatusFacts(base, outcome)),
        isUrgent: (before) => outcome.kind === 'planned' && (before?.lastJobNumber ?? 0) < outcome.numberToStore,
        readable: (found) => readStatus(ScaledJobStatus, found).status,
        wrote: (before, after) =>
          announce.conditions(before, after, outcome.kind === 'refused' ? outcome.error : undefined),
        refused: announce.updateFailed,
      },
      visit.signal,
    );
    goOnWith(visit, after);
  };
}
