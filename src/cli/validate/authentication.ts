// Judges a TriggerAuthentication or ClusterTriggerAuthentication by its schema and by the rules of KEDA's webhook.
import { checkAuthentication, outdatedIdentity } from '../../api/authentication-checks.ts';
import type { TriggerAuthenticationSpec } from '../../api/trigger-authentication.ts';
import { identityOf } from './inventory.ts';
import type { PlainObject } from './manifest-file.ts';
import { error, type Finding, warning } from './report.ts';
import { judgeSchema } from './schema.ts';

export function judgeAuthentication(
  kind: 'TriggerAuthentication' | 'ClusterTriggerAuthentication',
  value: PlainObject,
): readonly Finding[] {
  const { object, findings } = judgeSchema(kind, value);
  const namespaced = kind === 'ClusterTriggerAuthentication' && identityOf({ value }).namespace !== '';
  return [
    ...findings,
    ...(namespaced
      ? [
          warning(
            'metadata.namespace',
            'NO_EFFECT',
            'a ClusterTriggerAuthentication belongs to no namespace: remove it',
          ),
        ]
      : []),
    ...(object === undefined
      ? []
      : [
          ...checkAuthentication(object.spec).map(({ field, message }) => error(field, 'INVALID_VALUE', message)),
          ...outdatedIdentity(object.spec).map(({ field, message }) => warning(field, 'DEPRECATED', message)),
          ...filePath(kind, object.spec),
          ...parameterNames(object.spec),
        ]),
  ];
}

function filePath(kind: string, { filePath: path }: TriggerAuthenticationSpec): readonly Finding[] {
  if (!path) return [];
  if (kind === 'TriggerAuthentication')
    return [error('spec.filePath', 'INVALID_VALUE', 'only a ClusterTriggerAuthentication may read a file')];
  const outside = path.startsWith('/') || path.split('/').includes('..');
  return outside ? [error('spec.filePath', 'INVALID_VALUE', 'expected a relative path without ..')] : [];
}

/** KEDA has no parameter with an underscore; its name was taken for that of the variable or key it comes from. */
function parameterNames(spec: TriggerAuthenticationSpec): readonly Finding[] {
  const message =
    'no trigger has a parameter of that name, it looks like a variable’s: write what the trigger calls it, for example connection';
  return (['secretTargetRef', 'configMapTargetRef', 'env'] as const).flatMap((source) =>
    (spec[source] ?? []).flatMap(({ parameter }, index) =>
      parameter.includes('_') ? [warning(`spec.${source}[${index}].parameter`, 'UNKNOWN_PARAMETER', message)] : [],
    ),
  );
}
