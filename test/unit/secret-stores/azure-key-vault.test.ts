import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAzureKeyVault } from '../../../src/secret-stores/azure-key-vault.ts';
import { vaultPlace } from '../../../src/secret-stores/azure-key-vault-place.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { askedStore, secretKey } from '../../support/secret-store.ts';

type Vault = Section<'azureKeyVault'>;

describe('vaultPlace', () => {
  it.each([
    ['https://a.vault.azure.net', undefined, 'https://vault.azure.net/.default', 'https://login.microsoftonline.com'],
    ['https://A.Vault.Azure.Net/', undefined, 'https://vault.azure.net/.default', 'https://login.microsoftonline.com'],
    ['https://a.vault.azure.cn', undefined, 'https://vault.azure.cn/.default', 'https://login.chinacloudapi.cn'],
    [
      'https://a.vault.usgovcloudapi.net',
      { type: 'AZUREUSGOVERNMENTCLOUD' },
      'https://vault.usgovcloudapi.net/.default',
      'https://login.microsoftonline.us',
    ],
    [
      'https://a.vault.local.example:8443',
      {
        type: 'Private',
        keyVaultResourceURL: 'https://vault.local.example/',
        activeDirectoryEndpoint: 'https://login.local.example',
      },
      'https://vault.local.example/.default',
      'https://login.local.example',
    ],
  ])('of %s in %j', (vaultUri, cloud, scope, authorityHost) => {
    expect(vaultPlace({ vaultUri, cloud })).toMatchObject({ scope, authorityHost });
  });

  const clouds = 'AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private';
  it.each([
    ['http://a.vault.azure.net', undefined, 'vaultUri: expected an https URL such as https://shop.vault.azure.net'],
    ['a', undefined, 'vaultUri: expected an https URL such as https://shop.vault.azure.net'],
    [
      'https://me:pass@a.vault.azure.net',
      undefined,
      'vaultUri: expected an https URL such as https://shop.vault.azure.net',
    ],
    [
      'https://avault.azure.net',
      undefined,
      'vaultUri: expected a vault of vault.azure.net, found "avault.azure.net"; name its cloud in cloud.type',
    ],
    [
      'https://a.vault.azure.cn',
      { type: 'AzurePublicCloud' },
      'vaultUri: expected a vault of vault.azure.net, found "a.vault.azure.cn"',
    ],
    ['https://a.vault.azure.net', { type: 'Moon' }, `cloud.type: expected ${clouds}, found "Moon"`],
    [
      'https://a.b',
      { type: 'Private', activeDirectoryEndpoint: 'https://login.b' },
      'cloud.keyVaultResourceURL: is required with cloud Private, as an https URL',
    ],
    [
      'https://a.b',
      { type: 'Private', keyVaultResourceURL: 'https://b', activeDirectoryEndpoint: 'http://login.b' },
      'cloud.activeDirectoryEndpoint: is required with cloud Private, as an https URL',
    ],
  ])('refuses %s in %j', (vaultUri, cloud, expected) => {
    const place = vaultPlace({ vaultUri, cloud });
    expect('field' in place ? `${place.field}: ${place.message}` : place).toBe(expected);
  });
});

describe('vaultPlace, whatever is written,', () => {
  const host = fc.oneof(
    fc.domain(),
    fc.constantFrom('a.vault.azure.net', 'vault.azure.net.evil.example', 'a.vault.azure.cn', 'evilvault.azure.net'),
  );
  const url = fc.oneof(
    fc.string(),
    fc.webUrl(),
    host.map((name) => `https://${name}`),
  );
  const type = fc.constantFrom('AzurePublicCloud', 'AzureChinaCloud', 'Private', '', 'x');

  it('sends a token nowhere but where it is for', () => {
    fc.assert(
      fc.property(url, type, url, url, (vaultUri, name, keyVaultResourceURL, activeDirectoryEndpoint) => {
        const place = vaultPlace({ vaultUri, cloud: { type: name, keyVaultResourceURL, activeDirectoryEndpoint } });
        if ('field' in place) return;
        expect(place.url.protocol).toBe('https:');
        expect(`.${place.url.hostname}`.endsWith(`.${new URL(place.scope).hostname}`)).toBe(true);
      }),
    );
  });
});

describe('azureKeyVault', () => {
  const credentials = { clientId: 'a', tenantId: 'b', clientSecret: secretKey('app', 'secret') };
  const written = (more: Partial<Vault>): Vault => ({
    vaultUri: 'https://a.vault.azure.net',
    secrets: [{ parameter: 'password', name: 'p' }],
    ...more,
  });

  it.each([
    [{}, 'credentials: is required, or podIdentity with the provider azure-workload'],
    [
      { podIdentity: { provider: 'none' } },
      'credentials: is required, or podIdentity with the provider azure-workload',
    ],
    [{ podIdentity: { provider: 'aws' } }, 'podIdentity.provider: expected azure-workload or none, found "aws"'],
    [
      { podIdentity: { provider: 'azure-workload', identityId: '' } },
      'podIdentity: identityId and identityTenantId must not be empty; leave them out',
    ],
    [
      { credentials: { ...credentials, tenantId: 'a/b' } },
      'credentials.tenantId: expected an ID as the portal shows it',
    ],
    [
      { credentials: { ...credentials, clientSecret: secretKey('app', 'none') } },
      'credentials.clientSecret: Secret "shop/app" has no key "none"',
    ],
    [
      { credentials: { ...credentials, clientSecret: secretKey('app', 'empty') } },
      'credentials.clientSecret: is empty in the Secret',
    ],
    [{ vaultUri: 'vault' }, 'vaultUri: expected an https URL such as https://shop.vault.azure.net'],
  ] as const)('can not be asked with %j', async (more, why) => {
    const store = askedStore(createAzureKeyVault, { secrets: { 'app/empty': '' } });
    expect(await store.prepare(written(more))).toEqual({ kind: 'missing', why: `azureKeyVault.${why}` });
    await store.close();
  });

  it('is asked without the line break that an editor left behind the secret', async () => {
    const store = askedStore(createAzureKeyVault, { secrets: { 'app/secret': 's\n' } });
    const prepared = await store.prepare(written({ credentials }));
    await store.close();
    const dependsOn = JSON.stringify(prepared.kind === 'question' ? prepared.question.dependsOn : prepared);
    expect(dependsOn).toContain('"clientSecret":"s"');
  });

  it('is another question for another secret of the application, another vault or another version', async () => {
    const ask = async (more: Partial<Vault>, secret = 's'): Promise<string> => {
      const store = askedStore(createAzureKeyVault, { secrets: { 'app/secret': secret } });
      const prepared = await store.prepare(written({ credentials, ...more }));
      await store.close();
      return JSON.stringify(prepared.kind === 'question' ? prepared.question.dependsOn : prepared);
    };
    const others = await Promise.all([
      ask({}),
      ask({}, 't'),
      ask({ vaultUri: 'https://b.vault.azure.net' }),
      ask({ secrets: [{ parameter: 'password', name: 'p', version: '1' }] }),
      ask({ secrets: [{ parameter: 'token', name: 'p' }] }),
      ask({ podIdentity: { provider: 'azure-workload' } }),
    ]);
    expect(new Set(others).size).toBe(6);
    expect(await ask({})).toBe(others[0]);
  });
});
