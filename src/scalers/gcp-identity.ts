// Tokens of Google Cloud for triggers that say who they are there. The only importer of Google's authentication library.
import { types } from 'node:util';
import type { AuthClient } from 'google-auth-library';
import type { Clock } from '../async.ts';
import { AuthError, SourceUnavailableError } from '../errors.ts';
import { checkIdentityHost, type Showing } from '../identity-hosts.ts';
import type { GcpAccess } from './gcp-access.ts';
import { isTranslated } from './network-errors.ts';
import { createRenewing } from './renewing.ts';

const RENEW_BEFORE_MS = 225_000;
/** As Google's tokens have, for one that doesn't say. */
const DEFAULT_LIFE_MS = 3_600_000;

export interface GcpIdentity {
  /** The token is then shown where it says, and nowhere else. */
  get(showing: Showing, signal: AbortSignal): Promise<string>;
  /** This one was refused. */
  drop(token: string): void;
  close(): void;
}

/**
 * Access tokens for `scope`, such as `https://www.googleapis.com/auth/monitoring.read`. Our own identity is what the environment says
 * (GOOGLE_APPLICATION_CREDENTIALS), or the metadata server.
 */
export function createGcpIdentity(
  access: GcpAccess,
  scope: string,
  { clock, what }: { readonly clock: Clock; readonly what: string },
): GcpIdentity {
  const { get, drop, close } = createRenewing({
    clock,
    what: `${what}: identity at Google Cloud`,
    // The metadata server gives the same token until 5 minutes before its end.
    renewBeforeMs: RENEW_BEFORE_MS,
    async exchange(signal) {
      try {
        const client = await open(access, scope, signal);
        const { token } = await client.getAccessToken();
        if (!token) throw new AuthError(`${what}: expected an access token of Google Cloud, found none`);
        return { value: token, endsAtMs: client.credentials.expiry_date ?? clock.now() + DEFAULT_LIFE_MS };
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw signal.aborted ? signal.reason : translate(what, access, error);
      }
    },
  });
  return {
    async get(showing, signal) {
      if (access.kind === 'own') checkIdentityHost(what, showing);
      return get(signal);
    },
    drop,
    close,
  };
}

/** Of the library's requests only those to the metadata server don't end with the signal; they give up by themselves. */
async function open(access: GcpAccess, scope: string, signal: AbortSignal): Promise<AuthClient> {
  const { GoogleAuth, JWT } = await import('google-auth-library');
  const scopes = [scope];
  const transporterOptions = { signal, retry: false };
  if (access.kind === 'own') {
    // The library would look for the project, by running programs as well, and tokens don't depend on it.
    const projectId = 'not-needed';
    return new GoogleAuth({ scopes, projectId, clientOptions: { transporterOptions } }).getClient();
  }
  const { client_email: email, private_key: key } = access.key;
  return new JWT({ email, key, scopes, transporterOptions });
}

/** The library's texts quote requests and answers, so only what kind of failure it was is passed on. */
function translate(what: string, { kind }: GcpAccess, error: unknown): Error {
  const {
    status,
    code,
    message = '',
  } = (types.isNativeError(error) ? error : {}) as {
    readonly status?: number;
    readonly code?: unknown;
    readonly message?: string;
  };
  if (status !== undefined && status >= 400 && status < 500 && status !== 429) {
    return new AuthError(
      kind === 'key'
        ? `${what}: Google Cloud refused the key (HTTP ${status}); was it deleted, or its service account?`
        : `${what}: Google Cloud refused us a token (HTTP ${status}); check what our service account is bound to`,
    );
  }
  if (/default credentials/i.test(message)) {
    return new AuthError(`${what}: there is no identity of Google Cloud here; set up Workload Identity for our pods`);
  }
  if (/^ERR_OSSL|DECODER/.test(String(code)) || /PEM|asn1|private key/i.test(message)) {
    return new AuthError(`${what}: the private_key in the key of the service account can't be read`);
  }
  return new SourceUnavailableError(`${what}: the token service of Google Cloud can't be reached`);
}
