// Judges a TriggerAuthentication or ClusterTriggerAuthentication by its schema and by the rules of KEDA's webhook.
import { type AuthenticationKind, checkAuthentication } from '../../api/authentication-checks.ts';
import { outdatedIdentity, unlikelyParameters, uselessSources } from '../../api/doubtful-authentication.ts';
import type { FieldIssue } from '../../errors.ts';
import { identityOf } from './inventory.ts';
import type { PlainObject } from './manifest-file.ts';
import { error, type Finding, type ProblemCode, warning } from './report.ts';
import { judgeSchema } from './schema.ts';

export function judgeAuthentication(kind: AuthenticationKind, value: PlainObject): readonly Finding[] {
  const { object, findings } = judgeSchema(kind, value);
  const namespaced = kind === 'ClusterTriggerAuthentication' && identityOf({ value }).namespace !== '';
  const homeless = 'a ClusterTriggerAuthentication belongs to no namespace: remove it';
  return [
    ...findings,
    ...(namespaced ? [warning('metadata.namespace', 'NO_EFFECT', homeless)] : []),
    ...(object === undefined
      ? []
      : [
          ...checkAuthentication(kind, object.spec).map(({ field, message }) => error(field, 'INVALID_VALUE', message)),
          ...warnings('DEPRECATED', outdatedIdentity(object.spec)),
          ...warnings('UNKNOWN_PARAMETER', unlikelyParameters(object.spec)),
          ...warnings('NO_EFFECT', uselessSources(object.spec)),
        ]),
  ];
}

const warnings = (code: ProblemCode, issues: readonly FieldIssue[]): readonly Finding[] =>
  issues.map(({ field, message }) => warning(field, code, message));
