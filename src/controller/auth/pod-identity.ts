// The identity that the platform gives, as an authentication asks for it and as scalers are told.
import type { AuthenticationSpec } from './lookup.ts';
import type { PodIdentity } from '../../scalers/scaler.ts';

type Asked = AuthenticationSpec['podIdentity'];

/** What KEDA's operator refuses when it reads an authentication that no webhook has seen. */
export function identityProblem(identity: Asked): string | undefined {
  if (identity?.provider === 'azure-workload' && identity.identityId === '')
    return 'podIdentity.identityId is empty: give a client ID or leave it out';
  if (identity?.provider === 'aws' && identity.roleArn && identity.identityOwner === 'workload')
    return 'podIdentity.roleArn and identityOwner "workload" exclude each other: name the role or take the workload’s';
  return undefined;
}

/** Provider `none` is KEDA's word for no identity at all. A directory counts only together with a tenant in it (KEDA). */
export function podIdentityOf(identity: Asked): PodIdentity | undefined {
  if (!identity || identity.provider === 'none') return undefined;
  const { provider, identityId, identityTenantId, identityAuthorityHost, externalID } = identity;
  return {
    provider,
    ...(identityId ? { identityId } : {}),
    ...(identityTenantId ? { identityTenantId } : {}),
    ...(identityTenantId && identityAuthorityHost ? { identityAuthorityHost } : {}),
    ...(externalID ? { externalId: externalID } : {}),
  };
}
