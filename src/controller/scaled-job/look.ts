// One look at a ScaledJob that is in force: clear away what is outdated, bind, sample, count, plan, create, report, clear away.
import type { ScaledJob } from '../../api/scaled-job.ts';
import type { Clock } from '../../async.ts';
import { KubeError, type SluiceError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Binding } from '../binding.ts';
import type { Bind } from '../binder.ts';
import { isLookDue } from '../decide/looks.ts';
import type { TriggerState } from '../decide/observation.ts';
import { countUnasked, withFailuresBefore } from '../failures.ts';
import type { LookTold } from '../look-told.ts';
import { sameMomentMs, sampleTriggers } from '../observe.ts';
import { renewWhenBroken, renewWhenRefused } from '../renewal.ts';
import type { Sampler } from '../sampler.ts';
import type { JobAnnounce } from './announce.ts';
import type { CleanUp } from './clean-up.ts';
import type { CreateJobs, Wave } from './create-jobs.ts';
import type { JobDecisionLog } from './job-decisions.ts';
import type { JobPods } from './job-pods.ts';
import type { OwnJobs } from './own-jobs.ts';
import { countJobs, type JobCount } from './plan/count.ts';
import { numberToStore } from './plan/history.ts';
import type { JobView } from './plan/job-view.ts';
import { firstNumbers, nextNumbers, noteNumbers } from './plan/numbers.ts';
import { type JobPlan, planJobs } from './plan/plan.ts';
import type { JobPolicy } from './plan/policy.ts';
import { triggersOfJob } from './triggers.ts';
import { viewOf } from './views.ts';
import type { JobVisit, ReportJob } from './visit.ts';

export interface JobLookOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sampler: Sampler;
  readonly bind: Bind;
  readonly own: OwnJobs;
  readonly pods: JobPods;
  readonly create: CreateJobs;
  readonly cleanUp: CleanUp;
  readonly report: ReportJob;
  readonly announce: JobAnnounce;
  readonly decisions: JobDecisionLog;
  /** Counts the changes of what is whose: after each of them somebody else may have acted. */
  readonly tenure: () => number;
  readonly decided?: (told: LookTold) => void;
}

/** Resolves to the milliseconds until the next look. Throws a ConfigError for what its author must mend, and what is worth a retry. */
export type TakeJobLook = (visit: JobVisit, policy: JobPolicy) => Promise<number>;

/** What was read of the triggers, and what there was before. */
interface Reading {
  readonly triggers: readonly TriggerState[];
  readonly before: readonly JobView[];
  /** The earliest moment that a value may describe. */
  readonly since: number;
}

interface Planned {
  readonly plan: JobPlan;
  readonly jobs: JobCount;
  /** The Jobs that there are by now. */
  readonly views: readonly JobView[];
}

/** A name may be somebody else's; so many in a row are no accident. */
const SPARE_NUMBERS = 10;

export function createJobLook(options: JobLookOptions): TakeJobLook {
  const { clock, log, sampler, bind, own, pods, create, cleanUp, report, announce, decisions, tenure } = options;

  function viewsOf(key: string, policy: JobPolicy): readonly JobView[] {
    return own.of(key).map((job) => {
      const { namespace = '', name } = job.metadata;
      return viewOf(job, needsPods(policy) ? pods.of({ namespace, name }) : undefined);
    });
  }

  /** To be called before Jobs go, whose numbers nobody else would remember. */
  function noteJobs({ key, memory, object }: JobVisit, views: readonly JobView[]): void {
    const known = memory.numbers ?? firstNumbers(views, object.status?.lastJobNumber);
    memory.numbers = noteNumbers(known, views, own.expected(key));
  }

  /** Nothing is taken for granted that was known before another replica may have acted. */
  function begin(visit: JobVisit, views: readonly JobView[]): void {
    const { memory } = visit;
    if (memory.tenure !== tenure()) {
      if (memory.tenure !== undefined) memory.doubtAt = clock.now();
      memory.tenure = tenure();
      memory.numbers = undefined;
      memory.isKnown = false;
    }
    noteJobs(visit, views);
  }

  async function read(visit: JobVisit, policy: JobPolicy, bindings: readonly Binding[]): Promise<Reading> {
    const { key, memory, signal } = visit;
    const before = viewsOf(key, policy);
    let since = clock.now();
    const noting: Pick<Sampler, 'sample'> = {
      async sample(...question) {
        const sample = await sampler.sample(...question);
        if (sample?.ok) since = Math.min(since, sample.askedAt);
        return sample;
      },
    };
    // A reading from before a Job ended may count its message still.
    const asked = { maxAgeMs: sameMomentMs(policy), askedAfter: own.freedAt(key), signal };
    const isDue = isLookDue(memory, policy, clock.now());
    const triggers = await sampleTriggers(noting, key, bindings, asked);
    if (isDue) countUnasked(memory, triggers, (metric) => sampler.latest(key, metric));
    return { triggers: withFailuresBefore(memory, triggers), before, since };
  }

  function planFor({ key, memory }: JobVisit, policy: JobPolicy, { triggers, before, since }: Reading): Planned {
    const now = clock.now();
    const views = viewsOf(key, policy);
    const jobs = countJobs({ before, after: views, expected: own.expected(key), readSince: since, now }, policy);
    const { lastActiveAt, phaseMs } = memory;
    return { plan: planJobs(policy, { now, lastActiveAt, triggers, jobs, phaseMs }), jobs, views };
  }

  async function askForJobs(visit: JobVisit): Promise<void> {
    try {
      await own.refresh(visit.key, visit.signal);
    } catch (error) {
      if (error instanceof KubeError && error.code === 'KUBE_FORBIDDEN') {
        await report(visit, { kind: 'refused', error, isPaused: false });
      }
      throw error;
    }
  }

  async function createWave(visit: JobVisit, policy: JobPolicy, count: number): Promise<Wave> {
    const { key, memory, object, signal } = visit;
    const numbers = nextNumbers(memory.numbers ?? { floor: 0, used: new Set() }, count + SPARE_NUMBERS);
    try {
      const wave = await create({ key, object, count, numbers }, signal);
      const { floor = 0, used = [] } = memory.numbers ?? {};
      memory.numbers = { floor, used: new Set([...used, ...wave.taken]) };
      if (wave.created > 0) log.info('jobs are created', { object: key, asked: count, created: wave.created });
      return wave;
    } finally {
      if (own.expected(key).some(({ state }) => state === 'unanswered')) memory.doubtAt = clock.now();
      noteJobs(visit, viewsOf(key, policy));
    }
  }

  /** Jobs for what waits, if more are to be there. */
  async function act(
    visit: JobVisit,
    policy: JobPolicy,
    reading: Reading,
  ): Promise<Planned & { readonly wave?: Wave }> {
    const { memory } = visit;
    let planned = planFor(visit, policy, reading);
    if (planned.plan.create > 0 && !(memory.isKnown && own.isFollowed())) {
      await askForJobs(visit);
      memory.isKnown = true;
      planned = planFor(visit, policy, reading);
      noteJobs(visit, planned.views);
    }
    if (planned.plan.create === 0) return planned;
    const wave = await createWave(visit, policy, planned.plan.create);
    noteRefusal(visit.object, memory, wave);
    return { ...planned, views: viewsOf(visit.key, policy), wave };
  }

  function keep(
    { key, memory, object }: JobVisit,
    policy: JobPolicy,
    { triggers }: Reading,
    { plan, jobs, views, wave }: Awaited<ReturnType<typeof act>>,
    startedAt: number,
  ): void {
    const { name, namespace = '' } = object.metadata;
    const at = clock.now();
    const finished = views.filter((job) => job.finished).length;
    const lastWave = wave && { at, asked: plan.create, created: wave.created, reason: plan.reason };
    memory.lastActiveAt = plan.lastActiveAt;
    memory.nextLookAt = at + plan.checkAgainInMs;
    const seen = { triggers, jobs, finished };
    const waved = lastWave ? { lastWave } : {};
    decisions.record({ kind: 'ScaledJob', namespace, name, at, decision: plan, seen, policy, ...waved });
    const to = jobs.running + (wave?.created ?? 0);
    const told = { key, name, namespace, decision: plan, seen: { now: at, triggers } };
    options.decided?.({ ...told, from: jobs.running, to, startedAt, endedAt: clock.now() });
  }

  async function bound(visit: JobVisit, policy: JobPolicy): Promise<readonly Binding[]> {
    const { key, memory, object, signal } = visit;
    renewWhenBroken(memory, policy, clock);
    const { bindings, isNew } = await bind(key, triggersOfJob(object), memory, policy.readTimeoutMs, signal);
    if (policy.usesPush) sampler.watch(key);
    else sampler.unwatch(key);
    if (isNew) announce.bound(object, bindings);
    return bindings;
  }

  return async (visit, policy) => {
    const { key, memory } = visit;
    const startedAt = clock.now();
    memory.policy = policy;
    if (needsPods(policy)) {
      pods.want(key);
      await pods.untilKnown(visit.signal);
    } else pods.release(key);
    const found = viewsOf(key, policy);
    begin(visit, found);
    const rolledOut = await cleanUp.rollOut(visit, policy, found);
    const bindings = await bound(visit, policy);
    const reading = await read(visit, policy, bindings);
    announce.failures(visit.object, reading.triggers, memory);
    renewWhenRefused(memory, reading.triggers);
    const done = await act(visit, policy, reading);
    keep(visit, policy, reading, done, startedAt);

    const { plan, wave } = done;
    const surplus = cleanUp.surplusOf(visit, policy, done.views);
    const tell = (failures: readonly (SluiceError | undefined)[]): Promise<void> =>
      report(visit, {
        kind: 'planned',
        policy,
        plan,
        triggers: reading.triggers,
        bindings,
        troubles: troublesOf(visit, bindings, failures),
        lastJobNumber: memory.numbers?.floor || undefined,
        numberToStore: numberToStore(surplus, 0),
      });
    await tell([rolledOut]);
    const cleared = await cleanUp.clear(visit, surplus);
    if (cleared) await tell([rolledOut, cleared]);
    const failures = [rolledOut, wave?.failure, cleared];
    if (troublesOf(visit, bindings, failures).length === 0) announce.inOrder(visit.object, memory);
    const retriable = failures.find((failure) => isWorthRetry(failure));
    if (retriable) throw retriable;
    return plan.checkAgainInMs;
  };
}

/** What keeps the object from being Ready, besides triggers that cannot be read now. */
function troublesOf(
  { memory: { refusal }, object }: JobVisit,
  bindings: readonly Binding[],
  failures: readonly (SluiceError | undefined)[],
): readonly string[] {
  return [
    ...bindings.flatMap((binding) => (binding.kind === 'broken' ? [binding.error.message] : [])),
    ...(refusal && refusal.generation === object.metadata.generation ? [refusal.message] : []),
    ...failures.flatMap((failure) => failure?.message ?? []),
  ];
}

/** The template or a quota, as the API server sees it; what it did not answer to is no refusal. */
function noteRefusal({ metadata }: ScaledJob, memory: JobVisit['memory'], { created, failure }: Wave): void {
  if (created > 0) memory.refusal = undefined;
  else if (failure && failure.code !== 'KUBE_UNAVAILABLE') {
    memory.refusal = { message: failure.message, generation: metadata.generation };
  }
}

function isWorthRetry(failure: SluiceError | undefined): boolean {
  return failure instanceof KubeError && failure.retry !== 'never';
}

/** The other strategies do not ask which Jobs have begun. */
function needsPods({ strategy: { kind } }: JobPolicy): boolean {
  return kind === 'accurate' || kind === 'eager';
}
