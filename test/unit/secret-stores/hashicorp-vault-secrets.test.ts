import { describe, expect, it } from '@jest/globals';
import type { Renewing } from '../../../src/scalers/renewing.ts';
import type { VaultApi } from '../../../src/secret-stores/hashicorp-vault-api.ts';
import type { VaultToken } from '../../../src/secret-stores/hashicorp-vault-login.ts';
import { readVaultSecrets } from '../../../src/secret-stores/hashicorp-vault-secrets.ts';
import type { Section } from '../../../src/secret-stores/section.ts';
import { createFakeClock } from '../../support/clock.ts';

type Secret = Section<'hashiCorpVault'>['secrets'][number];
const FOREVER = Number.POSITIVE_INFINITY;

/** A Vault that answers by path, and knows tokens `t1`, `t2`, … of which each login gives the next. */
function vault(
  answers: Readonly<Record<string, object>>,
  { tokenLifeMs = FOREVER, agedMs = 0, refuses = [] as string[] } = {},
) {
  const clock = createFakeClock();
  const asked: string[] = [];
  let serial = 1;
  const issue = (): VaultToken => ({
    token: `t${serial}`,
    isRenewable: false,
    issuedAtMs: clock.now() - (serial === 1 ? agedMs : 0),
    endsAtMs: clock.now() + tokenLifeMs,
  });
  let current = issue();
  const login: Renewing<VaultToken> = {
    get: async () => current,
    drop(token) {
      if (token !== current) return;
      serial++;
      current = issue();
    },
    close() {},
  };
  const api: VaultApi = {
    what: 'Vault',
    async call(path, { token = '', body }) {
      asked.push(`${token} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`);
      if (refuses.includes(token)) return { status: 403, body: {} };
      return { status: 200, body: answers[path] ?? {} };
    },
  };
  return {
    asked,
    read: (...secrets: Secret[]) =>
      readVaultSecrets(secrets, { api, login, clock, signal: new AbortController().signal }),
  };
}

const at = (parameter: string, path: string, key: string, more: Partial<Secret> = {}): Secret => ({
  parameter,
  path,
  key,
  ...more,
});

describe('secret-stores/hashicorp-vault-secrets', () => {
  it('asks for each path once, however many keys are wanted of it', async () => {
    const { read, asked } = vault({ 'kv/a': { data: { x: '1', y: '2' } } });
    expect(await read(at('x', 'kv/a', 'x'), at('y', 'kv/a', 'y'))).toEqual({ values: { x: '1', y: '2' }, gaps: [] });
    expect(asked).toEqual(['t1 kv/a']);
  });

  it('believes a refusal after one new login, however many paths are denied', async () => {
    const { read, asked } = vault({}, { agedMs: 60_000, refuses: ['t1', 't2', 't3', 't4', 't5', 't6'] });
    await read(...Array.from({ length: 20 }, (_, i) => at(`p${i}`, `kv/${i}`, 'x')));
    expect(asked.filter((line) => !/^t[12] /.test(line))).toEqual([]);
  });

  it('asks for each certificate that is not the same', async () => {
    const { read, asked } = vault({ 'pki/issue/w': { data: { certificate: 'c' } } });
    const pki = (ttl: string): Partial<Secret> => ({ type: 'pki', pkiData: { commonName: 'w', ttl, format: '' } });
    await read(at('a', 'pki/issue/w', 'certificate', pki('1h')), at('b', 'pki/issue/w', 'certificate', pki('2h')));
    expect(asked).toEqual([
      't1 pki/issue/w {"common_name":"w","ttl":"1h"}',
      't1 pki/issue/w {"common_name":"w","ttl":"2h"}',
    ]);
  });

  it('asks for a certificate with everything that is wished of it', async () => {
    const { read, asked } = vault({ 'pki/issue/w': { data: { certificate: 'c' } } });
    const pkiData = {
      commonName: 'w',
      altNames: 'a.w,b.w',
      ipSans: '10.0.0.1',
      uriSans: 'spiffe://w',
      otherSans: '1.2.3;UTF8:w',
      ttl: '1h',
      format: 'pem_bundle',
    };
    await read(at('cert', 'pki/issue/w', 'certificate', { type: 'pki', pkiData }));
    expect(JSON.parse(asked[0]?.replace(/^\S+ \S+ /, '') ?? '')).toEqual({
      common_name: 'w',
      alt_names: 'a.w,b.w',
      ip_sans: '10.0.0.1',
      uri_sans: 'spiffe://w',
      other_sans: '1.2.3;UTF8:w',
      ttl: '1h',
      format: 'pem_bundle',
    });
  });

  it.each([
    ['a lease', { lease_id: 'l', lease_duration: 600 }, FOREVER, 600_000],
    ['the token that it was read with, which ends before', { lease_id: 'l', lease_duration: 600 }, 60_000, 60_000],
    ['no lease: KV gives a time, and means nothing by it', { lease_duration: 2_764_800 }, 60_000, undefined],
    ['a lease without an end', { lease_id: 'l', lease_duration: 0 }, FOREVER, undefined],
  ])('is good for as long as %s', async (_, body, tokenLifeMs, goodForMs) => {
    const { read } = vault({ 'db/creds/app': { data: { password: 'p' }, ...body } }, { tokenLifeMs });
    expect((await read(at('password', 'db/creds/app', 'password'))).goodForMs).toBe(goodForMs);
  });

  it('is good for as long as the shortest of several leases', async () => {
    const lease = (seconds: number) => ({ data: { k: 'v' }, lease_id: 'l', lease_duration: seconds });
    const { read } = vault({ a: lease(600), b: lease(60), c: { data: { k: 'v' } } });
    expect((await read(at('a', 'a', 'k'), at('b', 'b', 'k'), at('c', 'c', 'k'))).goodForMs).toBe(60_000);
  });

  it('believes a refusal of a token that was kept after a new login only', async () => {
    const kept = vault({ a: { data: { k: 'v' } } }, { agedMs: 60_000, refuses: ['t1'] });
    expect((await kept.read(at('p', 'a', 'k'))).values).toEqual({ p: 'v' });
    expect(kept.asked).toEqual(['t1 a', 't2 a']);
    const fresh = vault({ a: { data: { k: 'v' } } }, { refuses: ['t1'] });
    expect((await fresh.read(at('p', 'a', 'k'))).gaps).toEqual([
      { parameter: 'p', why: 'Vault denies path "a": let a policy of the login read it' },
    ]);
    expect(fresh.asked).toEqual(['t1 a']);
  });

  it('keeps to KV version 1 where it is told so, whatever the secret looks like', async () => {
    const { read } = vault({ a: { data: { data: { k: 'inner' }, k: 'outer' } } });
    expect((await read(at('p', 'a', 'k', { type: 'secret' }))).values).toEqual({ p: 'outer' });
    expect((await read(at('p', 'a', 'k'))).values).toEqual({ p: 'inner' });
  });

  it('takes nothing that a secret only inherits', async () => {
    const { read } = vault({ a: { data: { k: 'v' } } });
    expect((await read(at('p', 'a', 'constructor'))).gaps).toEqual([
      { parameter: 'p', why: 'path "a" has no key "constructor"' },
    ]);
  });
});
