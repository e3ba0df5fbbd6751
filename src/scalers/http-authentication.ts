// The authentication that trigger types for HTTP servers share: what a user may write, and the rules between it.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { z } from 'zod';
import type { Review } from './define.ts';
import { field, list, oneOf, query, secret, text } from './fields.ts';
import { reviewTls, type TlsParameters } from './tls.ts';

const MODES = ['apiKey', 'basic', 'tls', 'bearer', 'custom', 'oauth'] as const;
type Mode = (typeof MODES)[number];

const auth = { from: ['auth'] } as const;
const anywhere = { from: ['metadata', 'auth'] } as const;

/** KEDA's parameters, in the order of its authentication modes. */
export const httpAuthentication = {
  authModes: field(list().optional(), `How requests are authenticated: any of ${MODES.join(', ')}.`, {
    ...anywhere,
    aliases: ['authMode'],
  }),
  apiKey: field(secret().optional(), 'Key for authModes apiKey.', anywhere),
  method: field(oneOf('header', 'query').prefault('header'), 'Where the key is sent, for authModes apiKey.', anywhere),
  keyParamName: field(
    text().optional(),
    'Name of the header (X-API-KEY when empty) or the query parameter (api_key) with the key.',
    anywhere,
  ),
  username: field(text().optional(), 'User for authModes basic.', auth),
  password: field(secret().optional(), 'Password for authModes basic; may be empty.', auth),
  bearerToken: field(secret().optional(), 'Token for authModes bearer.', { ...auth, aliases: ['token'] }),
  ca: field(text().optional(), 'CA certificate to trust besides the system’s, as PEM; with any of the modes.', auth),
  cert: field(text().optional(), 'Client certificate for authModes tls, as PEM.', auth),
  key: field(secret().optional(), 'Private key of the client certificate, as PEM.', auth),
  customAuthHeader: field(text().optional(), 'Name of the header for authModes custom.', auth),
  customAuthValue: field(secret().optional(), 'Value of the header for authModes custom.', auth),
  oauthTokenURI: field(text().optional(), 'Where authModes oauth gets its token (client credentials).', auth),
  clientID: field(text().optional(), 'OAuth2 client.', auth),
  clientSecret: field(secret().optional(), 'Secret of the OAuth2 client.', auth),
  scopes: field(list().optional(), 'OAuth2 scopes.', { ...auth, aliases: ['scope'] }),
  endpointParams: field(query().optional(), 'Further parameters of the OAuth2 request.', auth),
};
export type HttpAuthentication = z.output<z.ZodObject<typeof httpAuthentication>>;

/** What each mode can't do without, and what else only it uses. */
const PARAMETERS: Readonly<Record<Mode, { needs: readonly Name[]; uses: readonly Name[] }>> = {
  apiKey: { needs: ['apiKey'], uses: ['method', 'keyParamName'] },
  basic: { needs: ['username'], uses: ['password'] },
  tls: { needs: ['cert', 'key'], uses: [] },
  bearer: { needs: ['bearerToken'], uses: [] },
  custom: { needs: ['customAuthHeader', 'customAuthValue'], uses: [] },
  oauth: { needs: ['oauthTokenURI', 'clientID'], uses: ['clientSecret', 'scopes', 'endpointParams'] },
};
type Name = Exclude<keyof HttpAuthentication, 'authModes'>;
type Given = Partial<HttpAuthentication>;

/** KEDA: only what belongs to a mode that is switched on counts, and at most one mode may fill the Authorization header. */
export function reviewHttpAuthentication(config: Given, review: Review): void {
  const modes: readonly string[] = config.authModes ?? [];
  const strange = modes.find((mode) => !(MODES as readonly string[]).includes(mode));
  if (strange !== undefined)
    review.refuse('authModes', `expected any of ${MODES.join(', ')}, found ${JSON.stringify(strange)}`);
  if (modes.filter((mode) => ['bearer', 'basic', 'oauth'].includes(mode)).length > 1)
    review.refuse('authModes', 'expected at most one of bearer, basic and oauth');
  for (const mode of MODES) {
    const { needs, uses } = PARAMETERS[mode];
    if (modes.includes(mode)) {
      for (const name of needs) if (!review.given(name)) review.refuse(name, `is required with authModes ${mode}`);
    } else {
      for (const name of [...needs, ...uses])
        if (review.given(name)) review.warn(name, `has no effect without authModes ${mode}`);
    }
  }
  if (config.ca !== undefined && modes.length === 0) review.warn('ca', 'has no effect without authModes');
  reviewTls(tlsParameters(config), review);
  const { oauthTokenURI: uri } = config;
  if (modes.includes('oauth') && uri !== undefined && !httpUrl(uri))
    review.refuse('oauthTokenURI', 'expected an http or https URI');
  reviewHeaders(config, modes, review);
}

function reviewHeaders(config: Given, modes: readonly string[], { refuse }: Review): void {
  const { keyParamName, apiKey, bearerToken, customAuthHeader, customAuthValue } = config;
  if (modes.includes('apiKey') && config.method !== 'query') {
    if (keyParamName !== undefined && !isHeaderName(keyParamName)) refuse('keyParamName', BAD_NAME);
    if (apiKey !== undefined && !isHeaderValue(apiKey)) refuse('apiKey', BAD_VALUE);
  }
  if (modes.includes('bearer') && bearerToken !== undefined && !isHeaderValue(bearerToken))
    refuse('bearerToken', BAD_VALUE);
  if (!modes.includes('custom')) return;
  if (customAuthHeader !== undefined && !isHeaderName(customAuthHeader)) refuse('customAuthHeader', BAD_NAME);
  if (customAuthValue !== undefined && !isHeaderValue(customAuthValue)) refuse('customAuthValue', BAD_VALUE);
}

const BAD_NAME = 'expected the name of a header that a request may have';
const BAD_VALUE = 'expected one line of Latin letters, digits and signs, as a header can carry';
/** The HTTP client's own. */
const RESERVED = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']);

export function isHeaderName(name: string): boolean {
  return !RESERVED.has(name.toLowerCase()) && passes(() => validateHeaderName(name));
}

export function isHeaderValue(value: string): boolean {
  return passes(() => validateHeaderValue('x', value));
}

function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** An absolute http or https URL; undefined for anything else. */
export function httpUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}

/** The certificates that the modes make count. */
export function tlsParameters({ authModes: modes = [], ca, cert, key }: Given): TlsParameters {
  return { ...(modes.length > 0 ? { ca } : {}), ...(modes.includes('tls') ? { cert, key } : {}) };
}

/** Everything that makes two requests come from different callers, for a source's name. */
export function httpIdentity(config: HttpAuthentication, url: URL): readonly unknown[] {
  const { endpointParams, ...rest } = config.authModes ? config : ({} as Given);
  return [
    Object.keys(httpAuthentication).map((name) => rest[name as keyof typeof rest]),
    endpointParams?.toString(),
    [url.username, url.password],
  ];
}
