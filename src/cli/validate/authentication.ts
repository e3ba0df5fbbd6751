// Judges a TriggerAuthentication or ClusterTriggerAuthentication by its schema and by the rules of KEDA's webhook.
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
          ...podIdentity(object.spec),
          ...oauth2(object.spec),
          ...filePath(kind, object.spec),
          ...parameterNames(object.spec),
        ]),
  ];
}

function podIdentity({ podIdentity: identity }: TriggerAuthenticationSpec): readonly Finding[] {
  if (identity === undefined) return [];
  const at = 'spec.podIdentity';
  const found: Finding[] = [];
  if (identity.provider === 'aws-eks')
    found.push(warning(`${at}.provider`, 'DEPRECATED', 'aws-eks is deprecated: use aws'));
  if (identity.provider === 'azure-workload') {
    for (const field of ['identityId', 'identityTenantId'] as const)
      if (identity[field] === '')
        found.push(error(`${at}.${field}`, 'INVALID_VALUE', 'must not be empty: give a value or leave it out'));
    if (identity.identityAuthorityHost && !identity.identityTenantId)
      found.push(error(`${at}.identityAuthorityHost`, 'INVALID_VALUE', 'needs identityTenantId'));
  }
  if (identity.provider === 'aws') {
    if (identity.roleArn && identity.identityOwner === 'workload')
      found.push(
        error(
          `${at}.roleArn`,
          'INVALID_VALUE',
          'excludes identityOwner "workload": name the role here or take the workload’s',
        ),
      );
    if (identity.externalID && !identity.roleArn)
      found.push(error(`${at}.externalID`, 'INVALID_VALUE', 'needs roleArn'));
  }
  return found;
}

function oauth2({ oauth2: given }: TriggerAuthenticationSpec): readonly Finding[] {
  if (given === undefined) return [];
  const found: Finding[] = [];
  if (given.clientId === '') found.push(error('spec.oauth2.clientId', 'INVALID_VALUE', 'must not be empty'));
  const url = URL.canParse(given.tokenUrl) ? new URL(given.tokenUrl) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    found.push(error('spec.oauth2.tokenUrl', 'INVALID_VALUE', 'expected an absolute http or https URL'));
  return found;
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
