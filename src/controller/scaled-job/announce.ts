// Events of a ScaledJob. Reasons are KEDA's, so that what listens for them goes on working.
import type { ScaledJob, ScaledJobStatus } from '../../api/scaled-job.ts';
import { doubtfulJobFields } from '../../api/scaled-job-checks.ts';
import type { SluiceError } from '../../errors.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Binding } from '../binding.ts';
import type { TriggerState } from '../decide/observation.ts';
import { conditionIn } from '../status.ts';
import { createTell, createTellInOrder, flipOf, newFailures, type TellInOrder, warningsOf } from '../telling.ts';
import type { JobMemory } from './memory.ts';

export interface JobAnnounce {
  /** What the difference between two statuses says, and what it comes of where that is a single error. */
  conditions(before: ScaledJob, after: ScaledJobStatus, trouble?: SluiceError): void;
  /** So many Jobs there are now that were not there before. */
  created(object: ScaledJob, jobs: number): void;
  createFailed(object: ScaledJob, job: string, error: SluiceError): void;
  /** Of `jobs` Jobs of an older definition. */
  rolloutStarted(object: ScaledJob, jobs: number): void;
  rolloutCompleted(object: ScaledJob, jobs: number): void;
  rolloutFailed(object: ScaledJob, error: SluiceError): void;
  readonly inOrder: TellInOrder;
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
  const tell = createTell(recorder);

  return {
    inOrder: createTellInOrder(recorder),
    conditions(before, after, trouble) {
      const stood = (type: string) => conditionIn(before.status, type);
      const stands = (type: string) => conditionIn(after, type);
      const note = (type: string): string => stands(type)?.message ?? '';
      const isRefused = stands('Ready')?.reason === 'ScaledJobCheckFailed';
      if (isRefused && stood('Ready')?.message !== note('Ready')) {
        tell(before, 'Warning', 'ScaledJobCheckFailed', note('Ready'), trouble);
      }
      announceFlip('Ready', 'ScaledJobReady', undefined);
      announceFlip('Paused', 'ScaledJobPaused', 'ScaledJobUnpaused');
      announceFlip('Active', 'ScaledJobActive', 'ScaledJobInactive');

      function announceFlip(type: string, toTrue: string, toFalse: string | undefined): void {
        const flip = flipOf(stood(type), stands(type));
        const reason = flip === 'to-true' ? toTrue : toFalse;
        if (flip && reason) tell(before, 'Normal', reason, note(type));
      }
    },
    created: (object, jobs) => tell(object, 'Normal', 'KEDAJobsCreated', `Created ${jobsText(jobs)}`),
    createFailed: (object, job, error) =>
      tell(object, 'Warning', 'KEDAJobCreateFailed', `Job "${job}" is not created: ${error.message}`, error),
    rolloutStarted: (object, jobs) =>
      tell(object, 'Normal', 'ScaledJobRolloutCleanupStarted', `Deleting ${jobsText(jobs)} of an older definition`),
    rolloutCompleted: (object, jobs) =>
      tell(object, 'Normal', 'ScaledJobRolloutCleanupCompleted', `Deleted ${jobsText(jobs)} of an older definition`),
    rolloutFailed: (object, error) =>
      tell(
        object,
        'Warning',
        'ScaledJobRolloutCleanupFailed',
        `Jobs of an older definition stay: ${error.message}`,
        error,
      ),
    failures(object, triggers, memory) {
      for (const { note } of newFailures(triggers, memory)) tell(object, 'Warning', 'KEDAScalerFailed', note);
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
      for (const warning of warningsOf(bindings)) tell(object, 'Warning', 'KEDAScalerInfo', warning);
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
