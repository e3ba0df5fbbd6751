// How many Jobs there are, and how many of them have yet to take the message that they were started for.
import type { ExpectedJob, JobView, PodView } from './job-view.ts';
import type { JobPolicy } from './policy.ts';

export interface JobCount {
  /** Unfinished Jobs now: each takes a place below the maximum. */
  readonly running: number;
  /** Jobs that were unfinished when the triggers were read: a message of each may be in the queue length (strategies default, custom). */
  readonly runningAtReading: number;
  /** Jobs that may not have taken their message when the triggers were read: it may be in the queue length (accurate, eager). */
  readonly pending: number;
  /** When a Job that counts only by caution will count no longer; undefined when there is none. A look then is worth its while. */
  readonly settlesAt: number | undefined;
}

export interface CountInput {
  /**
   * The Jobs as the cache showed them *before* the reading of the triggers began: of this list is said who had taken a message. A Job
   * that takes its message between the reading and the count would otherwise count for nothing while its message still counts.
   */
  readonly before: readonly JobView[];
  /** The Jobs as the cache shows them now, when all triggers have answered: of this list is said how many places are taken. */
  readonly after: readonly JobView[];
  /** Jobs that we created, or may have; those that a list shows are left out here, and so are unanswered ones. */
  readonly expected: readonly ExpectedJob[];
  /** The earliest moment that a reading may describe: when the oldest of the reads was sent. */
  readonly readSince: number;
  readonly now: number;
}

type Rules = Pick<JobPolicy, 'pendingPodConditions' | 'startupMs' | 'accounting'>;

/** Kubernetes' clocks tell whole seconds. */
const SECOND_MS = 1000;
/** What the watch has not shown after this time is not there any more (the Job controllers' own measure of expectations). */
export const EXPECTED_FOR_MS = 5 * 60_000;

/**
 * Where it is not known whether a Job counts, it counts: a Job too few is started at a later look, one too many cannot be taken back.
 * With accounting KEDA only `after` is looked at, and what is not known to be pending is not pending.
 */
export function countJobs(input: CountInput, rules: Rules): JobCount {
  const { after, now } = input;
  const expected = input.expected.filter((job) => isCreated(job, now));
  const hidden = missingFrom(after, expected);
  const running = after.filter((job) => !job.finished).length + hidden;
  if (rules.accounting === 'KEDA') {
    const pending = after.filter((job) => !job.finished && !hasStarted(job, rules)).length + hidden;
    return { running, runningAtReading: running, pending, settlesAt: undefined };
  }
  const seen = new Set(input.before.map(({ uid }) => uid));
  const jobs = [...input.before, ...after.filter(({ uid }) => !seen.has(uid))];
  const unseen = missingFrom(jobs, expected);
  const pending = jobs.filter((job) => settlesAtOf(job, input, rules) !== undefined);
  // When, is said best by the newest that is known of them.
  const newest = new Map(after.map((job) => [job.uid, job]));
  const settling = pending
    .flatMap((job) => settlesAtOf(newest.get(job.uid) ?? job, input, rules) ?? [])
    .filter((at) => Number.isFinite(at));
  const runningThen = jobs.filter((job) => endOf(job) > input.readSince).length;
  return {
    running,
    runningAtReading: runningThen + unseen,
    pending: pending.length + unseen,
    settlesAt: settling.length === 0 ? undefined : settling.reduce((a, b) => Math.min(a, b)),
  };
}

function isCreated({ state, at }: ExpectedJob, now: number): boolean {
  return state === 'created' && now - at < EXPECTED_FOR_MS;
}

function missingFrom(jobs: readonly JobView[], expected: readonly ExpectedJob[]): number {
  const names = new Set(jobs.map(({ name }) => name));
  return expected.filter(({ name }) => !names.has(name)).length;
}

/**
 * Undefined when the Job had surely taken its message at the reading, or takes none any more. Else the moment from which on a look
 * will see that it has; infinite when that depends on what is not there yet.
 */
function settlesAtOf(job: JobView, { readSince }: CountInput, rules: Rules): number | undefined {
  // A Job that is being deleted takes nothing any more, or what it takes goes back to the queue.
  if (job.isBeingDeleted) return undefined;
  const started = startOf(job, rules) + rules.startupMs;
  const settledAt = Math.min(started + SECOND_MS, endOf(job));
  return settledAt <= readSince ? undefined : settledAt;
}

/** Infinite for one that has not ended. */
function endOf({ finished }: JobView): number {
  return finished ? (finished.seenAt ?? finished.at + SECOND_MS) : Number.POSITIVE_INFINITY;
}

function hasStarted(job: JobView, rules: Rules): boolean {
  return startOf(job, rules) < Number.POSITIVE_INFINITY;
}

/** KEDA: a Job has started when one of its pods runs or succeeded; with pendingPodConditions when one pod has them all. */
function startOf({ pods }: JobView, { pendingPodConditions: wanted }: Rules): number {
  const isStarted = ({ phase, conditions }: PodView): boolean =>
    wanted.length === 0
      ? phase === 'Running' || phase === 'Succeeded'
      : wanted.every((condition) => conditions.includes(condition));
  const starts = pods.filter(isStarted).map(({ runningSince = Number.NEGATIVE_INFINITY }) => runningSince);
  return starts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
