// Azure Key Vault: secrets of a vault, read as an application or with a workload identity. KEDA's section azureKeyVault.
import { createHttpClient } from '../scalers/http.ts';
import { leaseRest } from '../scalers/rest.ts';
import { sourceId } from '../scalers/source-id.ts';
import { vaultSecret } from './azure-key-vault-answer.ts';
import { tenantOf, type VaultIdentity, vaultIdentity, vaultTokens } from './azure-key-vault-identity.ts';
import { type VaultPlace, vaultPlace } from './azure-key-vault-place.ts';
import { missing } from './client-secret.ts';
import { type Found, readSecrets, whole } from './read-secrets.ts';
import { type SecretStore, type StoreAnswer, type StoreDeps, storeHttp } from './secret-store.ts';
import type { Section } from './section.ts';

type Vault = Section<'azureKeyVault'>;
type Secret = Vault['secrets'][number];

const API_VERSION = '7.4';
/** For a vault that asks to be left alone, and does not say how long. */
const REST_MS = 10_000;

export function createAzureKeyVault(deps: StoreDeps): SecretStore<Vault> {
  const http = createHttpClient(storeHttp);

  async function ask(vault: Vault, place: VaultPlace, as: VaultIdentity, signal: AbortSignal): Promise<StoreAnswer> {
    const what = `azureKeyVault ${place.url.hostname}`;
    const identity = await deps.clients.share(
      sourceId('azure-key-vault', place.url.hostname, [as]),
      async () => vaultTokens(as, { clock: deps.clock, what }),
      async () => {},
    );
    const rest = await leaseRest(deps, what, 'the vault asks');
    try {
      rest.client.check();
      const showing = { host: place.url.hostname, field: 'azureKeyVault.vaultUri' };
      const token = await identity.client(place.scope, showing, signal);
      return await readSecrets(vault.secrets, {
        key: ({ name, version = '' }) => JSON.stringify([name, version]),
        pick: whole,
        async ask(secret) {
          const named = described(secret);
          if (named.kind === 'missing') return { ...named, why: `${what}: ${named.why}` };
          rest.client.check();
          const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
          const answer = await http.request(secretUrl(place.url, secret), what, { headers }, signal);
          if (answer.status === 429) throw rest.client.begin(answer.retryAfterMs ?? REST_MS);
          return vaultSecret(answer, {
            what,
            secret: named.value,
            tenant: tenantOf(as) ?? deps.env['AZURE_TENANT_ID'],
          });
        },
      });
    } finally {
      await Promise.all([identity.release(), rest.release()]);
    }
  }

  return {
    async prepare(vault, context) {
      const place = vaultPlace(vault);
      if ('field' in place) return missing(`azureKeyVault.${place.field}`, place.message);
      const as = await vaultIdentity(vault, place, context);
      if (as.kind === 'missing' || as.kind === 'unresolved') return as;
      const { secrets } = vault;
      const asked = secrets.map(({ parameter, name, version }) => [parameter, name, version]);
      const dependsOn = [place.url.href, place.scope, as, asked];
      return { kind: 'question', question: { dependsOn, ask: (signal) => ask(vault, place, as, signal) } };
    },
    close: () => http.close(),
  };
}

/** How errors name it; a name or version that no secret can have would lead to another place of the vault. */
function described({ name, version }: Secret): Found {
  if (!/^[\dA-Za-z-]{1,127}$/.test(name))
    return {
      kind: 'missing',
      why: `secrets.name: expected letters, digits and hyphens, found ${JSON.stringify(name)}`,
    };
  if (!/^[\dA-Za-z]*$/.test(version ?? ''))
    return { kind: 'missing', why: `secrets.version: expected an ID of a version, found ${JSON.stringify(version)}` };
  return { kind: 'set', value: `secret "${name}"${version ? ` in the version "${version}"` : ''}` };
}

function secretUrl(vault: URL, { name, version }: Secret): URL {
  const url = new URL(`/secrets/${name}${version ? `/${version}` : ''}`, vault);
  url.searchParams.set('api-version', API_VERSION);
  return url;
}
