// HashiCorp Vault: secrets of its KV and PKI engines, and of any other that is read. KEDA's section hashiCorpVault.
import { createHash } from 'node:crypto';
import { createHttpClient, type HttpClient } from '../scalers/http.ts';
import { httpUrl } from '../scalers/http-authentication.ts';
import { createVaultApi } from './hashicorp-vault-api.ts';
import { createVaultLogins, type VaultCredential, vaultCredential } from './hashicorp-vault-login.ts';
import { readVaultSecrets } from './hashicorp-vault-secrets.ts';
import { vaultTls } from './hashicorp-vault-tls.ts';
import type { SecretStore, StoreDeps } from './secret-store.ts';
import type { Section } from './stores.ts';

type Vault = Section<'hashiCorpVault'>;

const SILENCE_MS = 10_000;

export function createHashiCorpVault(deps: StoreDeps): SecretStore<Vault> {
  const { clock, env } = deps;
  const logins = createVaultLogins(deps);
  let opening: Promise<HttpClient> | undefined;

  /** TLS comes from files, which are read when somebody first needs them; what they lack may come. */
  function open(): Promise<HttpClient> {
    opening ??= vaultTls(env).then((tls) => createHttpClient({ silenceMs: SILENCE_MS, tls }));
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  }

  return {
    async prepare(vault, context) {
      const url = httpUrl(vault.address);
      if (!url) {
        const why = `hashiCorpVault.address: expected an http or https URL, found ${JSON.stringify(vault.address)}`;
        return { kind: 'missing', why };
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
            const api = createVaultApi({ http: await open(), url, namespace });
            const key = digest([url.href, namespace, identity]);
            const login = logins.of(key, api, credential, context.serviceAccountToken);
            return readVaultSecrets(vault.secrets, { api, login, clock, signal });
          },
        },
      };
    },
    async close() {
      logins.close();
      await opening?.then((http) => http.close()).catch(() => {});
    },
  };
}

/** What tells one identity from another; its token goes into a digest only. */
function identityOf(credential: VaultCredential): readonly unknown[] {
  return Object.values(credential);
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
