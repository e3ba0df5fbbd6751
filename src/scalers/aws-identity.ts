// Credentials of AWS for triggers that say who they are there. The only importer of AWS's providers of credentials.
import { types } from 'node:util';
import { AuthError, SourceUnavailableError } from '../errors.ts';
import { checkIdentityHost, type Showing } from '../identity-hosts.ts';
import type { AwsAccess } from './aws-access.ts';
import { createAwsTransport } from './aws-transport.ts';
import { createHttpClient, type HttpClient } from './http.ts';
import { isTranslated } from './network-errors.ts';
import { createRenewing } from './renewing.ts';
import type { Lease, ScalerDeps } from './scaler.ts';
import { sourceId } from './source-id.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

export interface AwsIdentity {
  /** Good for some minutes at least; what is signed with them is then shown where it says, and nowhere else. */
  credentials(showing: Showing, signal: AbortSignal): Promise<AwsCredentials>;
  close(): Promise<void>;
}

const SILENCE_MS = 5_000;
const RENEW_BEFORE_MS = 5 * 60_000;
/** For those that don't say when they end, such as those of a file that somebody may change. */
const DEFAULT_LIFE_MS = 15 * 60_000;
/** KEDA's name of a session, which the trust policy of a role may ask for. */
const SESSION = 'KEDA';

/** One for all who have the same access in a region, whatever they ask there. */
export function leaseAwsIdentity(access: AwsAccess, region: string, deps: ScalerDeps): Promise<Lease<AwsIdentity>> {
  return deps.clients.share(
    awsIdentityId(access, region),
    async () => createAwsIdentity(access, region, deps),
    (identity) => identity.close(),
  );
}

/** Equal for equal access; no secret in it. */
export function awsIdentityId(access: AwsAccess, region: string): string {
  return sourceId('aws', region, [access]);
}

function createAwsIdentity(access: AwsAccess, region: string, { clock }: Pick<ScalerDeps, 'clock'>): AwsIdentity {
  if (access.kind === 'keys') return { credentials: async () => access, close: async () => {} };
  const what = `aws:${region}`;
  const http = createHttpClient({ silenceMs: SILENCE_MS, mostBytes: 2 ** 20 });
  const { get, close } = createRenewing<AwsCredentials>({
    clock,
    what: `${what}: identity`,
    renewBeforeMs: RENEW_BEFORE_MS,
    async exchange(signal) {
      try {
        const value = await provide(access, { region, http, what, signal });
        return { value, endsAtMs: value.expiration?.getTime() ?? clock.now() + DEFAULT_LIFE_MS };
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw signal.aborted ? signal.reason : translate(what, error);
      }
    },
  });
  return {
    async credentials(showing, signal) {
      checkIdentityHost(what, showing);
      return get(signal);
    },
    async close() {
      close();
      await http.close();
    },
  };
}

/** What has to be asked for. */
type TakenAccess = Exclude<AwsAccess, { readonly kind: 'keys' }>;

interface Means {
  readonly region: string;
  readonly http: HttpClient;
  readonly what: string;
  readonly signal: AbortSignal;
}

/** KEDA: a role is taken on with the token of our service account where the role trusts it, else with the rights we have already. */
async function provide(access: TakenAccess, means: Means): Promise<AwsCredentials> {
  const { fromNodeProviderChain, fromTemporaryCredentials, fromTokenFile } = await import(
    '@aws-sdk/credential-providers'
  );
  const clientConfig = { region: means.region, maxAttempts: 1, requestHandler: createAwsTransport(means) };
  const own = fromNodeProviderChain({ clientConfig });
  if (access.kind === 'own') return own();
  const { roleArn, externalId } = access;
  if (externalId === undefined) {
    const byToken = fromTokenFile({ roleArn, roleSessionName: SESSION, clientConfig });
    const credentials = await byToken().catch((error: unknown) => {
      if (error instanceof SourceUnavailableError || means.signal.aborted) throw error;
      return undefined;
    });
    if (credentials) return credentials;
  }
  const params = {
    RoleArn: roleArn,
    RoleSessionName: SESSION,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  };
  return fromTemporaryCredentials({ masterCredentials: own, params, clientConfig })();
}

/** The SDK's texts quote AWS's answers, with accounts and roles, so only what kind of failure it was is passed on. */
function translate(what: string, error: unknown): Error {
  const { name = '', $metadata } = (types.isNativeError(error) ? error : {}) as {
    readonly name?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429 || /Throttl|RequestLimit|IDPCommunication/.test(name)) {
    return new SourceUnavailableError(`${what}: AWS can't give credentials now (HTTP ${status})`);
  }
  if (status >= 400) {
    return new AuthError(`${what}: AWS refused us the role (HTTP ${status}); check its trust policy and awsRoleArn`);
  }
  return new AuthError(
    `${what}: there is no AWS identity here; give our service account a role, or the trigger awsAccessKeyID and awsSecretAccessKey`,
  );
}
