// Asks the API server for Jobs, a few at a time and in the order of their numbers, so that whoever takes over knows what may be under way.
import type { ScaledJob } from '../../api/scaled-job.ts';
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { JOBS } from '../../kube/resources.ts';
import { getOrUndefined } from '../auth/kube-lookup.ts';
import type { JobAnnounce } from './announce.ts';
import type { OwnJobs } from './own-jobs.ts';
import { buildJob, isJobOf, type NewJob } from './plan/job-object.ts';
import { CREATES_AT_ONCE } from './plan/numbers.ts';

export interface CreateOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly own: OwnJobs;
  readonly announce: JobAnnounce;
  readonly version: string;
}

export interface Wave {
  /** Jobs that are there now. */
  readonly created: number;
  /** Numbers whose names somebody else has taken. */
  readonly taken: readonly number[];
  /** Of those that are not: refused, or not known. */
  readonly failure: KubeError | undefined;
}

export interface WaveOrder {
  /** The ScaledJob's. */
  readonly key: string;
  readonly object: ScaledJob;
  readonly count: number;
  /** Ascending. More than `count`: a name that somebody else has taken is passed over. */
  readonly numbers: readonly number[];
}

type Answer = 'created' | 'taken';

/** One Job that is refused leaves the others alone; after so many in a row it is the template or a quota, and they would be too. */
const MOST_REFUSED = 3;

export type CreateJobs = (order: WaveOrder, signal: AbortSignal) => Promise<Wave>;

/** Rejects when it is broken off; what was under way then is expected. */
export function createJobCreator({ client, clock, own, announce, version }: CreateOptions): CreateJobs {
  async function ask(
    key: string,
    object: ScaledJob,
    job: NewJob,
    number: number,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { name, namespace } = job.metadata;
    const expect = (state: 'unanswered' | 'created'): void => own.expect(key, { name, number, state, at: clock.now() });
    expect('unanswered');
    try {
      await client.create(JOBS, job, { signal });
      expect('created');
      return 'created';
    } catch (error) {
      if (!(error instanceof KubeError) || error.code === 'KUBE_UNAVAILABLE') throw error;
      if (error.reason !== 'AlreadyExists') {
        own.unexpect(key, name);
        throw error;
      }
      const there = await getOrUndefined(client, JOBS, { namespace, name }, signal);
      // One that is being deleted does no work any more.
      if (there && isJobOf(object, there) && there.metadata.deletionTimestamp === undefined) {
        expect('created');
        return 'created';
      }
      own.unexpect(key, name);
      return 'taken';
    }
  }

  return async ({ key, object, count, numbers }, signal) => {
    const answers: Promise<void>[] = [];
    const taken: number[] = [];
    let refusedInARow = 0;
    let created = 0;
    let failure: KubeError | undefined;
    let isOver = false;
    let broken: Error | undefined;

    async function askFor(number: number): Promise<void> {
      const job = buildJob({ object, number, version });
      try {
        const answer = await ask(key, object, job, number, signal);
        if (answer === 'taken') taken.push(number);
        else created++;
        refusedInARow = 0;
      } catch (error) {
        if (!(error instanceof KubeError) || signal.aborted) {
          isOver = true;
          broken ??= error as Error;
          return;
        }
        failure ??= error;
        announce.createFailed(object, job.metadata.name, error);
        // Of what the API server does not say the watch tells, or the same name when it is asked again.
        if (error.code === 'KUBE_UNAVAILABLE' || ++refusedInARow >= MOST_REFUSED) isOver = true;
      }
    }

    for (let i = 0; i < numbers.length; i++) {
      await answers[i - CREATES_AT_ONCE];
      if (i >= count + taken.length) await Promise.all(answers);
      const number = numbers[i];
      if (isOver || i >= count + taken.length || number === undefined) break;
      answers.push(askFor(number));
    }
    await Promise.all(answers);
    if (created > 0) announce.created(object, created);
    if (broken) throw broken;
    return { created, taken, failure };
  };
}
