// The parameters of an authentication for what is no trigger and has no target.
import type { AuthenticationRef } from '../../api/trigger.ts';
import { ConfigError } from '../../errors.ts';
import type { PodIdentity, TriggerField } from '../../scalers/scaler.ts';
import type { KubeLookups } from './kube-lookup.ts';
import { resolveParameters } from './parameters.ts';

/**
 * These parameters, read now. `namespace`: where a TriggerAuthentication of that name is. Of other parameters it does not matter
 * whether they can be found. Throws a ConfigError that says what is missing.
 */
export type Authenticate = (
  ref: AuthenticationRef,
  from: { readonly namespace: string; readonly parameters: readonly string[] },
  signal: AbortSignal,
) => Promise<{ readonly auth: Readonly<Record<string, string>>; readonly podIdentity?: PodIdentity }>;

export interface AuthenticateOptions {
  readonly lookups: Pick<KubeLookups, 'lookup'>;
  readonly clusterObjectNamespace: string;
  readonly restrictSecretAccess: boolean;
}

export function createAuthenticate({
  lookups,
  clusterObjectNamespace,
  restrictSecretAccess,
}: AuthenticateOptions): Authenticate {
  return async (ref, { namespace, parameters }, signal) => {
    const { auth, podIdentity, problems } = await resolveParameters(
      {
        clusterObjectNamespace,
        restrictSecretAccess,
        trigger: { metadata: {}, authenticationRef: ref },
        fields: parameters.map(secretField),
        namespace,
        target: { namespace, apiVersion: '', kind: 'target', name: '' },
      },
      { ...lookups.lookup(() => {}, signal), podTemplate: async () => undefined },
    );
    if (problems.length > 0)
      throw new ConfigError(
        'authenticationRef',
        problems.map(({ message }) => ({ field: '', message })),
      );
    return { auth, ...(podIdentity ? { podIdentity } : {}) };
  };
}

/** A parameter as an authentication gives it to what is no trigger. */
export function secretField(name: string): TriggerField {
  return { name, aliases: [], sources: ['auth'], required: false, secret: true, syntax: 'text', description: '' };
}
