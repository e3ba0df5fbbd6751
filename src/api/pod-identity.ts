// Credentials of the platform instead of a Secret: which provider, and as whom.
import { z } from 'zod';

export const PodIdentity = z
  .object({
    provider: z
      .enum(['azure-workload', 'gcp', 'aws', 'aws-eks', 'none'])
      .describe('Whose identity is used; aws-eks is deprecated in favour of aws.'),
    identityId: z.string().describe('azure-workload: client ID that overrides the default one.').exactOptional(),
    identityTenantId: z.string().describe('azure-workload: tenant that overrides the default one.').exactOptional(),
    identityAuthorityHost: z
      .string()
      .describe('azure-workload: authority host that overrides the default one; needs identityTenantId.')
      .exactOptional(),
    roleArn: z.string().describe('aws: role to assume.').exactOptional(),
    externalID: z.string().describe('aws: external ID given when roleArn is assumed.').exactOptional(),
    identityOwner: z
      .enum(['keda', 'workload'])
      .describe(
        'aws: whether the autoscaler’s own role is used or that of the workload’s ServiceAccount; default keda.',
      )
      .exactOptional(),
  })
  .describe('Identity given by the platform.');
export type PodIdentity = z.infer<typeof PodIdentity>;
