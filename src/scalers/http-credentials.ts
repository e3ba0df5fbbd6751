// What a request to an HTTP server carries of the authentication that a user wrote.
import type { Clock } from '../async.ts';
import type { HttpClient } from './http.ts';
import { type HttpAuthentication, httpUrl } from './http-authentication.ts';
import { createOauthToken } from './oauth2.ts';

/** Header names are in lower case. */
export interface RequestCredentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** `server` may hold a user and a password, which count where no mode fills the Authorization header, as in Go's client. */
export function createCredentials(
  config: HttpAuthentication,
  server: URL,
  deps: { readonly http: HttpClient; readonly clock: Clock; readonly what: string },
): (signal: AbortSignal) => Promise<RequestCredentials> {
  const fixed = fixedCredentials(config, server);
  const { authModes, oauthTokenURI, clientID: clientId, clientSecret = '', scopes = [], endpointParams } = config;
  const tokenUrl = httpUrl(oauthTokenURI ?? '');
  if (!authModes?.includes('oauth') || !tokenUrl || clientId === undefined) return async () => fixed;
  const token = createOauthToken(
    { tokenUrl, clientId, clientSecret, scopes: scopes.filter(Boolean), parameters: endpointParams },
    deps,
  );
  return async (signal) => ({
    ...fixed,
    headers: { ...fixed.headers, authorization: `Bearer ${await token(signal)}` },
  });
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
    : { headers: { [name?.toLowerCase() ?? 'x-api-key']: apiKey }, query: [] };
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
