// Judges a TriggerAuthentication or ClusterTriggerAuthentication by its schema, the rules of KEDA's webhook, and what secret stores refuse.
import { type AuthenticationKind, checkAuthentication } from '../../api/authentication-checks.ts';
import { outdatedIdentity, unlikelyParameters, uselessSources } from '../../api/doubtful-authentication.ts';
import { valueAt } from '../../api/issues.ts';
import type { FieldIssue } from '../../errors.ts';
import { identityOf } from './inventory.ts';
import { parsePath } from './path.ts';
import type { PlainObject } from './manifest-file.ts';
import { error, type Finding, type ProblemCode, warning } from './report.ts';
import { judgeSchema } from './schema.ts';
import { templateHint } from './templates.ts';
import { storeIssues } from './store-sections.ts';

export async function judgeAuthentication(kind: AuthenticationKind, value: PlainObject): Promise<readonly Finding[]> {
  const { rest: object, findings, isCertain } = judgeSchema(kind, value);
  const namespaced = kind === 'ClusterTriggerAuthentication' && identityOf({ value }).namespace !== '';
  const homeless = 'a ClusterTriggerAuthentication belongs to no namespace: remove it';
  return [
    ...findings,
    ...(namespaced ? [warning('metadata.namespace', 'NO_EFFECT', homeless)] : []),
    ...(object === undefined
      ? []
      : [
          ...[...checkAuthentication(kind, object.spec), ...(await storeIssues(object.spec))]
            .filter(isCertain)
            .map(({ field, message }) =>
              error(field, 'INVALID_VALUE', `${message}${templateHint(valueAt(value, parsePath(field)))}`),
            ),
          ...warnings('DEPRECATED', outdatedIdentity(object.spec)),
          ...warnings('UNKNOWN_PARAMETER', unlikelyParameters(object.spec)),
          ...warnings('NO_EFFECT', uselessSources(object.spec)),
        ]),
  ];
}

const warnings = (code: ProblemCode, issues: readonly FieldIssue[]): readonly Finding[] =>
  issues.map(({ field, message }) => warning(field, code, message));
