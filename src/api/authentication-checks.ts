// What a TriggerAuthentication must also satisfy and a schema cannot say: the rules of KEDA's webhook.
import type { FieldIssue } from '../errors.ts';
import type { TriggerAuthenticationSpec } from './trigger-authentication.ts';

export function checkAuthentication(spec: TriggerAuthenticationSpec): readonly FieldIssue[] {
  return [...podIdentity(spec), ...oauth2(spec)];
}

/** Providers that still work but are to be left. */
export function outdatedIdentity({ podIdentity: identity }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  if (identity?.provider !== 'aws-eks') return [];
  return [{ field: 'spec.podIdentity.provider', message: 'aws-eks is deprecated: use aws' }];
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
      wrong('identityAuthorityHost', 'needs identityTenantId');
  }
  if (identity.provider === 'aws') {
    if (identity.roleArn && identity.identityOwner === 'workload')
      wrong('roleArn', 'excludes identityOwner "workload": name the role here or take the workload’s');
    if (identity.externalID && !identity.roleArn) wrong('externalID', 'needs roleArn');
  }
  return found;
}

function oauth2({ oauth2: given }: TriggerAuthenticationSpec): readonly FieldIssue[] {
  if (given === undefined) return [];
  const url = URL.canParse(given.tokenUrl) ? new URL(given.tokenUrl) : undefined;
  const isWeb = url !== undefined && ['http:', 'https:'].includes(url.protocol);
  return [
    ...(given.clientId === '' ? [{ field: 'spec.oauth2.clientId', message: 'must not be empty' }] : []),
    ...(isWeb ? [] : [{ field: 'spec.oauth2.tokenUrl', message: 'expected an absolute http or https URL' }]),
  ];
}
