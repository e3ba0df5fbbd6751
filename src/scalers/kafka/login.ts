// How we say who we are to a broker: SASL PLAIN, SCRAM, or a token (OAUTHBEARER, KIP-255).
import { AuthError } from '../../errors.ts';
import type { Ask, Login } from './broker.ts';
import { loginError, unreadable } from './errors.ts';
import { saslAuthenticate, saslHandshake } from './login-requests.ts';
import { createScramClient } from './scram.ts';

/** Sends one message of the conversation and resolves to the answer; rejects when the broker refuses. */
type Say = (message: string) => Promise<string>;

export function plainLogin({ username, password }: { readonly username: string; readonly password: string }): Login {
  return converse('PLAIN', async (say) => void (await say(`\0${username}\0${password}`)));
}

export function scramLogin(
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
  credentials: { readonly username: string; readonly password: string },
): Login {
  return converse(mechanism, async (say, where) => {
    const client = createScramClient(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', credentials);
    const serverFirst = await say(client.first);
    const proof = await client.proof(serverFirst).catch(() => {
      throw unreadable(where);
    });
    if (!client.isGenuine(await say(proof))) {
      throw new AuthError(`${where}: the broker does not know the password that it asks for (SASL ${mechanism})`);
    }
  });
}

/** Where tokens come from; `drop` is told of one that was refused. */
export interface TokenSource {
  /** To be shown to a broker on `host`. */
  get(signal: AbortSignal, host: string): Promise<string>;
  drop?(token: string): void;
}

/** A token is asked for at each login; the extensions travel with it (KIP-342). */
export function tokenLogin(tokens: TokenSource, extensions: ReadonlyMap<string, string>): Login {
  const more = [...extensions].map(([name, value]) => `\x01${name}=${value}`).join('');
  return converse('OAUTHBEARER', async (say, where, signal, host) => {
    const token = await tokens.get(signal, host);
    try {
      const complaint = await say(`n,,\x01auth=Bearer ${token}${more}\x01\x01`);
      // RFC 7628, section 3.2.3: a refusal is JSON, and the broker waits for one more byte before it says so by a code.
      if (complaint !== '') throw new AuthError(`${where}: the broker refused the token (SASL OAUTHBEARER)`);
    } catch (error) {
      if (error instanceof AuthError) tokens.drop?.(token);
      throw error;
    }
  });
}

function converse(
  mechanism: string,
  conversation: (say: Say, where: string, signal: AbortSignal, host: string) => Promise<void>,
): Login {
  return async (ask: Ask, where, signal, host) => {
    const { error, mechanisms } = await ask(saslHandshake, mechanism, signal);
    if (error !== 0) throw loginError(where, mechanism, error, mechanisms);
    let lifeMs = 0;
    await conversation(
      async (message) => {
        const answer = await ask(saslAuthenticate, Buffer.from(message), signal);
        if (answer.error !== 0) throw loginError(where, mechanism, answer.error, []);
        lifeMs = Number(answer.lifeMs);
        return answer.message.toString();
      },
      where,
      signal,
      host,
    );
    return lifeMs;
  };
}
