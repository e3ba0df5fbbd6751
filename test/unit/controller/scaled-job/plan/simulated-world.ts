// A queue, an API server, a node agent and replicas of the controller, all of them slow, on a clock that is only a number.
import { countJobs } from '../../../../../src/controller/scaled-job/plan/count.ts';
import { numberToStore, surplusHistory } from '../../../../../src/controller/scaled-job/plan/history.ts';
import type { ExpectedJob, JobView } from '../../../../../src/controller/scaled-job/plan/job-view.ts';
import {
  CREATES_AT_ONCE,
  firstNumbers,
  type JobNumbers,
  nextNumbers,
  noteNumbers,
} from '../../../../../src/controller/scaled-job/plan/numbers.ts';
import { planJobs } from '../../../../../src/controller/scaled-job/plan/plan.ts';
import type { JobPolicy } from '../../../../../src/controller/scaled-job/plan/policy.ts';

export interface Scenario {
  readonly strategy: 'default' | 'accurate' | 'eager';
  /** Seconds. */
  readonly arrivals: readonly number[];
  readonly max: number;
  /** Kills of the process, or hand-overs to another one, in seconds. */
  readonly deaths: readonly number[];
  readonly maxChanges: readonly { readonly at: number; readonly max: number }[];
  readonly pause: { readonly at: number; readonly until: number };
  /** Successful Jobs that are kept. */
  readonly history: number;
  /**
   * Whether Jobs vanish as soon as they have finished (ttlSecondsAfterFinished: 0). Then every creation is answered and nobody is killed:
   * a creation that is late finds a name free that was used.
   */
  readonly vanish: boolean;
  /** What chance brings, one draw after the other; when they are used up everything is quick and goes well. */
  readonly dice: Uint8Array;
}

export interface Outcome {
  readonly jobs: number;
  /** Messages that somebody took. */
  readonly taken: number;
  /** Most Jobs that ran at once, beyond what the maximum of the plan allowed that started them. */
  readonly overMaximum: number;
  /** Jobs that were planned by a reading that failed. */
  readonly fromNothing: number;
}

interface Job {
  readonly number: number;
  /** When it was planned. */
  readonly max: number;
  readonly createdAt: number;
  /** When a pod runs, when that is told, when the message is taken, when it is done and when that is told. */
  readonly startsAt: number;
  readonly runsAt: number;
  readonly takesAt: number;
  readonly endsAt: number;
  readonly finishedAt: number;
  deletedAt: number;
}

const POLL_MS = 10_000;
const STARTUP_MS = 10_000;
const NEVER = Number.POSITIVE_INFINITY;

export function simulate(scenario: Scenario): Outcome {
  const { dice, arrivals } = scenario;
  let next = 0;
  /** Up to `most` milliseconds, in 16 steps; mostly little. */
  const delay = (most: number): number => ((dice[next++] ?? 0) % 16) * (most / 15);
  const happens = (oneIn: number): boolean => (dice[next++] ?? 0) % oneIn === oneIn - 1;

  const jobs: Job[] = [];
  const live = new Map<number, Job>();
  let overMaximum = 0;
  let fromNothing = 0;

  /** What the API server makes of a creation that reaches it at `at`; a number that is there already is not created again. */
  function land(number: number, at: number, max: number): void {
    const there = live.get(number);
    if (there && there.deletedAt > at) return;
    const startsAt = at + 500 + delay(20_000);
    const takesAt = startsAt + delay(STARTUP_MS - 1_000);
    const endsAt = takesAt + 200 + delay(40_000);
    const finishedAt = endsAt + delay(4_000);
    const job = {
      number,
      max,
      createdAt: at,
      startsAt,
      runsAt: startsAt + delay(5_000),
      takesAt,
      endsAt,
      finishedAt,
      deletedAt: scenario.vanish ? finishedAt : NEVER,
    };
    jobs.push(job);
    live.set(number, job);
    const running = jobs.filter((j) => j.createdAt <= at && j.finishedAt > at);
    // Jobs may be late, and the maximum another one by then.
    const allowed = running.reduce((most, j) => Math.max(most, j.max), policyAt(at).maxJobs);
    overMaximum = Math.max(overMaximum, running.length - allowed);
  }
  /** Creations on their way, in the order in which they arrive. */
  let underWay: { number: number; at: number; max: number }[] = [];
  function landUntil(now: number): void {
    const due = underWay.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
    underWay = underWay.filter(({ at }) => at > now);
    for (const { number, at, max } of due) land(number, at, max);
  }

  const queueLength = (at: number): number => {
    const gone = (job: Job): number => (scenario.strategy === 'default' ? job.endsAt : job.takesAt);
    return arrivals.filter((s) => s * 1000 <= at).length - jobs.filter((job) => gone(job) <= at).length;
  };
  const view = (job: Job, asOf: number): JobView => ({
    ...nameOf(job),
    uid: uidOf(job),
    createdAt: job.createdAt,
    generation: '1',
    number: job.number,
    isBeingDeleted: false,
    finished: job.finishedAt <= asOf ? { as: 'Complete', at: seconds(job.finishedAt) } : undefined,
    pods:
      job.runsAt <= asOf
        ? [
            {
              phase: job.finishedAt <= asOf ? 'Succeeded' : 'Running',
              conditions: [],
              runningSince: seconds(job.startsAt),
            },
          ]
        : [],
  });
  const policyAt = (now: number): JobPolicy => {
    const max = scenario.maxChanges.findLast(({ at }) => at * 1000 <= now)?.max ?? scenario.max;
    return {
      minJobs: 0,
      room: max,
      maxJobs: max,
      pollingIntervalMs: POLL_MS,
      strategy: { kind: scenario.strategy },
      combine: 'max',
      pendingPodConditions: [],
      startupMs: STARTUP_MS,
      accounting: 'Exact',
      history: { completeJobs: scenario.history, failedJobs: scenario.history },
      rollout: { strategy: 'immediate', propagationPolicy: 'Background' },
      isPaused: scenario.pause.at * 1000 <= now && now < scenario.pause.until * 1000,
      fallback: undefined,
      readTimeoutMs: 3_000,
      usesPush: false,
    };
  };

  let expected: readonly ExpectedJob[] = [];
  let known: JobNumbers | undefined;
  /** In the status of the ScaledJob. */
  let lastJobNumber = 0;
  let cacheAt = 0;
  let isNew = true;
  let doubtAt: number | undefined;
  let now = 1_000;
  let deaths = (scenario.vanish ? [] : [...scenario.deaths]).sort((a, b) => a - b).map((s) => s * 1000);
  const lastMoment =
    1000 *
    Math.max(0, ...arrivals, ...scenario.deaths, scenario.pause.until, ...scenario.maxChanges.map(({ at }) => at));

  /** Sends creations, and knows of the answers that come before `until`. Returns when the wave is over. */
  function send(numbers: readonly number[], from: number, until: number, max: number): number {
    let at = from;
    for (let i = 0; i < numbers.length && at < until; i += CREATES_AT_ONCE) {
      let answeredAt = at;
      for (const number of numbers.slice(i, i + CREATES_AT_ONCE)) {
        const isLost = happens(16) && !scenario.vanish;
        const landsAt = at + delay(scenario.vanish ? 3_900 : 6_000);
        if (!isLost || !happens(2)) underWay.push({ number, at: landsAt, max });
        // No answer is one that did not come in time.
        const isAnswered = !isLost && landsAt - at < 4_000;
        if (!isAnswered) doubtAt = landsAt;
        const state = isAnswered ? 'created' : 'unanswered';
        expected = [
          ...expected.filter((job) => job.number !== number),
          { ...nameOf({ number }), number, state, at: landsAt },
        ];
        answeredAt = Math.max(answeredAt, isAnswered ? landsAt : at + 4_000);
      }
      at = answeredAt;
    }
    return at;
  }

  function clean(surplus: readonly JobView[], at: number): void {
    lastJobNumber = numberToStore(surplus, lastJobNumber);
    for (const { number = 0, uid } of surplus) {
      const job = live.get(number);
      if (job && uid === uidOf(job)) job.deletedAt = Math.min(job.deletedAt, at);
    }
  }

  /** One look; returns when the next one is due. */
  function look(deathAt: number): number {
    const show = (at: number): JobView[] => {
      landUntil(at);
      cacheAt = isNew ? at : Math.max(cacheAt, at - delay(8_000));
      isNew = false;
      // A watch shows what was there for a moment only, too.
      const shown = jobs.filter(({ createdAt }) => createdAt <= cacheAt);
      const numbers = new Set(shown.map(({ number }) => number));
      expected = expected.filter(({ number }) => !numbers.has(number));
      return shown.filter(({ deletedAt }) => deletedAt > cacheAt).map((job) => view(job, cacheAt));
    };
    const before = show(now);
    const policy = policyAt(now);
    const readAt = now + delay(1_500);
    const isFailing = happens(8);
    const answeredAt = readAt + delay(1_500);
    landUntil(answeredAt);
    const value = queueLength(readAt);
    const after = show(answeredAt);
    const metric = 's0-queue';
    const plan = planJobs(policy, {
      now: answeredAt,
      lastActiveAt: undefined,
      phaseMs: 0,
      jobs: countJobs({ before, after, expected, readSince: now, now: answeredAt }, policy),
      triggers: [
        isFailing
          ? { kind: 'failed', metric, failures: 1, code: 'SOURCE_TIMEOUT', message: '' }
          : { kind: 'value', metric, value, isActive: value > 0, target: 1, type: 'AverageValue', at: answeredAt },
      ],
    });
    if (isFailing) fromNothing += plan.create;
    known = noteNumbers(known ?? firstNumbers(after, lastJobNumber), after, expected);
    const at = send(nextNumbers(known, plan.create), answeredAt, deathAt, policy.maxJobs);
    known = noteNumbers(known, after, expected);
    if (at < deathAt) clean(surplusHistory(policy, after, { floor: known.floor, doubtAt, now: at }), at);
    return at + plan.checkAgainInMs;
  }

  for (let looks = 0; looks < 400; looks++) {
    const [deathAt = NEVER] = deaths;
    if (now >= deathAt) {
      // Another process: it remembers nothing, and begins with a list from the API server itself.
      deaths = deaths.slice(1);
      expected = [];
      known = undefined;
      isNew = true;
      doubtAt = now;
      now += 500 + delay(5_000);
      continue;
    }
    const again = look(deathAt);
    now = Math.min(again, Math.max(deathAt, now + 1));
    const isOver = now > lastMoment + 30_000 && underWay.length === 0 && queueLength(now) <= 0;
    if (isOver && jobs.every(({ finishedAt }) => finishedAt < now - 30_000)) break;
  }
  const taken = Math.min(arrivals.length, jobs.filter(({ takesAt }) => takesAt < NEVER).length);
  return { jobs: jobs.length, taken, overMaximum, fromNothing };
}

function nameOf({ number }: Pick<Job, 'number'>): { readonly name: string } {
  return { name: `job-${number}` };
}

function uidOf({ number, createdAt }: Job): string {
  return `${number}@${createdAt}`;
}

/** As Kubernetes writes times. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
