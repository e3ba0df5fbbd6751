// HashiCorp Vault: secrets of its KV and PKI engines, and of any other that is read. KEDA's section hashiCorpVault.
import { createHash } from 'node:crypto';
import { checkIdentityHost } from '../identity-hosts.ts';
import { httpUrl } from '../scalers/http-authentication.ts';
import { createVaultApi } from './hashicorp-vault-api.ts';
import { createVaultHttp } from './hashicorp-vault-http.ts';
import { createVaultLogins, isOurs, type VaultCredential, vaultCredential } from './hashicorp-vault-login.ts';
import { readVaultSecrets } from './hashicorp-vault-secrets.ts';
import { missing } from './client-secret.ts';
import type { SecretStore, StoreDeps } from './secret-store.ts';
import type { Section } from './section.ts';

type Vault = Section<'hashiCorpVault'>;

export function createHashiCorpVault(deps: StoreDeps): SecretStore<Vault> {
  const { clock, env } = deps;
  const logins = createVaultLogins(deps);
  const http = createVaultHttp(deps);

  return {
    async prepare(vault, context) {
      const url = httpUrl(vault.address);
      if (!url) {
        // What is there instead may be an address with a password in it.
        return missing('hashiCorpVault.address', 'expected an http or https URL such as https://vault.vault:8200');
      }
      const credential = vaultCredential(vault, url, context, env);
      if ('why' in credential) return { kind: 'missing', why: `hashiCorpVault.${credential.why}` };
      const namespace = vault.namespace || env['VAULT_NAMESPACE'] || undefined;
      const identity = identityOf(credential);
      return {
        kind: 'question',
        question: {
          dependsOn: [url.href, namespace, identity, vault.secrets],
          async ask(signal) {
            const showing = (host: string) =>
              checkIdentityHost(`Vault at ${url.host}`, { host, field: 'hashiCorpVault.address' });
            const api = createVaultApi({ http, url, namespace, ...(isOurs(credential) ? { mayAsk: showing } : {}) });
            const key = digest([url.href, namespace, identity]);
            const login = logins.of(key, api, credential, context.serviceAccountToken);
            return readVaultSecrets(vault.secrets, { api, login, clock, signal });
          },
        },
      };
    },
    close: async () => logins.close(),
  };
}

/** What tells one identity from another; its token goes into a digest only. */
function identityOf(credential: VaultCredential): readonly unknown[] {
  return Object.values(credential);
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
