// Parameters of triggers from a real Vault: what is read, who is let in, and what is said when Vault does not give.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Section } from '../../src/secret-stores/section.ts';
import { areBuilt } from '../e2e/control-plane/available.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { createVaultReader, type VaultReader } from '../support/vault-reader.ts';
import { createTokenSigner, enableServiceAccountLogin, startVault, type VaultServer } from '../support/vault.ts';

type Vault = Section<'hashiCorpVault'>;
type Secret = Vault['secrets'][number];

const signer = createTokenSigner();

(areBuilt('vault') ? describe : describe.skip)('parameters from Vault', () => {
  let vault: VaultServer;
  let token: string;
  const readers: VaultReader[] = [];
  const start = (env?: Readonly<Record<string, string>>): VaultReader => {
    const reader = createVaultReader(signer, env);
    readers.push(reader);
    return reader;
  };
  const section = (secrets: readonly Secret[], more: Partial<Vault> = {}): Vault => ({
    address: vault.url,
    authentication: 'token',
    credential: { token },
    secrets: [...secrets],
    ...more,
  });
  const password = (more: Partial<Secret> = {}): Secret => ({
    parameter: 'password',
    path: 'secret/data/redis',
    key: 'password',
    ...more,
  });
  const rejects = async (given: Vault, env?: Readonly<Record<string, string>>): Promise<Error & { code: string }> => {
    const error = await start(env)
      .read(given)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(error).toBeInstanceOf(Error);
    return error as Error & { code: string };
  };

  beforeAll(async () => {
    vault = await startVault();
    await vault.write('sys/mounts/kv1', { type: 'kv', options: { version: '1' } });
    await vault.write('secret/data/redis', { data: { password: 'p2 ü', username: 'sluice', port: 6379 } });
    await vault.write('secret/data/gone', { data: { password: 'x' } });
    await vault.write('secret/delete/gone', { versions: [1] });
    await vault.write('kv1/redis', { password: 'p1', data: 'a key called data' });
    await vault.write('sys/policies/acl/reader', {
      policy: `path "secret/data/redis" { capabilities = ["read"] }
path "secret/data/gone" { capabilities = ["read"] }
path "secret/data/nothing" { capabilities = ["read"] }
path "kv1/*" { capabilities = ["read"] }
path "pki/issue/web" { capabilities = ["update"] }`,
    });
    await vault.write('sys/mounts/pki', { type: 'pki' });
    await vault.write('pki/root/generate/internal', { common_name: 'sluice test', ttl: '87600h' });
    await vault.write('pki/roles/web', { allow_any_name: true, max_ttl: '72h' });
    await enableServiceAccountLogin(vault, signer.publicKey);
    await vault.write('auth/kubernetes/role/scaler', {
      role_type: 'jwt',
      user_claim: 'sub',
      bound_subject: 'system:serviceaccount:shop:scaler',
      bound_audiences: ['vault'],
      token_policies: ['reader'],
      token_ttl: '1h',
    });
    token = await vault.token('reader', 3600);
  }, 900_000);
  afterEach(async () => {
    for (const one of readers.splice(0)) await one.stop();
  });
  afterAll(() => vault?.stop());

  it.each([
    ['finds out that it is version 2', password(), 'p2 ü'],
    ['reads version 2 where it is told so', password({ type: 'secretV2' }), 'p2 ü'],
    ['finds out that it is version 1', password({ path: 'kv1/redis' }), 'p1'],
    ['reads version 1 where it is told so', password({ path: '/kv1/redis', type: 'secret' }), 'p1'],
    ['takes a key of version 1 that is called data', password({ path: 'kv1/redis', key: 'data' }), 'a key called data'],
  ])('of the KV engine: %s', async (_, secret, value) => {
    const { auth, problems, renewsInMs } = await start().read(section([secret]));
    expect([auth, problems]).toEqual([{ password: value }, []]);
    expect(renewsInMs).toBe(300_000);
  });

  it('of the PKI engine: one certificate whose parts belong together, until well before it ends', async () => {
    const issue = { path: 'pki/issue/web', type: 'pki', pkiData: { commonName: 'web.shop', ttl: '1h' } } as const;
    const { auth, renewsInMs } = await start().read(
      section([
        { parameter: 'cert', key: 'certificate', ...issue },
        { parameter: 'key', key: 'private_key', ...issue },
        { parameter: 'ca', key: 'ca_chain', ...issue },
      ]),
    );
    const { X509Certificate, createPrivateKey } = await import('node:crypto');
    const certificate = new X509Certificate(auth['cert'] ?? '');
    expect(certificate.subject).toBe('CN=web.shop');
    expect(certificate.checkPrivateKey(createPrivateKey(auth['key'] ?? ''))).toBe(true);
    expect(certificate.verify(new X509Certificate(auth['ca'] ?? '').publicKey)).toBe(true);
    expect(renewsInMs).toBeGreaterThan(2_300_000);
    expect(renewsInMs).toBeLessThan(2_500_000);
  });

  it.each([
    ['a key', password({ key: 'word' }), 'path "secret/data/redis" has no key "word"'],
    ['text', password({ key: 'port' }), 'expected text in key "port" of path "secret/data/redis", found a number'],
    [
      'a secret',
      password({ path: 'secret/data/nothing' }),
      'Vault has nothing at path "secret/data/nothing": in KV version 2 the path has data/ behind the mount',
    ],
    ['a version', password({ path: 'secret/data/gone' }), 'the newest version at path "secret/data/gone" was deleted'],
    [
      'the right',
      password({ path: 'secret/data/other' }),
      'Vault denies path "secret/data/other": let a policy of the login read it',
    ],
    [
      'version 2',
      password({ path: 'kv1/redis', type: 'secretV2' }),
      'path "kv1/redis" is not of KV version 2: give type secret, or none',
    ],
    [
      'a path',
      password({ path: 'secret/../sys/seal' }),
      'secrets.path: expected a path at Vault, found "secret/../sys/seal"',
    ],
  ])('says when %s is missing, and gives the others', async (_, secret, why) => {
    const { auth, problems } = await start().read(
      section([secret, { parameter: 'username', path: 'secret/data/redis', key: 'username' }]),
    );
    expect(auth).toEqual({ username: 'sluice' });
    expect(problems).toEqual([`TriggerAuthentication "shop/vault" gives password, but ${why}`]);
  });

  describe('by the token of a ServiceAccount', () => {
    const login = (more: Partial<Vault> = {}): Vault =>
      section([password()], {
        authentication: 'kubernetes',
        mount: 'kubernetes',
        role: 'scaler',
        credential: { serviceAccountName: 'scaler' },
        ...more,
      });

    it.each([false, true])(
      'of the object’s namespace, logging in once (ClusterTriggerAuthentication: %s)',
      async (isCluster) => {
        const sluice = start();
        expect((await sluice.read(login(), { isCluster })).auth).toEqual({ password: 'p2 ü' });
        expect((await sluice.read(login({ secrets: [password({ key: 'username' })] }), { isCluster })).auth).toEqual({
          password: 'sluice',
        });
        expect(sluice.issued).toEqual(['/api/v1/namespaces/shop/serviceaccounts/scaler/token']);
      },
    );

    it('which is another one than that of its name in another namespace', async () => {
      const sluice = start();
      await sluice.read(login());
      await expect(sluice.read(login(), { namespace: 'other' })).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    });

    it('in a file, which must be one', async () => {
      const directory = await scratchDirectory('vault-jwt');
      const file = join(directory, 'token');
      await writeFile(file, signer.sign('shop', 'scaler'));
      expect((await start().read(login({ credential: { serviceAccount: file } }))).auth).toEqual({ password: 'p2 ü' });
      await writeFile(file, 'not a token');
      expect(await rejects(login({ credential: { serviceAccount: file } }))).toMatchObject({
        code: 'AUTH_FAILED',
        message: `TriggerAuthentication "shop/vault": credential.serviceAccount: expected a file with the token of a ServiceAccount at "${file}", found none that Sluice may read`,
      });
    });

    it.each([
      ['another ServiceAccount', { credential: { serviceAccountName: 'web' } }],
      ['a role that there is none of', { role: 'nobody' }],
      ['an auth method that there is none of', { mount: 'elsewhere' }],
    ])('refuses %s', async (_, more) => {
      const error = await rejects(login(more));
      expect(error.code).toBe('AUTH_FAILED');
      expect(error.message).toMatch(
        /^TriggerAuthentication "shop\/vault": Vault at 127\.0\.0\.1:\d+ refused the login as role "\w+" at auth\/\w+ \(HTTP 40\d\): check the mount, the role, and which/,
      );
    });
  });

  it('refuses a token that is none, without repeating it', async () => {
    const error = await rejects(section([password()], { credential: { token: 'hvs.wrong' } }));
    expect(error.code).toBe('AUTH_FAILED');
    expect(error.message).toMatch(/Vault at \S+ refused the token \(HTTP 403\): it may have ended or been revoked/);
    expect(error.message).not.toContain('hvs.');
  });

  it('takes Sluice’s own VAULT_TOKEN first, and shows it at its VAULT_ADDR only', async () => {
    const given = section([password()], { credential: { token: 'hvs.wrong' } });
    const own = { VAULT_TOKEN: token };
    expect((await start(own).read(given)).auth).toEqual({ password: 'p2 ü' });
    expect((await start({ ...own, VAULT_ADDR: vault.url }).read(given)).auth).toEqual({ password: 'p2 ü' });
    expect(await rejects(given, { ...own, VAULT_ADDR: 'https://vault.example' })).toMatchObject({
      code: 'AUTH_FAILED',
    });
  });

  it('renews a token that can be renewed, and logs in again when it was revoked', async () => {
    const brief = await vault.token('reader', 600, { renewable: true, explicit_max_ttl: '2h' });
    await start().read(section([password()], { credential: { token: brief } }));
    const { data } = await vault.write('auth/token/lookup', { token: brief });
    expect(data?.['last_renewal_time']).toBeDefined();

    const sluice = start();
    const byLogin = section([password()], {
      authentication: 'kubernetes',
      mount: 'kubernetes',
      role: 'scaler',
      credential: { serviceAccountName: 'scaler' },
    });
    await sluice.read(byLogin);
    await vault.write('sys/leases/revoke-prefix/auth/kubernetes/login');
    const again = { ...byLogin, secrets: [password({ key: 'username' })] };
    expect((await sluice.read(again)).auth).toEqual({ password: 'sluice' });
    expect(sluice.issued).toHaveLength(2);
  });

  it('reads what has changed when it is asked again', async () => {
    const sluice = start();
    await vault.write('kv1/rotated', { password: 'before' });
    const given = (key: string) => section([password({ path: 'kv1/rotated', key })]);
    expect((await sluice.read(given('password'))).auth).toEqual({ password: 'before' });
    await vault.write('kv1/rotated', { password: 'after', again: 'after' });
    // The same question within seconds is answered from memory; another one is not.
    expect((await sluice.read(given('password'))).auth).toEqual({ password: 'before' });
    expect((await sluice.read(given('again'))).auth).toEqual({ password: 'after' });
  });

  it('says that nobody answers', async () => {
    expect(await rejects(section([password()], { address: 'http://127.0.0.1:1' }))).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
  });

  it('trusts the authority that it is told of, and no other', async () => {
    const secure = await startVault({ tls: true });
    try {
      const { eventually } = await import('../support/eventually.ts');
      const given = section([password({ path: 'secret/data/x' })], {
        address: secure.url,
        credential: { token: secure.rootToken },
      });
      const trusted = { VAULT_CACERT: secure.authorityFile };
      await eventually('it answers with nothing', async () => {
        expect((await start(trusted).read(given)).problems).toEqual([expect.stringContaining('has nothing at')]);
      });
      expect((await rejects(given)).message).toContain('certificate');
      expect((await start({ VAULT_SKIP_VERIFY: 'true' }).read(given)).problems).toHaveLength(1);
      expect((await rejects(given, { VAULT_CACERT: '/nowhere.pem' })).message).toContain(
        'cannot read /nowhere.pem, which its variable VAULT_CACERT names',
      );
    } finally {
      await secure.stop();
    }
  }, 60_000);

  it('says that Vault is sealed', async () => {
    await vault.seal();
    const error = await rejects(section([password()]));
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(error.message).toMatch(
      /^TriggerAuthentication "shop\/vault": Vault at 127\.0\.0\.1:\d+ is sealed: unseal it \(HTTP 503\)$/,
    );
  });
});
