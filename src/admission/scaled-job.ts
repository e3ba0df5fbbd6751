// Judges a ScaledJob: KEDA's trigger check, and whether its Jobs could be made at all.
import { doubtfulAnnotations } from '../api/doubtful-annotations.ts';
import { inspect } from '../api/parse.ts';
import { checkScaledJob, doubtfulJobFields } from '../api/scaled-job-checks.ts';
import type { TriggerTypes } from './ports.ts';
import type { ReviewRequest } from './review.ts';
import { problemsOf, sentenceOf, type Verdict } from './verdict.ts';

export async function judgeScaledJob({ object: written = {} }: ReviewRequest, types: TriggerTypes): Promise<Verdict> {
  const { object, errors, warnings } = inspect('ScaledJob', written);
  const doubts = object === undefined ? [] : [...doubtfulAnnotations(object), ...doubtfulJobFields(object.spec)];
  const problems = object === undefined ? [] : checkScaledJob(object, types, written);
  const told = new Set(problems.map(({ field }) => field));
  return {
    problems: [...problemsOf('incorrect-fields', errors), ...problemsOf('incorrect-scaled-job', problems)],
    warnings: [...warnings, ...doubts, ...(await types.inspect(written))]
      .filter(({ field }) => !told.has(field))
      .map(sentenceOf),
  };
}
