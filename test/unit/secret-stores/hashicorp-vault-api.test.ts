import { describe, expect, it } from '@jest/globals';
import type { HttpAnswer } from '../../../src/scalers/http.ts';
import { createVaultApi } from '../../../src/secret-stores/hashicorp-vault-api.ts';
import { createFakeHttp } from '../../support/fake-http.ts';

const signal = new AbortController().signal;
const api = (
  answer: (url: URL) => Partial<HttpAnswer>,
  { address = 'https://vault:8200', namespace }: { address?: string; namespace?: string } = {},
) => {
  const http = createFakeHttp(answer);
  return { http, ...createVaultApi({ http, url: new URL(address), namespace }) };
};

describe('secret-stores/hashicorp-vault-api', () => {
  it('asks with the token and the namespace, in a path that means what it says', async () => {
    const { call, http } = api(() => ({ text: '{"data":{"a":"b"}}' }), {
      address: 'https://vault:8200/behind/proxy/',
      namespace: 'team',
    });
    expect(await call('secret/data/a b?c#ü', { token: 't', signal })).toEqual({
      status: 200,
      body: { data: { a: 'b' } },
    });
    expect(http.asked[0]?.url.href).toBe('https://vault:8200/behind/proxy/v1/secret/data/a%20b%3Fc%23%C3%BC');
    expect(http.asked[0]?.request).toMatchObject({
      method: 'GET',
      headers: { 'x-vault-token': 't', 'x-vault-namespace': 'team', 'x-vault-request': 'true' },
    });
  });

  it('writes what it is given', async () => {
    const { call, http } = api(() => ({ status: 204 }));
    expect(await call('pki/issue/web', { body: { ttl: '1h' }, signal })).toEqual({ status: 204, body: {} });
    expect(http.asked[0]?.request).toMatchObject({ method: 'POST', body: '{"ttl":"1h"}' });
  });

  it.each<[number, string, Partial<HttpAnswer>, object]>([
    [
      429,
      'asks for fewer requests: see its rate limit quotas',
      { retryAfterMs: 7_000 },
      { code: 'SOURCE_THROTTLED', retryAfterMs: 7_000 },
    ],
    [412, 'does not know yet what it was told a moment ago', {}, { code: 'SOURCE_UNAVAILABLE' }],
    [472, 'is a standby that serves nobody: give the address of the active node', {}, { code: 'SOURCE_UNAVAILABLE' }],
    [473, 'is a standby that serves nobody: give the address of the active node', {}, { code: 'SOURCE_UNAVAILABLE' }],
    [500, 'cannot answer now', {}, { code: 'SOURCE_UNAVAILABLE' }],
    [503, 'is sealed: unseal it', { text: '{"errors":["Vault is sealed"]}' }, { code: 'SOURCE_UNAVAILABLE' }],
    [503, 'is sealed or in maintenance', { text: '<html>secret page' }, { code: 'SOURCE_UNAVAILABLE' }],
  ])('tells of HTTP %i that Vault %s', async (status, why, more, expected) => {
    const { call } = api(() => ({ status, ...more }));
    await expect(call('x', { signal })).rejects.toMatchObject({
      message: `Vault at vault:8200 ${why} (HTTP ${status})`,
      ...expected,
    });
  });

  it.each([
    [418, '', "expected an answer of Vault's, found HTTP 418: is the address right, and does it lead to Vault?"],
    [200, '<html>hello', "expected an answer of Vault's in JSON, found something else: is the address right?"],
    [200, '{"data":[1]}', "expected an answer of Vault's in JSON, found something else: is the address right?"],
  ])('takes HTTP %i %j for no answer', async (status, text, why) => {
    const { call } = api(() => ({ status, text }));
    await expect(call('x', { signal })).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: `Vault at vault:8200: ${why}`,
    });
  });

  it('leaves it to the asker what a refusal means, whatever it says', async () => {
    const { call } = api(() => ({ status: 403, text: 'no JSON' }));
    expect(await call('x', { signal })).toEqual({ status: 403, body: {} });
  });

  it('follows a standby to the active node with all that it asks', async () => {
    const { call, http } = api(({ host }) =>
      host === 'active:8200'
        ? { text: '{"data":{}}' }
        : { status: 307, location: 'https://active:8200/v1/auth/kubernetes/login' },
    );
    await call('auth/kubernetes/login', { body: { jwt: 'j' }, signal });
    expect(http.asked[1]?.url.host).toBe('active:8200');
    expect(http.asked[1]?.request).toEqual(http.asked[0]?.request);
  });

  it.each([
    ['http://active:8200/v1/x', 'redirects to where no request may go: give the address of the active node'],
    ['ftp://active', 'redirects to where no request may go: give the address of the active node'],
  ])('takes no token to %s', async (location, why) => {
    const { call, http } = api(() => ({ status: 307, location }));
    await expect(call('x', { token: 't', signal })).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: `Vault at vault:8200 ${why}`,
    });
    expect(http.asked).toHaveLength(1);
  });

  it('does not run in circles', async () => {
    const { call, http } = api(() => ({ status: 307, location: '/v1/x' }));
    await expect(call('x', { signal })).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
    expect(http.asked).toHaveLength(3);
  });
});
