// Azure Key Vault: a vault over TLS, asked with tokens that the official library gets from a stand-in of the directory.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createAzureKeyVault } from '../../src/secret-stores/azure-key-vault.ts';
import type { Section } from '../../src/secret-stores/section.ts';
import { type AzureCloud, CLIENT_ID, CLIENT_SECRET, startAzureCloud, TENANT_ID } from '../support/azure-cloud.ts';
import { type AskedStore, askedStore, secretKey } from '../support/secret-store.ts';

type Vault = Section<'azureKeyVault'>;
const PUBLIC = 'shop.vault.azure.net';
const CHINA = 'shop.vault.azure.cn';
const PRIVATE = 'shop.vault.private.example';
const OTHER = '33333333-3333-4333-8333-333333333333';

describe('azureKeyVault', () => {
  let cloud: AzureCloud;
  let server: Server;
  let store: AskedStore<Vault>;
  const asked: string[] = [];
  let answerWith: ((response: ServerResponse) => void) | undefined;

  function answerTo({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    asked.push(`${headers.host}${url}`);
    if (answerWith) return answerWith(response);
    const resource = { [CHINA]: 'https://vault.azure.cn', [PRIVATE]: 'https://vault.private.example' };
    const audience = resource[headers.host as keyof typeof resource] ?? 'https://vault.azure.net';
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${OTHER}", resource="${audience}"`;
    const refuse = (status: number, code: string, innererror?: string): void => {
      const inner = innererror === undefined ? {} : { innererror: { code: innererror } };
      const error = { code, message: 'what the vault says of hunter2', ...inner };
      response.writeHead(status, { 'www-authenticate': challenge }).end(JSON.stringify({ error }));
    };
    if (!cloud.vouches((headers.authorization ?? '').replace('Bearer ', ''), audience))
      return refuse(401, 'Unauthorized');
    switch (url.split('?')[0] ?? '') {
      case '/secrets/password':
        return void response.end(JSON.stringify({ value: 'hunter2', attributes: { enabled: true } }));
      case '/secrets/password/0123abcd':
        return void response.end(JSON.stringify({ value: 'hunter1', attributes: { enabled: true } }));
      case '/secrets/expired':
        return void response.end(JSON.stringify({ value: 'old', attributes: { enabled: true, exp: 1 } }));
      case '/secrets/disabled':
        return refuse(403, 'Forbidden', 'SecretDisabled');
      case '/secrets/forbidden':
        return refuse(403, 'Forbidden', 'ForbiddenByRbac');
      default:
        return refuse(404, 'SecretNotFound');
    }
  }

  beforeAll(async () => {
    cloud = await startAzureCloud(['login.microsoftonline.com', 'login.chinacloudapi.cn', 'login.private.example']);
    const { certPem: cert, keyPem: key } = await cloud.certificateFor(PUBLIC, CHINA, PRIVATE);
    server = createServer({ cert, key }, answerTo);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    for (const host of [PUBLIC, CHINA, PRIVATE]) cloud.lead(host, (server.address() as AddressInfo).port);
    store = askedStore(createAzureKeyVault, { secrets: { 'app/secret': CLIENT_SECRET, 'app/wrong': 'hunter3' } });
  });
  afterEach(() => {
    cloud.setDirectory('gives');
    answerWith = undefined;
    asked.length = 0;
  });
  afterAll(async () => {
    await store.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cloud.stop();
  });

  const credentials = { clientId: OTHER, tenantId: TENANT_ID, clientSecret: secretKey('app', 'secret') };
  const podIdentity = { provider: 'azure-workload' } as const;
  const secrets = [{ parameter: 'password', name: 'password' }];
  const vault = (more: Partial<Vault> = {}): Vault => ({
    vaultUri: `https://${PUBLIC}`,
    secrets,
    podIdentity,
    ...more,
  });
  const { podIdentity: _, ...byApplication } = vault({ credentials });
  const read = { values: { password: 'hunter2' }, gaps: [] };

  it('is read with our workload identity', async () => {
    expect(await store.ask(vault())).toEqual(read);
    expect(cloud.exchanges.at(-1)).toMatchObject({ tenant: TENANT_ID, clientId: CLIENT_ID });
    expect(asked).toEqual([`${PUBLIC}/secrets/password?api-version=7.4`]);
  });

  it('is read with the client and tenant that the pod identity names', async () => {
    const identity = { ...podIdentity, identityId: OTHER, identityTenantId: OTHER };
    expect(await store.ask(vault({ podIdentity: identity }))).toEqual(read);
    expect(cloud.exchanges.at(-1)).toMatchObject({ tenant: OTHER, clientId: OTHER });
  });

  it('is read as an application whose secret is in a Secret', async () => {
    expect(await store.ask(byApplication)).toEqual(read);
    expect(cloud.exchanges.at(-1)).toMatchObject({
      host: 'login.microsoftonline.com',
      tenant: TENANT_ID,
      clientId: OTHER,
    });
  });

  it.each([
    ['the cloud that its name is in', CHINA, undefined, 'login.chinacloudapi.cn'],
    ['the cloud that is named', CHINA, { type: 'AzureChinaCloud' }, 'login.chinacloudapi.cn'],
    [
      'a private cloud',
      PRIVATE,
      {
        type: 'private',
        keyVaultResourceURL: 'https://vault.private.example/',
        activeDirectoryEndpoint: 'https://login.private.example/',
      },
      'login.private.example',
    ],
  ])('is read in %s, where the directory of that cloud gives the token', async (_name, host, place, directory) => {
    const written = { ...byApplication, vaultUri: `https://${host}/`, ...(place ? { cloud: place } : {}) };
    expect(await store.ask(written)).toEqual(read);
    expect(cloud.exchanges.at(-1)).toMatchObject({ host: directory });
    const own = vault({ vaultUri: `https://${host}/`, ...(place ? { cloud: place } : {}) });
    expect(await store.ask(own)).toEqual(read);
  });

  it('is asked once for a secret that fills several parameters, with one token for all', async () => {
    const seen = cloud.exchanges.length;
    const many = ['password', 'sameAgain', 'old'].map((parameter) => ({
      parameter,
      name: 'password',
      ...(parameter === 'old' ? { version: '0123abcd' } : {}),
    }));
    const { values } = await store.ask(vault({ secrets: many }));
    expect(values).toEqual({ password: 'hunter2', sameAgain: 'hunter2', old: 'hunter1' });
    expect(asked).toHaveLength(2);
    expect(cloud.exchanges).toHaveLength(seen + 1);
  });

  it('gives a secret whose date is over, as Azure does', async () => {
    const { values } = await store.ask(vault({ secrets: [{ parameter: 'password', name: 'expired' }] }));
    expect(values).toEqual({ password: 'old' });
  });

  it.each([
    ['none', undefined, 'there is no secret "none"; check its name and version, and vaultUri'],
    [
      'password',
      'ffff',
      'there is no secret "password" in the version "ffff"; check its name and version, and vaultUri',
    ],
    ['disabled', undefined, 'secret "disabled" is disabled; enable it, or name another version'],
    [
      'forbidden',
      undefined,
      'we may not read secret "forbidden"; give the identity the role Key Vault Secrets User, or Get in an access policy',
    ],
    ['../keys/a', undefined, 'secrets.name: expected letters, digits and hyphens, found "../keys/a"'],
    ['a', '../b', 'secrets.version: expected an ID of a version, found "../b"'],
  ])('says why there is no %s (%s), and gives the other secrets all the same', async (name, version, why) => {
    const other = { parameter: 'token', name, ...(version === undefined ? {} : { version }) };
    expect(await store.ask(vault({ secrets: [...secrets, other] }))).toEqual({
      ...read,
      gaps: [{ parameter: 'token', why: `azureKeyVault ${PUBLIC}: ${why}` }],
    });
  });

  it('tells of a vault that belongs to another tenant', async () => {
    const wrong = vault({ vaultUri: `https://${PUBLIC}`, cloud: { type: 'AzureUSGovernment' } });
    expect(await store.prepare(wrong)).toMatchObject({ kind: 'missing' });
    const challenge = `Bearer authorization="https://login.microsoftonline.com/${OTHER}", resource="https://vault.azure.net"`;
    answerWith = (response) => void response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
    await expect(store.ask(vault())).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: `azureKeyVault ${PUBLIC}: the vault does not take our token; it belongs to the tenant ${OTHER}, and the identity to ${TENANT_ID}`,
    });
  });

  it.each([
    [429, { 'retry-after': '7' }, 'SOURCE_THROTTLED', 'the vault asks to be left alone for 7000 ms'],
    [503, {}, 'SOURCE_UNAVAILABLE', "the vault can't answer now (HTTP 503)"],
    [302, { location: 'https://evil.example/' }, 'SOURCE_ANSWER', 'expected a secret, found HTTP 302; check vaultUri'],
    [200, {}, 'SOURCE_ANSWER', 'expected a secret as JSON, found something else; check vaultUri'],
  ])('tells of an answer with status %d, and recovers', async (status, headers, code, message) => {
    answerWith = (response) => void response.writeHead(status, headers).end('hunter2');
    const fresh = askedStore(createAzureKeyVault);
    await expect(fresh.ask(vault())).rejects.toMatchObject({ code, message: `azureKeyVault ${PUBLIC}: ${message}` });
    await fresh.close();
    answerWith = undefined;
    expect(await store.ask(vault())).toEqual(read);
  });

  it('tells of a firewall in front of the vault', async () => {
    const error = { code: 'Forbidden', innererror: { code: 'ForbiddenByFirewall' } };
    answerWith = (response) => void response.writeHead(403).end(JSON.stringify({ error }));
    await expect(store.ask(vault())).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('the firewall of the vault does not let us in'),
    });
  });

  it('asks a vault for nothing more that asked to be left alone', async () => {
    answerWith = (response) => void response.writeHead(429, { 'retry-after': '7' }).end();
    const many = Array.from({ length: 20 }, (_unused, i) => ({ parameter: `p${i}`, name: `s${i}` }));
    const fresh = askedStore(createAzureKeyVault);
    const thrown = { code: 'SOURCE_THROTTLED', retryAfterMs: 7_000 };
    await expect(fresh.ask(vault({ secrets: many }))).rejects.toMatchObject(thrown);
    expect(asked.length).toBeLessThanOrEqual(4);
    await fresh.close();
  });

  it.each([
    ['refuses', vault(), 'AUTH_FAILED', 'the directory refused our workload identity; check its federation and role'],
    [
      'refuses',
      byApplication,
      'AUTH_FAILED',
      'the directory refused the application; check clientId and tenantId, and whether its secret has expired',
    ],
    ['fails', byApplication, 'SOURCE_UNAVAILABLE', "the directory of identities can't be reached"],
  ] as const)('tells of a directory that %s', async (mode, written, code, message) => {
    cloud.setDirectory(mode);
    await expect(store.ask(written)).rejects.toMatchObject({ code, message: `azureKeyVault ${PUBLIC}: ${message}` });
  });

  it('tells of a wrong secret of the application, and shows nothing of it', async () => {
    const wrong = { ...byApplication, credentials: { ...credentials, clientSecret: secretKey('app', 'wrong') } };
    const error: Error = await store.ask(wrong).then(
      () => new Error('it worked'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toContain('the directory refused the application');
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toContain('hunter3');
  });

  it('shows our token to no vault that a user makes up', async () => {
    const evil = vault({ vaultUri: 'https://evil.example' });
    expect(await store.prepare(evil)).toEqual({
      kind: 'missing',
      why: 'azureKeyVault.vaultUri: expected a vault of vault.azure.net, found "evil.example"; name its cloud in cloud.type',
    });
  });
});
