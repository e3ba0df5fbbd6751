// Who is asking: the API server speaking for somebody, a client certificate, or a bearer token; in this order.
import { createHash, type X509Certificate } from 'node:crypto';
import type { Clock } from '../async.ts';
import type { AuthenticationPort, Caller, FrontProxyTrust } from './caller.ts';
import { createChainVerifier, subjectOf } from './client-certificate.ts';
import { createRemembered } from './remembered.ts';

export interface Credentials {
  /** Leaf first. */
  readonly certificates: readonly X509Certificate[];
  /** Names in lower case; every value of a header that came more than once. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Undefined when nobody vouches for the caller. Rejects when a token can't be reviewed now. */
export type Authenticate = (credentials: Credentials) => Promise<Caller | undefined>;

/** As long as Kubernetes' own delegated authentication remembers a token. */
const TOKEN_LIFE_MS = 10_000;
const MOST_TOKENS = 1_000;
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';

export function createAuthenticator(port: AuthenticationPort, clock: Clock): Authenticate {
  const isSignedBy = createChainVerifier(clock);
  const remember = createRemembered<Caller | undefined>({
    clock,
    lifeMs: () => TOKEN_LIFE_MS,
    capacity: MOST_TOKENS,
  });

  async function identify({ certificates, headers }: Credentials): Promise<Caller | undefined> {
    const [leaf] = certificates;
    if (leaf !== undefined) {
      const { name, groups } = subjectOf(leaf);
      const proxy = port.frontProxy();
      if (proxy && mayProxy(proxy, name) && isSignedBy(certificates, proxy.caPem)) {
        const caller = impersonated(proxy, headers);
        if (caller !== undefined) return caller;
      }
      const clientCa = port.clientCaPem();
      if (clientCa !== undefined && name !== '' && isSignedBy(certificates, clientCa)) {
        return { name, groups, extra: {} };
      }
    }
    const [, token] = /^bearer +(\S+)$/i.exec(headers['authorization']?.[0]?.trim() ?? '') ?? [];
    if (token === undefined) return undefined;
    const key = createHash('sha256').update(token).digest('base64');
    return remember(key, (signal) => port.reviewToken(token, signal));
  }

  return async (credentials) => {
    const caller = await identify(credentials);
    return caller === undefined ? undefined : withGroup(caller);
  };
}

/** Kubernetes puts everybody who is somebody into this group; the aggregator names its own users without it. */
function withGroup(caller: Caller): Caller {
  const { groups } = caller;
  if (groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)) return caller;
  return { ...caller, groups: [...groups, AUTHENTICATED] };
}

function mayProxy({ allowedNames }: FrontProxyTrust, commonName: string): boolean {
  return allowedNames.length === 0 || allowedNames.includes(commonName);
}

/** Undefined when the proxy names nobody. */
function impersonated(proxy: FrontProxyTrust, headers: Credentials['headers']): Caller | undefined {
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => headers[name]?.[0]).find((value) => value !== undefined && value !== '');
  const name = first(proxy.usernameHeaders);
  if (name === undefined) return undefined;
  const uid = first(proxy.uidHeaders);
  const extra = proxy.extraPrefixes.flatMap((prefix) =>
    Object.entries(headers).flatMap(([header, values]) =>
      header.startsWith(prefix) && values !== undefined ? [[unescape(header.slice(prefix.length)), values]] : [],
    ),
  );
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: proxy.groupHeaders.flatMap((header) => headers[header] ?? []),
    extra: Object.fromEntries(extra),
  };
}

/** The API server percent-encodes what a header's name can't hold. */
function unescape(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
