// Who judges what, by the path that KEDA's webhook configuration names.
import { checkAuthentication, outdatedIdentity } from '../api/authentication-checks.ts';
import { checkTriggers } from '../api/checks.ts';
import { API_VERSION, UNSUPPORTED_KINDS } from '../api/names.ts';
import { inspect } from '../api/parse.ts';
import type { ReviewRequest } from './review.ts';
import { judgeScaledObject, type ScaledObjectJudgeOptions } from './scaled-object.ts';
import { problemsOf, sentenceOf, type Verdict } from './verdict.ts';

export interface Judge {
  readonly apiVersion: string;
  readonly kind: string;
  /** Rejects when it cannot be told, because somebody who has to be asked does not answer. */
  judge(request: ReviewRequest, signal: AbortSignal): Promise<Verdict>;
}

/** `/validate-keda-sh-v1alpha1-scaledobject` and its like. */
export function createJudges(options: ScaledObjectJudgeOptions): ReadonlyMap<string, Judge> {
  const judges: readonly Judge[] = [
    { ...keda('ScaledObject'), judge: (request, signal) => judgeScaledObject(request, options, signal) },
    { ...keda('ScaledJob'), judge: (request) => judgeScaledJob(request, options) },
    { ...keda('TriggerAuthentication'), judge: async (request) => judgeAuthentication(request) },
    { ...keda('ClusterTriggerAuthentication'), judge: async (request) => judgeAuthentication(request) },
    ...[...UNSUPPORTED_KINDS].map(([kind, apiVersion]) => ({
      apiVersion,
      kind,
      judge: async () => withoutEffect(kind),
    })),
  ];
  return new Map(judges.map((judge) => [pathOf(judge), judge]));
}

const keda = (kind: string): Pick<Judge, 'apiVersion' | 'kind'> => ({ apiVersion: API_VERSION, kind });
const pathOf = ({ apiVersion, kind }: Judge): string =>
  `/validate-${apiVersion.replace(/[./]/g, '-')}-${kind.toLowerCase()}`;

async function judgeScaledJob(
  { object: written = {} }: ReviewRequest,
  { types }: Pick<ScaledObjectJudgeOptions, 'types'>,
): Promise<Verdict> {
  const { object, errors, warnings } = inspect('ScaledJob', written);
  return {
    problems: [
      ...problemsOf('incorrect-fields', errors),
      ...problemsOf('incorrect-triggers', object === undefined ? [] : checkTriggers(object.spec.triggers, types)),
    ],
    warnings: ['Sluice does not start Jobs yet', ...[...warnings, ...(await types.inspect(written))].map(sentenceOf)],
  };
}

function judgeAuthentication({ kind, object: written = {} }: ReviewRequest): Verdict {
  const known = kind === 'ClusterTriggerAuthentication' ? kind : 'TriggerAuthentication';
  const { object, errors, warnings } = inspect(known, written);
  const outdated = object === undefined ? [] : outdatedIdentity(object.spec);
  return {
    problems: [
      ...problemsOf('incorrect-fields', errors),
      ...problemsOf('incorrect-authentication', object === undefined ? [] : checkAuthentication(object.spec)),
    ],
    warnings: [...warnings, ...outdated].map(sentenceOf),
  };
}

function withoutEffect(kind: string): Verdict {
  return { problems: [], warnings: [`Sluice does nothing with a ${kind} yet`] };
}
