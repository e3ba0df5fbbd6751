// The way to any Vault. Its TLS comes from files, which are looked at for each request: what was rotated there counts at once.
import { createHttpClient, type HttpClient } from '../scalers/http.ts';
import { sourceId } from '../scalers/source-id.ts';
import { vaultTls } from './hashicorp-vault-tls.ts';
import { type StoreDeps, storeHttp } from './secret-store.ts';

export type VaultHttp = Pick<HttpClient, 'request'>;

/** Connections are shared by all who ask with the same TLS, and closed soon after the last of them. */
export function createVaultHttp({ clients, env }: Pick<StoreDeps, 'clients' | 'env'>): VaultHttp {
  return {
    async request(...asked) {
      const tls = await vaultTls(env);
      const http = await clients.share(
        sourceId('hashicorp-vault', '', [tls]),
        async () => createHttpClient({ ...storeHttp, tls }),
        (client) => client.close(),
      );
      try {
        return await http.client.request(...asked);
      } finally {
        await http.release();
      }
    },
  };
}
