// The secret stores there are, by the name of their section in an authentication. The frame goes through them in KEDA's order.
import { createAwsSecretsManager } from './aws-secrets-manager.ts';
import { createAzureKeyVault } from './azure-key-vault.ts';
import { createGcpSecretManager } from './gcp-secret-manager.ts';
import { createOauth2 } from './oauth2.ts';
import { createHashiCorpVault } from './hashicorp-vault.ts';
import type { SecretStore, StoreDeps } from './secret-store.ts';
import type { Section, StoreName } from './section.ts';

export type SecretStores = { readonly [N in StoreName]?: SecretStore<Section<N>> };

export function createSecretStores(deps: StoreDeps): SecretStores {
  return {
    hashiCorpVault: createHashiCorpVault(deps),
    azureKeyVault: createAzureKeyVault(deps),
    gcpSecretManager: createGcpSecretManager(deps),
    awsSecretManager: createAwsSecretsManager(deps),
    oauth2: createOauth2(),
  };
}

export async function closeSecretStores(stores: SecretStores): Promise<void> {
  await Promise.all(Object.values(stores).map((store) => store.close()));
}
