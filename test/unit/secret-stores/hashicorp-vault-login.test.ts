import { describe, expect, it } from '@jest/globals';
import { KubeError } from '../../../src/errors.ts';
import type { VaultApi, VaultBody } from '../../../src/secret-stores/hashicorp-vault-api.ts';
import {
  createVaultLogins,
  type VaultCredential,
  vaultCredential,
} from '../../../src/secret-stores/hashicorp-vault-login.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { createFakeClock } from '../../support/clock.ts';

type Vault = Section<'hashiCorpVault'>;
const signal = new AbortController().signal;

describe('what to log in at Vault with', () => {
  const asked = (more: Partial<Vault>, env: Record<string, string> = {}) =>
    vaultCredential(
      { address: 'https://vault:8200', authentication: 'token', secrets: [], ...more },
      new URL('https://vault:8200'),
      { ownNamespace: 'shop' },
      env,
    );
  const kubernetes = { authentication: 'kubernetes', mount: 'k', role: 'r' } as const;
  const own = { VAULT_TOKEN: 'own' };

  it.each<[string, Partial<Vault>, Record<string, string>, object]>([
    ['a token', { credential: { token: 't' } }, {}, { kind: 'token', token: 't', isOurs: false }],
    [
      'a token on a line of its own',
      { credential: { token: 't\n' } },
      {},
      { kind: 'token', token: 't', isOurs: false },
    ],
    ['Sluice’s own before it', { credential: { token: 't' } }, own, { kind: 'token', token: 'own', isOurs: true }],
    ['Sluice’s own without a credential', {}, own, { kind: 'token', token: 'own', isOurs: true }],
    [
      'Sluice’s own at its address',
      {},
      { ...own, VAULT_ADDR: 'https://vault:8200/ui' },
      { kind: 'token', token: 'own', isOurs: true },
    ],
    [
      'the given one at another address',
      { credential: { token: 't' } },
      { ...own, VAULT_ADDR: 'https://other:8200' },
      { kind: 'token', token: 't', isOurs: false },
    ],
    [
      'a ServiceAccount',
      { ...kubernetes, credential: { serviceAccountName: 'a', serviceAccount: '/file' } },
      {},
      { kind: 'kubernetes', mount: 'k', role: 'r', from: { namespace: 'shop', account: 'a' } },
    ],
    [
      'a file',
      { ...kubernetes, credential: { serviceAccount: '/file' } },
      {},
      { kind: 'kubernetes', mount: 'k', role: 'r', from: { file: '/file' } },
    ],
    [
      'our own file',
      kubernetes,
      {},
      {
        kind: 'kubernetes',
        mount: 'k',
        role: 'r',
        from: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
      },
    ],
  ])('is %s', (_, more, env, expected) => {
    expect(asked(more, env)).toEqual(expected);
  });

  it.each<[string, Partial<Vault>, Record<string, string>, RegExp]>([
    ['no credential', {}, {}, /^credential\.token: is required .* VAULT_TOKEN/],
    ['an empty token', { credential: { token: '' } }, {}, /^credential\.token: is required/],
    ['a token that is for elsewhere', {}, { ...own, VAULT_ADDR: 'https://other' }, /^credential\.token: is required/],
    ['no mount', { ...kubernetes, mount: '' }, {}, /^mount: is required/],
    ['a mount that leads elsewhere', { ...kubernetes, mount: '../sys' }, {}, /^mount: expected a path/],
    ['no role', { authentication: 'kubernetes', mount: 'k' }, {}, /^role: is required/],
    [
      'our file for elsewhere',
      kubernetes,
      { VAULT_ADDR: 'https://other' },
      /^credential\.serviceAccountName: is required/,
    ],
  ])('is not %s', (_, more, env, why) => {
    expect(asked(more, env)).toEqual({ why: expect.stringMatching(why) });
  });
});

describe('a login at Vault', () => {
  function world(answer: (path: string, body: unknown) => { status?: number; body?: VaultBody }) {
    const clock = createFakeClock();
    const calls: string[] = [];
    const issued: string[] = [];
    const api: VaultApi = {
      what: 'Vault at v',
      async call(path, { body, token = '' }) {
        calls.push(`${path} ${token}`);
        return { status: 200, body: {}, ...answer(path, body) };
      },
    };
    const logins = createVaultLogins({ clock });
    return {
      clock,
      calls,
      issued,
      logins,
      of: (credential: VaultCredential, key = 'k') =>
        logins.of(key, api, credential, async (name) => {
          if (name === 'gone') throw new KubeError('gone', { code: 'KUBE_NOT_FOUND', retry: 'backoff' });
          issued.push(name);
          return { token: `jwt of ${name}`, endsAtMs: clock.now() + 600_000 };
        }),
    };
  }
  const account = (name: string): VaultCredential => ({
    kind: 'kubernetes',
    mount: '/kube/',
    role: 'r',
    from: { namespace: 'shop', account: name },
  });
  const auth = (client_token: string, lease_duration: number, renewable: boolean) => ({
    body: { auth: { client_token, lease_duration, renewable } },
  });

  it('is made once, and again when two thirds of its life are over', async () => {
    const { of, clock, calls } = world(() => auth('t', 900, false));
    await of(account('a')).get(signal);
    await clock.advance(599_000);
    await of(account('a')).get(signal);
    expect(calls).toEqual(['auth/kube/login ']);
    await clock.advance(1_000);
    await of(account('a')).get(signal);
    expect(calls).toHaveLength(2);
  });

  it('is renewed instead where Vault says that it can be', async () => {
    const { of, clock, calls, issued } = world((path) => auth(path.includes('renew') ? 'renewed' : 'first', 900, true));
    await of(account('a')).get(signal);
    await clock.advance(600_000);
    expect((await of(account('a')).get(signal)).token).toBe('renewed');
    expect([calls, issued]).toEqual([['auth/kube/login ', 'auth/token/renew-self first'], ['a']]);
  });

  it('is made anew where the renewal is refused', async () => {
    const { of, clock, calls } = world((path) => (path.includes('renew') ? { status: 403 } : auth('t', 900, true)));
    await of(account('a')).get(signal);
    await clock.advance(600_000);
    await of(account('a')).get(signal);
    expect(calls).toEqual(['auth/kube/login ', 'auth/token/renew-self t', 'auth/kube/login ']);
  });

  it('by a token looks itself up, and never ends where Vault says so', async () => {
    const { of, clock, calls } = world(() => ({ body: { data: { ttl: 0, renewable: false } } }));
    const token = { kind: 'token', token: 'given', isOurs: false } as const;
    expect(await of(token).get(signal)).toMatchObject({ token: 'given', endsAtMs: Number.POSITIVE_INFINITY });
    await clock.advance(3_500_000);
    await of(token).get(signal);
    expect(calls).toEqual(['auth/token/lookup-self given']);
  });

  it('says which ServiceAccount does not exist', async () => {
    await expect(
      world(() => ({}))
        .of(account('gone'))
        .get(signal),
    ).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'ServiceAccount "shop/gone", which hashiCorpVault.credential names, does not exist',
    });
  });

  it('is forgotten when nobody has used it for an hour', async () => {
    const { of, clock, calls, logins } = world(() => auth('t', 86_400, false));
    await of(account('a')).get(signal);
    await clock.advance(3_600_000);
    expect(clock.pending()).toBe(0);
    await of(account('a')).get(signal);
    expect(calls).toHaveLength(2);
    logins.close();
    expect(clock.pending()).toBe(0);
  });
});
