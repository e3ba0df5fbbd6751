// What a request to an HTTP server carries of the authentication that a user wrote.
import type { Clock } from '../async.ts';
import type { HttpClient } from './http.ts';
import { type HttpAuthentication, httpUrl } from './http-authentication.ts';
import { createOauthToken } from './oauth2.ts';

/** Header names are in lower case. */
export interface RequestCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** To be called when the server does not know them any more (HTTP 401), so that the next ones are others. */
  refused?(): void;
}

/** Who we are at a server. */
export interface HttpIdentity {
  /** For a request of `url`, which they may belong to. */
  credentials(url: URL, signal: AbortSignal): Promise<RequestCredentials>;
  close(): Promise<void>;
}

export interface IdentityTools {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Names the server in errors. */
  readonly what: string;
}

/** `server` may hold a user and a password, which count where no mode fills the Authorization header, as in Go's client. */
export function createWrittenIdentity(config: HttpAuthentication, server: URL, tools: IdentityTools): HttpIdentity {
  const fixed = fixedCredentials(config, server);
  const { authModes, oauthTokenURI, clientID: clientId, clientSecret = '', scopes = [], endpointParams } = config;
  const tokenUrl = httpUrl(oauthTokenURI ?? '');
  if (!authModes?.includes('oauth') || !tokenUrl || clientId === undefined) return createFixedIdentity(fixed);
  const tokens = createOauthToken(
    { tokenUrl, clientId, clientSecret, scopes: scopes.filter(Boolean), parameters: endpointParams },
    tools,
  );
  return createBearerIdentity({ ...tokens, get: (_url, signal) => tokens.get(signal) }, fixed);
}

/** By a user and a password; without a user it is nobody's. */
export function createBasicIdentity(username: string | undefined, password = ''): HttpIdentity {
  return createFixedIdentity({ headers: username === undefined ? {} : { authorization: basic(username, password) } });
}

function createFixedIdentity(credentials: RequestCredentials): HttpIdentity {
  return { credentials: async () => credentials, close: async () => {} };
}

/** Tokens that are kept until shortly before they end; a library that keeps them by itself has no more than `get`. */
export interface BearerTokens {
  /** For a request of `url`. */
  get(url: URL, signal: AbortSignal): Promise<string>;
  drop?(token: string): void;
  close?(): void;
}

/** With tokens, and what else goes along. */
export function createBearerIdentity(tokens: BearerTokens, more: RequestCredentials = { headers: {} }): HttpIdentity {
  return {
    async credentials(url, signal) {
      const token = await tokens.get(url, signal);
      const headers = { ...more.headers, authorization: `Bearer ${token}` };
      return { ...more, headers, refused: () => tokens.drop?.(token) };
    },
    close: async () => tokens.close?.(),
  };
}

function fixedCredentials(config: HttpAuthentication, server: URL): RequestCredentials {
  const { authModes: modes = [], customAuthHeader = '', customAuthValue = '' } = config;
  const authorization = authorizationOf(config, server);
  const key = modes.includes('apiKey') ? keyOf(config) : undefined;
  return {
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(modes.includes('custom') ? { [customAuthHeader.toLowerCase()]: customAuthValue } : {}),
      ...key?.headers,
    },
    query: key?.query ?? [],
  };
}

function authorizationOf(config: HttpAuthentication, server: URL): string | undefined {
  const { authModes: modes = [], username = '', password = '', bearerToken = '' } = config;
  if (modes.includes('bearer')) return `Bearer ${bearerToken}`;
  if (modes.includes('basic')) return basic(username, password);
  return server.username === '' && server.password === ''
    ? undefined
    : basic(decoded(server.username), decoded(server.password));
}

/** KEDA: in the header X-API-KEY or the query parameter api_key, when the user names no other. */
function keyOf({ apiKey = '', method, keyParamName: name }: HttpAuthentication): RequestCredentials {
  return method === 'query'
    ? { headers: {}, query: [[name ?? 'api_key', apiKey]] }
    : { headers: { [name?.toLowerCase() ?? 'x-api-key']: apiKey } };
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}
