import { describe, expect, it } from '@jest/globals';
import { podIdentityOf } from '../../../../src/controller/auth/pod-identity.ts';

type Identity = NonNullable<Parameters<typeof podIdentityOf>[0]>;
const azure = { provider: 'azure-workload' } as const;

describe('podIdentity', () => {
  it.each<[Identity, object | undefined]>([
    [{ provider: 'none', identityId: 'x' }, undefined],
    [azure, azure],
    [
      { ...azure, identityId: 'i', identityTenantId: 't', identityAuthorityHost: 'https://h' },
      { ...azure, identityId: 'i', identityTenantId: 't', identityAuthorityHost: 'https://h' },
    ],
    // KEDA: a directory counts together with a tenant only, and an empty override is none.
    [{ ...azure, identityAuthorityHost: 'https://h' }, azure],
    [{ ...azure, identityTenantId: '', identityAuthorityHost: 'https://h' }, azure],
    [{ provider: 'gcp' }, { provider: 'gcp' }],
    [
      { provider: 'aws', roleArn: 'r', externalID: 'e' },
      { provider: 'aws', externalId: 'e' },
    ],
    [{ provider: 'aws', identityOwner: 'keda' }, { provider: 'aws' }],
    [{ provider: 'aws-eks' }, { provider: 'aws-eks' }],
  ])('%j is %j to a scaler', (asked, expected) => {
    expect(podIdentityOf(asked)).toEqual(expected);
  });
});
