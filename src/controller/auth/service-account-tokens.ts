// Tokens of ServiceAccounts, as the API server issues them on request.
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import { withGrant } from '../../kube/missing-right.ts';
import { objectPath } from '../../kube/path.ts';
import { SERVICE_ACCOUNTS } from '../../kube/resources.ts';
import type { IssuedToken } from '../../secret-stores/secret-store.ts';

interface TokenRequest {
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string };
}

export type IssueToken = (
  namespace: string,
  name: string,
  options: { readonly lifeMs: number; readonly signal: AbortSignal },
) => Promise<IssuedToken>;

/** A refusal says how to allow it. The API server may give a token another life than it was asked for. */
export function createTokenIssuer({
  client,
  clock,
}: {
  readonly client: KubeClient;
  readonly clock: Clock;
}): IssueToken {
  return async (namespace, name, { lifeMs, signal }) => {
    const path = objectPath(SERVICE_ACCOUNTS, { namespace, name }, 'token');
    const body = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: Math.round(lifeMs / 1000) },
    };
    const { status } = await client.request<TokenRequest>('POST', path, body, { signal }).catch((error: unknown) => {
      const right = { group: '', resource: 'serviceaccounts/token', namespace, resourceName: name };
      throw withGrant(error, ['create'], right);
    });
    const { token, expirationTimestamp = '' } = status ?? {};
    if (!token) {
      const what = `create serviceaccounts/token "${namespace}/${name}"`;
      throw new KubeError(`${what}: expected a token, found none`, { code: 'KUBE_BAD_REQUEST', retry: 'backoff' });
    }
    const endsAtMs = Date.parse(expirationTimestamp);
    return { token, endsAtMs: Number.isNaN(endsAtMs) ? clock.now() + lifeMs : endsAtMs };
  };
}
