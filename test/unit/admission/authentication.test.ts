// The webhook on authentications: what a secret store will refuse is let in with a warning, as KEDA lets it in.
import { describe, expect, it } from '@jest/globals';
import { judgeAuthentication } from '../../../src/admission/authentication.ts';
import { aJudgeWorld, aRequest } from './judge-world.ts';

const judge = (spec: object) => {
  const object = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name: 'vault', namespace: 'shop' },
    spec,
  };
  return judgeAuthentication('TriggerAuthentication', { ...aRequest(), object }, aJudgeWorld().stores);
};

describe('the section of a secret store', () => {
  const azureKeyVault = {
    vaultUri: 'shop',
    podIdentity: { provider: 'azure-workload' },
    secrets: [{ parameter: 'connection', name: 'redis' }],
  };
  it('is let in with a warning when the store will refuse it', async () =>
    expect(await judge({ azureKeyVault })).toEqual({
      problems: [],
      warnings: ['spec.azureKeyVault.vaultUri: expected an https URL such as https://shop.vault.azure.net'],
    }));
  it('is let in without a word when it is good', async () =>
    expect(await judge({ azureKeyVault: { ...azureKeyVault, vaultUri: 'https://shop.vault.azure.net' } })).toEqual({
      problems: [],
      warnings: [],
    }));
});
