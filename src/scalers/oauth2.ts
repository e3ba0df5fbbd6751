// OAuth2 client credentials: exchanged for an access token, which is kept until shortly before it expires. RFC 6749, section 4.4.
import { z } from 'zod';
import type { Clock } from '../async.ts';
import { AuthError, SourceUnavailableError } from '../errors.ts';
import type { HttpClient } from './http.ts';
import { createRenewing, type Renewable, type Renewing } from './renewing.ts';

export interface ClientCredentials {
  readonly tokenUrl: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly parameters: URLSearchParams | undefined;
}

const Token = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });
const RENEW_BEFORE_MS = 30_000;
/** For a server that doesn't say. */
const DEFAULT_LIFE_S = 300;

/** `what` names the source in errors. */
export function createOauthToken(
  credentials: ClientCredentials,
  { http, clock, what }: { readonly http: HttpClient; readonly clock: Clock; readonly what: string },
): Renewing<string> {
  async function exchange(signal: AbortSignal): Promise<Renewable<string>> {
    const post = (body: URLSearchParams, more: Readonly<Record<string, string>>) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...more };
      const request = { method: 'POST', headers, body: body.toString() } as const;
      return http.request(credentials.tokenUrl, `${what}: OAuth2 server`, request, signal);
    };
    const { scopes, parameters } = credentials;
    const form = new URLSearchParams(parameters);
    form.set('grant_type', 'client_credentials');
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    // Servers differ in where they look for the secret; the header is the one all must know.
    let answer = await post(form, { authorization: basicAuthorization(credentials) });
    if (answer.status === 400 || answer.status === 401) {
      form.set('client_id', credentials.clientId);
      form.set('client_secret', credentials.clientSecret);
      answer = await post(form, {});
    }
    if (answer.status >= 500)
      throw new SourceUnavailableError(`${what}: the OAuth2 server can't answer now (HTTP ${answer.status})`);
    if (answer.status !== 200)
      throw new AuthError(`${what}: the OAuth2 server refused the client (HTTP ${answer.status})`);
    const token = Token.safeParse(parseJson(answer.text));
    if (!token.success) throw new AuthError(`${what}: expected an access token from the OAuth2 server, found none`);
    const { access_token: text, expires_in: lifeS = DEFAULT_LIFE_S } = token.data;
    return { value: text, endsAtMs: clock.now() + lifeS * 1_000 };
  }

  return createRenewing({ clock, what: `${what}: OAuth2 server`, renewBeforeMs: RENEW_BEFORE_MS, exchange });
}

/** RFC 6749, section 2.3.1: both parts are form-encoded first. */
function basicAuthorization({ clientId, clientSecret }: ClientCredentials): string {
  const encode = (part: string): string => new URLSearchParams({ '': part }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

/** A token with all that a server may say of it has some thousand. */
const MOST_CHARACTERS = 2 ** 18;

function parseJson(text: string): unknown {
  if (text.length > MOST_CHARACTERS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
