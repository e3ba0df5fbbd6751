// What a TriggerAuthentication must also satisfy and a schema cannot say: the rules of KEDA's webhook and of its resolver.
import type { FieldIssue } from '../errors.ts';
import type { TriggerAuthenticationSpec } from './trigger-authentication.ts';

export type AuthenticationKind = 'TriggerAuthentication' | 'ClusterTriggerAuthentication';

/** KEDA's webhook forgets to look at oauth2 beside a podIdentity of gcp, aws-eks or none; this does not. */
export function checkAuthentication(kind: AuthenticationKind, spec: TriggerAuthenticationSpec): readonly FieldIssue[] {
  return [...podIdentity(spec), ...oauth2(spec), ...filePath(kind, spec)];
}

function podIdentity({ podIdentity: identity }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  if (identity === undefined) return [];
  const found: FieldIssue[] = [];
  const wrong = (field: string, message: string): void => {
    found.push({ field: `spec.podIdentity.${field}`, message });
  };
  if (identity.provider === 'azure-workload') {
    for (const field of ['identityId', 'identityTenantId'] as const)
      if (identity[field] === '') wrong(field, 'must not be empty: give a value or leave it out');
    if (identity.identityAuthorityHost && !identity.identityTenantId)
      wrong('identityAuthorityHost', 'needs identityTenantId: set it, or leave both out');
  }
  if (identity.provider === 'aws') {
    if (identity.roleArn && identity.identityOwner === 'workload')
      wrong('roleArn', 'excludes identityOwner "workload": name the role here or take the workload’s');
    if (identity.externalID && !identity.roleArn) wrong('externalID', 'needs roleArn: set it, or leave both out');
  }
  return found;
}

function oauth2({ oauth2: given }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  if (given === undefined) return [];
  const isWeb = /^https?:\/\//i.test(given.tokenUrl) && URL.canParse(given.tokenUrl);
  // What is there instead is not shown: people put secrets into URLs.
  const shape = 'expected an absolute http or https URL, such as https://login.example.com/token';
  return [
    ...(given.clientId === '' ? [{ field: 'spec.oauth2.clientId', message: 'must not be empty' }] : []),
    ...(isWeb ? [] : [{ field: 'spec.oauth2.tokenUrl', message: shape }]),
  ];
}

function filePath(kind: AuthenticationKind, { filePath: path }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  const field = 'spec.filePath';
  if (!path) return [];
  if (kind === 'TriggerAuthentication')
    return [
      {
        field,
        message: 'only a ClusterTriggerAuthentication may read a file: change the kind, or use secretTargetRef',
      },
    ];
  const isOutside = path.startsWith('/') || path.split('/').includes('..');
  return isOutside ? [{ field, message: 'expected a relative path without ..' }] : [];
}
