// What the API server itself refuses of an authentication (CEL): what KEDA's webhook refuses too.
import type { ValidationRules } from './scaled-object-rules.ts';

const empty = (field: string): string => `has(self.${field}) && self.${field} == ''`;

export const podIdentityRules: ValidationRules = {
  'x-kubernetes-validations': [
    {
      rule: `self.provider != 'azure-workload' || !(${empty('identityId')})`,
      message: 'identityId must not be empty: give a client ID or leave it out',
    },
    {
      rule: `self.provider != 'azure-workload' || !(${empty('identityTenantId')})`,
      message: 'identityTenantId must not be empty: give a tenant or leave it out',
    },
    {
      rule: "self.provider != 'azure-workload' || !has(self.identityAuthorityHost) || self.identityAuthorityHost == '' || (has(self.identityTenantId) && self.identityTenantId != '')",
      message: 'identityAuthorityHost needs identityTenantId',
    },
    {
      rule: "self.provider != 'aws' || !has(self.roleArn) || self.roleArn == '' || !has(self.identityOwner) || self.identityOwner != 'workload'",
      message:
        "roleArn and identityOwner 'workload' exclude each other: the role is either named here or taken from the workload",
    },
    {
      rule: "self.provider != 'aws' || !has(self.externalID) || self.externalID == '' || (has(self.roleArn) && self.roleArn != '')",
      message: 'externalID needs roleArn',
    },
  ],
};
