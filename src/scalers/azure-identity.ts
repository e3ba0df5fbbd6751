// Tokens of Azure's directory for workloads that have an identity there. The only importer of @azure/identity.
import { types } from 'node:util';
import type { TokenCredential } from '@azure/identity';
import { type Clock, withDeadline } from '../async.ts';
import { AuthError, SourceUnavailableError } from '../errors.ts';
import { checkIdentityHost, type Showing } from '../identity-hosts.ts';
import { createSharing } from './coalesce.ts';
import { isTranslated } from './network-errors.ts';
import type { PodIdentity } from './scaler.ts';

/**
 * An access token for `scope`, such as `https://servicebus.azure.net/.default`, which is then shown where it says, and nowhere else;
 * the library keeps and renews it.
 */
export type TokenSource = (scope: string, showing: Showing, signal: AbortSignal) => Promise<string>;

const DEADLINE_MS = 10_000;
const never = new AbortController().signal;

interface Tools {
  readonly clock: Clock;
  /** Names the source in errors. */
  readonly what: string;
}

/** The identity of the service account we run as, or the one the pod identity names. One exchange serves all who wait for it. */
export function createWorkloadIdentity(podIdentity: PodIdentity | undefined, tools: Tools): TokenSource {
  const { identityId, identityTenantId, identityAuthorityHost } = podIdentity ?? {};

  async function open() {
    const { WorkloadIdentityCredential } = await import('@azure/identity');
    return new WorkloadIdentityCredential({
      ...(identityId ? { clientId: identityId } : {}),
      ...(identityTenantId ? { tenantId: identityTenantId } : {}),
      // The directory that we are set up with may be a private cloud's. One that a user names must be known to Microsoft's:
      // it gets to see a token that stands for us.
      ...(identityAuthorityHost ? { authorityHost: identityAuthorityHost } : { disableInstanceDiscovery: true }),
      retryOptions: { maxRetries: 0 },
    });
  }
  const advice = 'refused our workload identity; check its federation and role';
  const get = createExchange({ open, missing: noIdentity(tools.what), refused: advice }, tools);
  return async (scope, showing, signal) => {
    checkIdentityHost(tools.what, showing);
    // It gets to see the token of our ServiceAccount.
    if (identityAuthorityHost) {
      const host = URL.parse(identityAuthorityHost)?.hostname ?? identityAuthorityHost;
      checkIdentityHost(tools.what, { host, field: 'identityAuthorityHost' });
    }
    return get(scope, signal);
  };
}

/** An application of the directory that proves itself by a secret. */
export interface AzureApplication {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The directory, such as `https://login.microsoftonline.com`; it gets to see the secret. */
  readonly authorityHost: string;
}

/** Whoever wrote the secret down may have it shown wherever they like. */
export function createApplicationIdentity(application: AzureApplication, tools: Tools): TokenSource {
  const { tenantId, clientId, clientSecret, authorityHost } = application;

  async function open() {
    const { ClientSecretCredential } = await import('@azure/identity');
    const options = { authorityHost, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
    return new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  }
  const missing = `${tools.what}: tenantId, clientId or the client's secret is not one that Azure can have`;
  const refused = 'refused the application; check clientId and tenantId, and whether its secret has expired';
  const get = createExchange({ open, missing, refused }, tools);
  return (scope, _showing, signal) => get(scope, signal);
}

interface CredentialSource {
  /** The library's. */
  open(): Promise<TokenCredential>;
  /** Says that there is nothing to show to the directory. */
  readonly missing: string;
  /** Of the directory: what it did, and what to do. */
  readonly refused: string;
}

type Exchange = (scope: string, signal: AbortSignal) => Promise<string>;

function createExchange({ open, missing, refused }: CredentialSource, { clock, what }: Tools): Exchange {
  const share = createSharing();
  let opened: Promise<TokenCredential> | undefined;

  async function exchange(scope: string, signal: AbortSignal): Promise<string> {
    try {
      const credential = await (opened ??= open()).catch(() => {
        throw new AuthError(missing);
      });
      const got = await credential.getToken(scope, { abortSignal: signal });
      if (!got) throw new AuthError(missing);
      return got.token;
    } catch (error) {
      opened = undefined;
      if (isTranslated(error, signal)) throw error;
      throw signal.aborted ? signal.reason : translate(what, { missing, refused }, error);
    }
  }

  return (scope, signal) =>
    share(
      scope,
      () =>
        withDeadline(clock, never, DEADLINE_MS, `${what}: directory of identities`, (inner) => exchange(scope, inner)),
      signal,
    );
}

function noIdentity(what: string): string {
  return `${what}: there is no workload identity here; label our pods for azure-workload-identity, and check identityId`;
}

/** The library's texts quote the directory's answers, so only what kind of failure it was is passed on. */
function translate(what: string, { missing, refused }: Omit<CredentialSource, 'open'>, error: unknown): Error {
  const { name, code, status = 0 } = causeOf(error);
  if (code === 'ENOENT' || code === 'EACCES') return new AuthError(missing);
  // What the directory answered; anything else of the library's errors is about the way there.
  if (name === 'ServerError' && status < 500 && status !== 429) {
    return new AuthError(`${what}: the directory ${refused}`);
  }
  if (name === 'ClientConfigurationError') {
    return new AuthError(`${what}: Microsoft's directory does not know the one in identityAuthorityHost`);
  }
  return new SourceUnavailableError(`${what}: the directory of identities can't be reached`);
}

/** The library wraps most errors of the one beneath it. */
function causeOf(error: unknown): { readonly name?: unknown; readonly code?: unknown; readonly status?: number } {
  if (!types.isNativeError(error)) return {};
  return types.isNativeError(error.cause) ? error.cause : error;
}
