// Events of a ScaledJob. Reasons are KEDA's, so that what listens for them goes on working.
import type { ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import { doubtfulJobFields } from '../../api/scaled-job-checks.ts';
import type { SluiceError } from '../../errors.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Binding } from '../binding.ts';
import type { TriggerState } from '../decide/observation.ts';
import { conditionIn } from '../status.ts';
import type { JobMemory } from './memory.ts';

export interface JobAnnounce {
  /** What the difference between two statuses says. */
  conditions(before: ScaledJob, after: ScaledJobStatus): void;
  /** So many Jobs there are now that were not there before. */
  created(object: ScaledJob, jobs: number): void;
  createFailed(object: ScaledJob, job: string, error: SluiceError): void;
  /** Of `jobs` Jobs of an older definition. */
  rolloutStarted(object: ScaledJob, jobs: number): void;
  rolloutCompleted(object: ScaledJob, jobs: number): void;
  rolloutFailed(object: ScaledJob, error: SluiceError): void;
  /** Triggers that began to fail since the last time. */
  failures(object: ScaledJob, triggers: readonly TriggerState[], memory: JobMemory): void;
  /** Triggers were put to use for the first time. */
  bound(object: ScaledJob, bindings: readonly Binding[]): void;
  /** Triggers are not read any more: paused, refused or deleted. */
  unbound(object: ScaledJob): void;
  /** The API server does not take its status. */
  updateFailed(object: ScaledJob, error: SluiceError): void;
  deleted(object: ScaledJob): void;
}

export function createJobAnnounce(recorder: EventRecorder): JobAnnounce {
  function tell(object: ScaledJob, type: 'Normal' | 'Warning', reason: string, note: string): void {
    const { apiVersion, kind, metadata } = object;
    const { namespace, name, uid } = metadata;
    recorder.record({ regarding: { apiVersion, kind, namespace, name, uid }, type, reason, action: reason, note });
  }

  return {
    conditions(before, after) {
      const stood = (type: string) => conditionIn(before.status, type);
      const stands = (type: string) => conditionIn(after, type);
      const note = (type: string): string => stands(type)?.message ?? '';
      const isRefused = stands('Ready')?.reason === 'ScaledJobCheckFailed';
      if (isRefused && stood('Ready')?.message !== note('Ready')) {
        tell(before, 'Warning', 'ScaledJobCheckFailed', note('Ready'));
      }
      announceFlip('Ready', 'ScaledJobReady', undefined);
      announceFlip('Paused', 'ScaledJobPaused', 'ScaledJobUnpaused');
      announceFlip('Active', 'ScaledJobActive', 'ScaledJobInactive');

      function announceFlip(type: string, toTrue: string, toFalse: string | undefined): void {
        const [was, is] = [stood(type)?.status, stands(type)?.status];
        if (is === 'True' && was !== 'True') tell(before, 'Normal', toTrue, note(type));
        if (is === 'False' && was === 'True' && toFalse) tell(before, 'Normal', toFalse, note(type));
      }
    },
    created: (object, jobs) => tell(object, 'Normal', 'KEDAJobsCreated', `Created ${jobsText(jobs)}`),
    createFailed: (object, job, error) =>
      tell(object, 'Warning', 'KEDAJobCreateFailed', `Job "${job}" is not created: ${error.message}`),
    rolloutStarted: (object, jobs) =>
      tell(object, 'Normal', 'ScaledJobRolloutCleanupStarted', `Deleting ${jobsText(jobs)} of an older definition`),
    rolloutCompleted: (object, jobs) =>
      tell(object, 'Normal', 'ScaledJobRolloutCleanupCompleted', `Deleted ${jobsText(jobs)} of an older definition`),
    rolloutFailed: (object, error) =>
      tell(object, 'Warning', 'ScaledJobRolloutCleanupFailed', `Jobs of an older definition stay: ${error.message}`),
    failures(object, triggers, memory) {
      const failing = triggers.flatMap((t) => (t.kind === 'failed' ? [t] : []));
      const told = memory.toldFailures;
      memory.toldFailures = new Set(failing.map(({ metric, code }) => `${metric} ${code}`));
      for (const { metric, code, message, failures } of failing) {
        // The message of one that cannot be put to use begins with its place already.
        const what = failures > 0 ? `${metric}: ${message}` : message;
        if (!told.has(`${metric} ${code}`)) tell(object, 'Warning', 'KEDAScalerFailed', `${what} [${code}]`);
      }
    },
    bound(object, bindings) {
      // It was watched before this program started.
      const isPaused = conditionIn(object.status, 'Paused')?.status === 'True';
      if (conditionIn(object.status, 'Ready')?.status === 'True' && !isPaused) return;
      const types = object.spec.triggers.map(({ type }) => type).join(', ');
      tell(object, 'Normal', 'KEDAScalersStarted', `Watching ${types}`);
      for (const { field, message } of doubtfulJobFields(object.spec)) {
        tell(object, 'Normal', 'KEDAScalerInfo', `${field} ${message}`);
      }
      for (const binding of bindings) {
        if (binding.kind === 'broken') continue;
        const place = `triggers[${binding.index}] (${binding.trigger.type})`;
        for (const { field, message } of binding.warnings) {
          tell(object, 'Warning', 'KEDAScalerInfo', `${place}: ${field} ${message}`);
        }
      }
    },
    unbound: (object) => tell(object, 'Normal', 'KEDAScalersStopped', 'The triggers are no longer watched'),
    updateFailed: (object, error) =>
      tell(object, 'Warning', 'ScaledJobUpdateFailed', `The status is not written: ${error.message}`),
    deleted: (object) => tell(object, 'Warning', 'ScaledJobDeleted', 'The ScaledJob was deleted'),
  };
}

function jobsText(jobs: number): string {
  return `${jobs} ${jobs === 1 ? 'job' : 'jobs'}`;
}
