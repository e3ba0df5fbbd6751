// What it costs to count five hundred Jobs and to plan more, and whether ten thousand messages make ten thousand Jobs in a bad world.
import { countJobs } from '../../src/controller/scaled-job/plan/count.ts';
import { firstNumbers, nextNumbers } from '../../src/controller/scaled-job/plan/numbers.ts';
import { aJob, aPod, NOW, plan, policyOf, waiting } from '../unit/controller/scaled-job/plan/job-world.ts';
import { simulate } from '../unit/controller/scaled-job/plan/simulated-world.ts';
import type { Bench } from './bench.ts';

const MESSAGES = 10_000;
const MOST = 500;
const LOOKS = 1_000;

export const scaledJobPlanBench: Bench = {
  name: 'scaled-job-plan',
  async run(report) {
    const what = `${MESSAGES.toLocaleString('en')} messages, at most ${MOST} Jobs`;
    const policy = policyOf({ maxReplicaCount: MOST, scalingStrategy: { strategy: 'accurate' } });
    const jobs = Array.from({ length: MOST }, (_, i) =>
      aJob(`job-${i}`, {
        number: i + 1,
        pods: [aPod('Running', NOW - 60_000)],
        finished: i % 2 === 0 ? { as: 'Complete', at: NOW - 30_000 } : undefined,
      }),
    );
    const look = (): number => {
      const counted = countJobs({ before: jobs, after: jobs, expected: [], readSince: NOW, now: NOW }, policy);
      return nextNumbers(firstNumbers(jobs, undefined), plan(policy, [waiting(MESSAGES)], counted).create).length;
    };
    for (let i = 0; i < LOOKS; i++) look();
    const begunAt = performance.now();
    for (let i = 0; i < LOOKS; i++) look();
    const micros = ((performance.now() - begunAt) * 1_000) / LOOKS;
    report({ what: `${what}: count, plan and numbers of a look`, value: `${micros.toFixed(0)} µs` });

    const dice = crypto.getRandomValues(new Uint8Array(65_536));
    const { jobs: made, overMaximum } = simulate({
      strategy: 'accurate',
      arrivals: Array.from({ length: MESSAGES }, (_, i) => i % 90),
      max: MOST,
      deaths: [20, 50, 80],
      maxChanges: [],
      pause: { at: 0, until: 0 },
      history: 100,
      vanish: false,
      dice,
    });
    const world = `${what}, lost answers, three kills`;
    report({ what: `${world}: Jobs made`, value: made.toLocaleString('en'), aim: MESSAGES.toLocaleString('en') });
    report({ what: `${world}: Jobs beyond the maximum`, value: String(overMaximum), aim: '0' });
  },
};
