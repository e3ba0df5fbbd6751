// As whom a vault of Azure is asked: an application that proves itself by a secret, or the workload identity of our pods.
import {
  type AzureApplication,
  createApplicationIdentity,
  createWorkloadIdentity,
  type TokenSource,
} from '../scalers/azure-identity.ts';
import type { PodIdentity } from '../scalers/scaler.ts';
import type { VaultPlace } from './azure-key-vault-place.ts';
import { missing, readClientSecret, type Unprepared } from './client-secret.ts';
import type { StoreContext } from './secret-store.ts';
import type { Section } from './section.ts';

type Vault = Section<'azureKeyVault'>;

export type VaultIdentity =
  | { readonly kind: 'application'; readonly application: AzureApplication }
  | { readonly kind: 'workload'; readonly podIdentity: PodIdentity };

const FIELD = 'azureKeyVault';

/** KEDA: credentials where no pod identity is given, and no identity but azure-workload. */
export async function vaultIdentity(
  { podIdentity, credentials }: Vault,
  place: VaultPlace,
  context: StoreContext,
): Promise<VaultIdentity | Unprepared> {
  const provider = podIdentity?.provider ?? 'none';
  if (podIdentity && provider === 'azure-workload') return workload(podIdentity);
  if (provider !== 'none')
    return missing(`${FIELD}.podIdentity.provider`, `expected azure-workload or none, found "${provider}"`);
  if (credentials) return application(credentials, place, context);
  return missing(`${FIELD}.credentials`, 'is required, or podIdentity with the provider azure-workload');
}

function workload({
  identityId,
  identityTenantId,
  identityAuthorityHost,
}: NonNullable<Vault['podIdentity']>): VaultIdentity | Unprepared {
  if (identityId === '' || identityTenantId === '')
    return missing(`${FIELD}.podIdentity`, 'identityId and identityTenantId must not be empty; leave them out');
  const podIdentity = {
    provider: 'azure-workload',
    ...(identityId === undefined ? {} : { identityId }),
    ...(identityTenantId === undefined ? {} : { identityTenantId }),
    // KEDA: it counts together with a tenant only.
    ...(identityTenantId === undefined || !identityAuthorityHost ? {} : { identityAuthorityHost }),
  };
  return { kind: 'workload', podIdentity };
}

async function application(
  { clientId, tenantId, clientSecret: key }: NonNullable<Vault['credentials']>,
  { authorityHost }: VaultPlace,
  context: StoreContext,
): Promise<VaultIdentity | Unprepared> {
  for (const [name, value] of Object.entries({ clientId, tenantId })) {
    if (!/^[\w.-]+$/.test(value))
      return missing(`${FIELD}.credentials.${name}`, 'expected an ID as the portal shows it');
  }
  const secret = await readClientSecret(key, `${FIELD}.credentials.clientSecret`, context);
  if (secret.kind !== 'set') return secret;
  return { kind: 'application', application: { tenantId, clientId, clientSecret: secret.value, authorityHost } };
}

export function vaultTokens(as: VaultIdentity, tools: Parameters<typeof createWorkloadIdentity>[1]): TokenSource {
  return as.kind === 'application'
    ? createApplicationIdentity(as.application, tools)
    : createWorkloadIdentity(as.podIdentity, tools);
}

/** Undefined for that of our pods. */
export function tenantOf(as: VaultIdentity): string | undefined {
  return as.kind === 'application' ? as.application.tenantId : as.podIdentity.identityTenantId;
}
