import { describe, expect, it } from '@jest/globals';
import type { Ask, Login } from '../../../../src/scalers/kafka/broker.ts';
import { plainLogin, scramLogin, tokenLogin } from '../../../../src/scalers/kafka/login.ts';
import { saslAuthenticate, saslHandshake } from '../../../../src/scalers/kafka/login-requests.ts';

const never = new AbortController().signal;
const credentials = { username: 'user', password: 'pencil' };

/** Logs in at a broker that answers the messages in this order; resolves to what it heard, and how long it will know us. */
async function logIn(
  login: Login,
  answers: readonly { readonly error?: number; readonly message?: string; readonly lifeMs?: bigint }[],
  handshake: { readonly error: number; readonly mechanisms: readonly string[] } = { error: 0, mechanisms: [] },
): Promise<{ readonly heard: readonly string[]; readonly lifeMs: number }> {
  const heard: string[] = [];
  const left = [...answers];
  const ask = async (api: unknown, question: unknown): Promise<unknown> => {
    if (api === saslHandshake) return handshake;
    expect(api).toBe(saslAuthenticate);
    heard.push(String(question));
    const { error = 0, message = '', lifeMs = 0n } = left.shift() ?? {};
    return { error, message: Buffer.from(message), lifeMs };
  };
  const lifeMs = await login(ask as Ask, 'kafka:b', never, 'b');
  return { heard, lifeMs };
}

describe('a login', () => {
  it('with PLAIN sends user and password, and tells how long it is good', async () => {
    expect(await logIn(plainLogin(credentials), [{ lifeMs: 3_600_000n }])).toEqual({
      heard: ['\0user\0pencil'],
      lifeMs: 3_600_000,
    });
  });

  it('with a token asks for a new one each time, and sends the extensions with it', async () => {
    let serial = 0;
    const login = tokenLogin(
      { get: async () => `token-${++serial}` },
      new Map([
        ['logicalCluster', 'lkc-1'],
        ['pool', 'p'],
      ]),
    );
    const extensions = '\x01logicalCluster=lkc-1\x01pool=p\x01\x01';
    expect((await logIn(login, [{}])).heard).toEqual([`n,,\x01auth=Bearer token-1${extensions}`]);
    expect((await logIn(login, [{}])).heard).toEqual([`n,,\x01auth=Bearer token-2${extensions}`]);
  });

  it('with a token that is refused says so, and nothing of the token', async () => {
    const dropped: string[] = [];
    const login = tokenLogin({ get: async () => 'secret-token', drop: (token) => dropped.push(token) }, new Map());
    await expect(logIn(login, [{ message: '{"status":"invalid_token secret-token"}' }])).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'kafka:b: the broker refused the token (SASL OAUTHBEARER)',
    });
    expect(dropped).toEqual(['secret-token']);
    await expect(logIn(login, [{ error: 58 }])).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    expect(dropped).toHaveLength(2);
  });

  it('fails with the reason why there is no token', async () => {
    const login = tokenLogin({ get: () => Promise.reject(new Error('no token')) }, new Map());
    await expect(logIn(login, [])).rejects.toThrow('no token');
  });

  it.each<readonly [string, number, readonly string[], string]>([
    [
      'that the broker does not know',
      33,
      ['PLAIN', 'SCRAM-SHA-256', '<b>'],
      'expected a broker with SASL SCRAM-SHA-512, found one with PLAIN, SCRAM-SHA-256; check sasl',
    ],
    [
      'where the broker knows none',
      33,
      [],
      'expected a broker with SASL SCRAM-SHA-512, found one with none; check sasl',
    ],
    [
      'where no SASL is expected',
      34,
      [],
      'the broker refused to log us in with SASL SCRAM-SHA-512 (error 34); is SASL on at this port?',
    ],
  ])('with a mechanism %s is refused', async (_, error, mechanisms, message) => {
    await expect(logIn(scramLogin('SCRAM-SHA-512', credentials), [], { error, mechanisms })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: `kafka:b: ${message}`,
    });
  });

  it('with SCRAM goes on with no server that speaks something else', async () => {
    await expect(logIn(scramLogin('SCRAM-SHA-256', credentials), [{ message: 'hello' }])).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
    });
  });

  it('with SCRAM trusts no server that has not proven to know the password', async () => {
    const login = scramLogin('SCRAM-SHA-256', credentials);
    const heard: string[] = [];
    const ask = async (api: unknown, question: unknown): Promise<unknown> => {
      if (api === saslHandshake) return { error: 0, mechanisms: [] };
      heard.push(String(question));
      const nonce = /r=(.*)$/.exec(heard[0] ?? '')?.[1];
      const message = heard.length === 1 ? `r=${nonce}server,s=c2FsdA==,i=4096` : 'v=Zm9yZ2Vk';
      return { error: 0, message: Buffer.from(message), lifeMs: 0n };
    };
    await expect(login(ask as Ask, 'kafka:b', never, 'b')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: 'kafka:b: the broker does not know the password that it asks for (SASL SCRAM-SHA-256)',
    });
  });
});
