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

export const oauth2Rules: ValidationRules = {
  'x-kubernetes-validations': [
    { rule: "self.clientId != ''", message: 'clientId must not be empty' },
    {
      rule: "self.tokenUrl.matches('^[hH][tT][tT][pP][sS]?://')",
      message: 'tokenUrl must be an absolute http or https URL, such as https://login.example.com/token',
    },
  ],
};

/** Of the namespaced kind only: its author is not who may read files of the autoscaler. */
export const namespacedRules: ValidationRules = {
  'x-kubernetes-validations': [
    {
      rule: "!has(self.filePath) || self.filePath == ''",
      message: 'filePath is for a ClusterTriggerAuthentication only: change the kind, or use secretTargetRef',
    },
  ],
};

export const clusterRules: ValidationRules = {
  'x-kubernetes-validations': [
    {
      rule: "!has(self.filePath) || !(self.filePath.startsWith('/') || self.filePath.startsWith('../') || self.filePath.contains('/../'))",
      message: 'filePath must be a relative path without ..',
    },
  ],
};
