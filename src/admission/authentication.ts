// Judges a TriggerAuthentication or ClusterTriggerAuthentication by itself: what it refers to may come later.
import { type AuthenticationKind, checkAuthentication } from '../api/authentication-checks.ts';
import { outdatedIdentity, unlikelyParameters, uselessSources } from '../api/doubtful-authentication.ts';
import { inspect } from '../api/parse.ts';
import type { SecretStoreRules } from './ports.ts';
import type { ReviewRequest } from './review.ts';
import { problemsOf, sentenceOf, type Verdict } from './verdict.ts';

/** KEDA lets in what a secret store will refuse: so do we, with a warning. */
export async function judgeAuthentication(
  kind: AuthenticationKind,
  { object: written = {} }: ReviewRequest,
  stores: SecretStoreRules,
): Promise<Verdict> {
  const { object, errors, warnings } = inspect(kind, written);
  if (object === undefined)
    return { problems: problemsOf('incorrect-fields', errors), warnings: warnings.map(sentenceOf) };
  const { spec } = object;
  const doubts = [
    ...outdatedIdentity(spec),
    ...unlikelyParameters(spec),
    ...uselessSources(spec),
    ...(await stores.inspect(spec)),
  ];
  return {
    problems: problemsOf('incorrect-authentication', checkAuthentication(kind, spec)),
    warnings: [...warnings, ...doubts].map(sentenceOf),
  };
}
