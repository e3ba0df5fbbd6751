// KEDA's own fallback as the judge of what a trigger that cannot be read stands for.
import { describe } from '@jest/globals';
import type { ScaledObject } from '../../../../src/api/scaled-object.ts';
import { compositeOf } from '../../../../src/api/scaling-modifiers.ts';
import { fallbackReplicas, fallbackValue, isInFallback } from '../../../../src/controller/decide/fallback.ts';
import { policyOf } from '../../../../src/controller/decide/policy.ts';
import type { AskedFallback, FallbackAnswer } from '../../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../../fixtures/keda-answers/objects/questions/fallback.ts';
import { itAnswersAsKeda } from '../../../support/keda-objects.ts';

function ours({ scaledObject, failures, target, metricType, replicas, ready }: AskedFallback): number | undefined {
  const { metadata, spec } = scaledObject as unknown as ScaledObject;
  const pause = { kind: 'running', scaleIn: 'allowed', scaleOut: 'allowed' } as const;
  const { fallback } = policyOf({ metadata, spec }, pause, { readTimeoutMs: 3_000 });
  const failed = { kind: 'failed', metric: 's0', failures: failures + 1, code: 'SOURCE_ANSWER', message: '' } as const;
  if (fallback === undefined || !isInFallback(failed, fallback)) return undefined;
  const metric = compositeOf(spec) ?? { target, type: metricType };
  return fallbackValue(metric, fallbackReplicas(fallback, replicas), ready);
}

/** KEDA cuts off what is finer. */
const inThousandths = (value: number | undefined): number | undefined =>
  value && Math.trunc(value * 1_000 + 1e-6) / 1_000;

describe('a trigger that cannot be read', () => {
  itAnswersAsKeda('fallback', questions, {
    theirs: ({ value }: FallbackAnswer) => inThousandths(value),
    ours: (asked) => inThousandths(ours(asked)),
  });
});
