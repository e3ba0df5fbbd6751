// Judges a CloudEventSource or ClusterCloudEventSource. KEDA's own webhook refuses six of the event types that its CRD has; all 19 are taken here.
import {
  checkCloudEventSource,
  checkDestination,
  uselessOfCloudEventSource,
} from '../api/cloud-event-source-checks.ts';
import { inspect } from '../api/parse.ts';
import type { ReviewRequest } from './review.ts';
import { problemsOf, sentenceOf, type Verdict } from './verdict.ts';

export function judgeCloudEventSource(
  kind: 'CloudEventSource' | 'ClusterCloudEventSource',
  { object: written = {} }: ReviewRequest,
): Verdict {
  const { object, errors, warnings } = inspect(kind, written);
  if (object === undefined)
    return { problems: problemsOf('incorrect-fields', errors), warnings: warnings.map(sentenceOf) };
  const { spec } = object;
  return {
    problems: problemsOf('incorrect-event-subscription', checkCloudEventSource(spec)),
    // KEDA accepts a source that goes nowhere, and its condition Active says so afterwards.
    warnings: [...warnings, ...checkDestination(spec), ...uselessOfCloudEventSource(spec)].map(sentenceOf),
  };
}
