import { describe, expect, it } from '@jest/globals';
import { createOauthToken } from '../../../src/scalers/oauth2.ts';
import { createFakeClock } from '../../support/clock.ts';
import { createFakeHttp } from '../../support/fake-http.ts';

const never = new AbortController().signal;
const credentials = {
  tokenUrl: new URL('https://login.example/token'),
  clientId: 'a:b',
  clientSecret: 'hunter 2',
  scopes: ['read', 'write'],
  parameters: new URLSearchParams('audience=mq'),
};

describe('createOauthToken', () => {
  it('exchanges the credentials once, and again before the token expires', async () => {
    const clock = createFakeClock();
    const http = createFakeHttp(() => ({
      text: JSON.stringify({ access_token: `t${http.asked.length}`, expires_in: 3600 }),
    }));
    const { get: token } = createOauthToken(credentials, { http, clock, what: 'mq' });
    expect(await Promise.all([token(never), token(never)])).toEqual(['t1', 't1']);
    await clock.advance(3_569_000);
    expect(await token(never)).toBe('t1');
    await clock.advance(1_000);
    expect(await token(never)).toBe('t2');
    const { request } = http.asked[0] ?? {};
    expect(request?.body).toBe('audience=mq&grant_type=client_credentials&scope=read+write');
    expect(request?.headers?.['authorization']).toBe(`Basic ${btoa('a%3Ab:hunter+2')}`);
  });

  it('trusts a token no longer because the clock was set back', async () => {
    const clock = createFakeClock();
    const http = createFakeHttp(() => ({ text: '{"access_token":"t","expires_in":3600}' }));
    const { get: token } = createOauthToken(credentials, { http, clock, what: 'mq' });
    await token(never);
    clock.set(clock.now() - 7_200_000);
    await token(never);
    expect(http.asked).toHaveLength(2);
  });

  it('exchanges anew for one that was refused, and once for many who say so', async () => {
    const http = createFakeHttp(() => ({ text: `{"access_token":"t${http.asked.length}"}` }));
    const tokens = createOauthToken(credentials, { http, clock: createFakeClock(), what: 'mq' });
    await tokens.get(never);
    tokens.drop('t1');
    expect(await tokens.get(never)).toBe('t2');
    tokens.drop('t1');
    expect(await tokens.get(never)).toBe('t2');
  });

  it('puts the secret into the form for a server that ignores the header', async () => {
    const clock = createFakeClock();
    const http = createFakeHttp((_url, { body = '' }) =>
      body.includes('client_secret=hunter+2') ? { text: '{"access_token":"t"}' } : { status: 401 },
    );
    expect(await createOauthToken(credentials, { http, clock, what: 'mq' }).get(never)).toBe('t');
  });

  it.each([
    [{ status: 401, text: 'hunter 2' }, 'AUTH_FAILED'],
    [{ status: 200, text: '{"token":"hunter 2"}' }, 'AUTH_FAILED'],
    [{ status: 503 }, 'SOURCE_UNAVAILABLE'],
  ])('takes %j for %s, and tells no secret', async (answer, code) => {
    const http = createFakeHttp(() => answer);
    const token = createOauthToken(credentials, { http, clock: createFakeClock(), what: 'mq' }).get(never);
    const error: Error = await token.then(
      () => new Error('it worked'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code });
    expect(error.message).not.toContain('hunter');
  });
});
