// KEDA's own executor as the judge of how many Jobs `accounting: KEDA` creates.
import { describe } from '@jest/globals';
import type { ScaledJob } from '../../../../../src/api/scaled-job.ts';
import type { TriggerState } from '../../../../../src/controller/decide/observation.ts';
import { planJobs } from '../../../../../src/controller/scaled-job/plan/plan.ts';
import { jobPolicyOf } from '../../../../../src/controller/scaled-job/plan/policy.ts';
import type { AskedJobs, JobsAnswer } from '../../../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../../../fixtures/keda-answers/objects/questions/jobs.ts';
import { itAnswersAsKeda } from '../../../../support/keda-objects.ts';

function ours({ scaledJob, running, pending, triggers }: AskedJobs): JobsAnswer {
  const { metadata, spec } = scaledJob as unknown as ScaledJob;
  const accounting = { ...spec, advanced: { sluice: { accounting: 'KEDA' as const } } };
  const policy = jobPolicyOf({ metadata, spec: accounting }, { readTimeoutMs: 3_000 });
  const states = triggers.map(
    ({ value, target, active: isActive }, index): TriggerState => ({
      kind: 'value',
      metric: `s${index}`,
      index,
      value,
      isActive,
      target,
      type: 'AverageValue',
      at: 0,
    }),
  );
  const jobs = { running, runningAtReading: running, pending, settlesAt: undefined };
  const plan = planJobs(policy, { now: 0, lastActiveAt: undefined, triggers: states, jobs, phaseMs: 0 });
  return { created: plan.create, active: plan.active === 'True', maxScale: plan.maxScale };
}

describe('a look at a ScaledJob', () => {
  itAnswersAsKeda('jobs', questions, { theirs: (answer: JobsAnswer) => answer, ours });
});
