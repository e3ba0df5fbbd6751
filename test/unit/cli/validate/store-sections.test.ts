// What is said of the sections of secret stores: what the store would refuse, and nothing of what is out of sight.
import { describe, expect, it } from '@jest/globals';
import type { TriggerAuthenticationSpec } from '../../../../src/api/trigger-authentication.ts';
import { storeIssues } from '../../../../src/cli/validate/store-sections.ts';

const clientSecret = { valueFrom: { secretKeyRef: { name: 'app', key: 'secret' } } };
const application = { clientId: 'app', tenantId: 'tenant', clientSecret };
const keys = { accessKey: clientSecret, accessSecretKey: clientSecret };
const vault = {
  address: 'https://vault.vault:8200',
  authentication: 'kubernetes',
  mount: 'kubernetes',
  role: 'keda',
  secrets: [{ parameter: 'password', path: 'secret/data/redis', key: 'password' }],
} as const;
const azure = { vaultUri: 'https://shop.vault.azure.net', credentials: application, secrets: [one({ name: 'redis' })] };
const google = { credentials: { clientSecret }, secrets: [one({ id: 'redis' })] };
const aws = { credentials: keys, region: 'eu-west-1', secrets: [one({ name: 'redis' })] };

function one<T extends object>(secret: T) {
  return { parameter: 'password', ...secret };
}

async function told(spec: TriggerAuthenticationSpec): Promise<readonly string[]> {
  return (await storeIssues(spec)).map(({ field, message }) => `${field}: ${message}`);
}

describe('sections that a store would take', () => {
  it.each<[string, TriggerAuthenticationSpec]>([
    ['none at all', {}],
    ['all four', { hashiCorpVault: vault, azureKeyVault: azure, gcpSecretManager: google, awsSecretManager: aws }],
    [
      'a region that Sluice may have in its environment',
      { awsSecretManager: { credentials: keys, secrets: aws.secrets } },
    ],
    ['a token that Sluice may have in its environment', { hashiCorpVault: { ...vault, authentication: 'token' } }],
    ['pod identities', { awsSecretManager: { ...aws, podIdentity: { provider: 'aws' } } }],
    ['a whole name at Google', { gcpSecretManager: { ...google, secrets: [one({ id: 'projects/p/secrets/s' })] } }],
  ])('%s', async (_, spec) => expect(await told(spec)).toEqual([]));
});

describe('sections that a store would refuse', () => {
  it.each<[string, TriggerAuthenticationSpec, string]>([
    [
      'an address without a scheme',
      { hashiCorpVault: { ...vault, address: 'vault.vault:8200' } },
      'spec.hashiCorpVault.address: expected an http or https URL such as https://vault.vault:8200',
    ],
    [
      'a login without a role',
      { hashiCorpVault: { ...vault, role: '' } },
      'spec.hashiCorpVault.role: is required with authentication kubernetes',
    ],
    [
      'the name of a vault in place of its URL',
      { azureKeyVault: { ...azure, vaultUri: 'shop' } },
      'spec.azureKeyVault.vaultUri: expected an https URL such as https://shop.vault.azure.net',
    ],
    [
      'an unknown cloud',
      { azureKeyVault: { ...azure, cloud: { type: 'AzurePubicCloud' } } },
      'spec.azureKeyVault.cloud.type: expected AzurePublicCloud, ',
    ],
    [
      'an identity of another cloud',
      { azureKeyVault: { ...azure, podIdentity: { provider: 'aws' } } },
      'spec.azureKeyVault.podIdentity.provider: expected azure-workload or none, found "aws"',
    ],
    [
      'a region that is none',
      { awsSecretManager: { ...aws, region: 'eu west' } },
      'spec.awsSecretManager.region: expected one such as eu-west-1, found "eu west"',
    ],
    [
      'nobody to ask as',
      { awsSecretManager: { secrets: aws.secrets } },
      'spec.awsSecretManager.credentials: is required, or podIdentity with the provider aws',
    ],
    [
      'a name that no secret at Google can have',
      { gcpSecretManager: { ...google, secrets: [one({ id: 'fine' }), one({ id: 'a/b' })] } },
      'spec.gcpSecretManager.secrets[1].id: expected letters, digits, - and _, ',
    ],
  ])('%s', async (_, spec, message) => expect(await told(spec)).toEqual([expect.stringContaining(message)]));
});
