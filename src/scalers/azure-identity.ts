// Tokens of Azure's directory for workloads that have an identity there. The only importer of @azure/identity.
import { AuthError, SourceUnavailableError } from '../errors.ts';
import type { PodIdentity } from './scaler.ts';

/** An access token for `scope`, such as `https://servicebus.azure.net/.default`; the library keeps and renews it. */
export type TokenSource = (scope: string, signal: AbortSignal) => Promise<string>;

/** The identity of the service account we run as, or the one the pod identity names. */
export function createWorkloadIdentity(podIdentity: PodIdentity | undefined, what: string): TokenSource {
  const { identityId, identityTenantId, identityAuthorityHost } = podIdentity ?? {};
  const credential = async () => {
    const { WorkloadIdentityCredential } = await import('@azure/identity');
    return new WorkloadIdentityCredential({
      ...(identityId ? { clientId: identityId } : {}),
      ...(identityTenantId ? { tenantId: identityTenantId } : {}),
      ...(identityAuthorityHost ? { authorityHost: identityAuthorityHost } : {}),
    });
  };
  let opened: ReturnType<typeof credential> | undefined;
  return async (scope, signal) => {
    try {
      opened ??= credential();
      const { token } = await (await opened).getToken(scope, { abortSignal: signal });
      return token;
    } catch (error) {
      opened = undefined;
      if (signal.aborted) throw signal.reason;
      throw translate(what, error);
    }
  };
}

/** The library's texts quote the directory's answers, so only what kind of failure it was is passed on. */
function translate(what: string, error: unknown): Error {
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialUnavailableError') {
    return new AuthError(
      `${what}: there is no workload identity here; label our pods for azure-workload-identity, and check identityId`,
    );
  }
  if (name === 'AuthenticationError' || name === 'AggregateAuthenticationError') {
    return new AuthError(`${what}: the directory refused our workload identity; check its federation and role`);
  }
  return new SourceUnavailableError(`${what}: the directory of identities can't be reached`);
}
