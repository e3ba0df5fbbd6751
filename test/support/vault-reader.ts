// The part of the program that reads the parameters of a trigger, with the real stores and an API server in memory.
import { systemClock } from '../../src/async.ts';
import { createKubeLookups, type KubeLookups } from '../../src/controller/auth/kube-lookup.ts';
import type { AuthenticationSpec } from '../../src/controller/auth/lookup.ts';
import { resolveParameters } from '../../src/controller/auth/parameters.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import type { Section } from '../../src/secret-stores/section.ts';
import { closeSecretStores, createSecretStores } from '../../src/secret-stores/stores.ts';
import { createMemoryKube } from './memory-kube.ts';
import { aField } from './trigger-field.ts';
import type { TokenSigner } from './vault.ts';

type Vault = Section<'hashiCorpVault'>;

const PARAMETERS = ['password', 'username', 'host', 'cert', 'key', 'ca'];

export interface VaultReader {
  /** Paths at which tokens of ServiceAccounts were asked for. */
  readonly issued: readonly string[];
  read(
    hashiCorpVault: Vault,
    from?: { readonly isCluster?: boolean; readonly namespace?: string },
  ): Promise<{
    readonly auth: Readonly<Record<string, string>>;
    readonly problems: readonly string[];
    readonly renewsInMs: number;
  }>;
  stop(): Promise<void>;
}

/** Knows one authentication, `vault`, of which a trigger takes six parameters; its API server signs tokens with `signer`. */
export function createVaultReader(signer: TokenSigner, env: Readonly<Record<string, string>> = {}): VaultReader {
  const client = createMemoryKube();
  const issued: string[] = [];
  const kube = {
    ...client,
    // The TokenRequest of the API server.
    async request(_method: string, path: string) {
      issued.push(path);
      const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/serviceaccounts\/([^/]+)\/token$/.exec(path) ?? [];
      return { status: { token: signer.sign(namespace, name), expirationTimestamp: '' } } as never;
    },
  };
  const clients = createSourcePool({ clock: systemClock });
  const stores = createSecretStores({ clock: systemClock, clients, env });
  let spec: AuthenticationSpec = {};
  const known = (kind: 'TriggerAuthentication' | 'ClusterTriggerAuthentication') => ({
    get: () => ({ apiVersion: 'keda.sh/v1alpha1', kind, metadata: { name: 'vault' }, spec }),
    list: () => [],
    synced: () => true,
    subscribe: () => () => {},
  });
  const lookups: KubeLookups = createKubeLookups({
    client: kube,
    clock: systemClock,
    triggerAuthentications: known('TriggerAuthentication'),
    clusterTriggerAuthentications: known('ClusterTriggerAuthentication'),
    podTemplate: async () => undefined,
    outside: { stores, storeRefreshMs: 300_000, filePathRoot: '', boundTokenLifeMs: 3_600_000 },
  });
  return {
    issued,
    async read(hashiCorpVault: Vault, { isCluster = false, namespace = 'shop' } = {}) {
      spec = { hashiCorpVault };
      let renewsInMs = Number.POSITIVE_INFINITY;
      const lookup = lookups.lookup(
        () => {},
        new AbortController().signal,
        (ms) => {
          renewsInMs = Math.min(renewsInMs, ms);
        },
      );
      const kind = isCluster ? 'ClusterTriggerAuthentication' : 'TriggerAuthentication';
      const { auth, problems } = await resolveParameters(
        {
          trigger: { metadata: {}, authenticationRef: { name: 'vault', kind } },
          fields: PARAMETERS.map((name) => aField(name, 'auth')),
          namespace,
          target: { namespace, apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          clusterObjectNamespace: 'sluice',
        },
        lookup,
      );
      return { auth, problems: problems.map(({ message }) => message), renewsInMs };
    },
    async stop() {
      lookups.clear();
      await closeSecretStores(stores);
      await clients.close();
    },
  };
}
