// The lookup port over a real API server.
import { parseClusterTriggerAuthentication, parseTriggerAuthentication } from '../../api/parse.ts';
import { clusterTriggerAuthentications, triggerAuthentications } from '../../api/names.ts';
import type { Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, ObjectKey, Resource } from '../../kube/client.ts';
import { withGrant } from '../../kube/missing-right.ts';
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from '../../kube/resources.ts';
import type { Store } from '../../kube/store.ts';
import { type Reference, referenceTo } from '../dependencies.ts';
import type { TargetReference } from '../../api/target.ts';
import type { IssuedToken } from '../../secret-stores/secret-store.ts';
import type { SecretStores } from '../../secret-stores/stores.ts';
import { createStoreAsker } from './ask-store.ts';
import { createHolding } from './holding.ts';
import { readParameterFile } from './parameter-file.ts';
import { createTokenIssuer } from './service-account-tokens.ts';
import type { ConfigMapData, Lookup, PodTemplate, SecretData } from './lookup.ts';

export interface KubeLookups {
  /**
   * A lookup for one use. `refer` is told of every object before it is read, so that no change to it goes unseen; `renewIn` of what
   * tells of no change, and of when it is to be read again.
   */
  lookup(refer: (reference: Reference) => void, signal: AbortSignal, renewIn?: (ms: number) => void): Lookup;
  /** To be called when the object has changed. */
  forget(reference: Reference): void;
  /** Forgets everything. */
  clear(): void;
}

export interface KubeLookupOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly triggerAuthentications: Store<KubeObject>;
  readonly clusterTriggerAuthentications: Store<KubeObject>;
  /** Of the authentications that the stores show; all when not given or empty. */
  readonly authenticationLabelSelector?: string | undefined;
  readonly podTemplate: (target: TargetReference, signal: AbortSignal) => Promise<PodTemplate | undefined>;
  readonly outside?: OutsideSources;
}

/** Where parameters come from besides objects of the cluster. */
export interface OutsideSources {
  readonly stores: SecretStores;
  /** How often stores are read that say nothing of how long their values are good. */
  readonly storeRefreshMs: number;
  /** Under which `filePath` is looked up; empty: nowhere. */
  readonly filePathRoot: string;
  /** Of the tokens of boundServiceAccountToken. */
  readonly boundTokenLifeMs: number;
}

/** A thousand objects that use one Secret and start together read it once; after that its values are not kept. */
const HOLD_MS = 5_000;
/** At most: the kubelet takes longer to bring a changed Secret into a volume, and reading it again costs nothing. */
const FILE_REFRESH_MS = 30_000;
/** As the kubelet does. */
const TOKEN_USED_PART = 0.8;
/** Where our clock is ahead of the API server's. */
const SHORTEST_TOKEN_MS = 60_000;
/** The shortest that Kubernetes issues: enough for a login. */
const LOGIN_TOKEN_LIFE_MS = 600_000;
const NO_OUTSIDE: OutsideSources = {
  stores: {},
  storeRefreshMs: 300_000,
  filePathRoot: '',
  boundTokenLifeMs: 3_600_000,
};

/** What many share no single caller's signal may end; the client's own deadline bounds it. */
const unending = (): AbortSignal => new AbortController().signal;

export function createKubeLookups(options: KubeLookupOptions): KubeLookups {
  const { client, clock, outside = NO_OUTSIDE } = options;
  const issueToken = createTokenIssuer(options);
  const stores = createStoreAsker({
    clock,
    stores: outside.stores,
    refreshMs: outside.storeRefreshMs,
    issueToken: (namespace, name, signal) => issueToken(namespace, name, { lifeMs: LOGIN_TOKEN_LIFE_MS, signal }),
  });
  const objects = createHolding<KubeObject | undefined>(clock, HOLD_MS);
  const tokens = createHolding<IssuedToken>(clock, HOLD_MS);

  function read(resource: Resource, key: ObjectKey): Promise<KubeObject | undefined> {
    return objects.get(referenceTo(resource.kind, key.namespace ?? '', key.name), () =>
      getOrUndefined(client, resource, key, unending()).catch((error: unknown) => {
        const { group, plural } = resource;
        const right = { group, resource: plural, namespace: key.namespace, resourceName: key.name };
        throw withGrant(error, ['get', 'list', 'watch'], right);
      }),
    );
  }

  async function authentication(
    store: Store<KubeObject>,
    resource: Resource,
    key: ObjectKey,
  ): Promise<KubeObject | undefined> {
    const shown = store.get(key);
    if (shown || (store.synced() && options.authenticationLabelSelector)) return shown;
    // One that the watch does not show may have come a moment ago, with what uses it.
    return read(resource, key);
  }

  return {
    forget(reference) {
      objects.forget(reference);
      tokens.forget(reference);
    },
    clear() {
      objects.clear();
      tokens.clear();
      stores.clear();
    },
    lookup: (refer, signal, renewIn = () => {}) => ({
      async secret(namespace, name) {
        refer(referenceTo('Secret', namespace, name));
        const secret = await read(SECRETS, { namespace, name });
        signal.throwIfAborted();
        return secret && decoded(secret as SecretObject);
      },
      async configMap(namespace, name) {
        refer(referenceTo('ConfigMap', namespace, name));
        const configMap = await read(CONFIG_MAPS, { namespace, name });
        signal.throwIfAborted();
        return configMap && ((configMap as ConfigMapObject).data ?? {});
      },
      async triggerAuthentication(namespace, name) {
        refer(referenceTo('TriggerAuthentication', namespace, name));
        const found = await authentication(options.triggerAuthentications, triggerAuthentications, { namespace, name });
        return found && parseTriggerAuthentication(found).object;
      },
      async clusterTriggerAuthentication(name) {
        refer(referenceTo('ClusterTriggerAuthentication', '', name));
        const found = await authentication(options.clusterTriggerAuthentications, clusterTriggerAuthentications, {
          name,
        });
        return found && parseClusterTriggerAuthentication(found).object;
      },
      async serviceAccount(namespace, name) {
        refer(referenceTo('ServiceAccount', namespace, name));
        const account = await read(SERVICE_ACCOUNTS, { namespace, name });
        signal.throwIfAborted();
        return account && (account.metadata.annotations ?? {});
      },
      podTemplate(target) {
        refer(referenceTo(target.kind, target.namespace, target.name));
        return options.podTemplate(target, signal);
      },
      async serviceAccountToken(namespace, name) {
        const reference = referenceTo('ServiceAccount', namespace, name);
        refer(reference);
        if (!(await read(SERVICE_ACCOUNTS, { namespace, name }))) return undefined;
        const issued = await tokens.get(reference, () =>
          issueToken(namespace, name, { lifeMs: outside.boundTokenLifeMs, signal: unending() }),
        );
        signal.throwIfAborted();
        renewIn(Math.max(SHORTEST_TOKEN_MS, (issued.endsAtMs - clock.now()) * TOKEN_USED_PART));
        return issued;
      },
      async parameterFile(path) {
        renewIn(Math.min(FILE_REFRESH_MS, outside.storeRefreshMs));
        return readParameterFile(outside.filePathRoot, path);
      },
      askStore: stores.askFor({ signal, renewIn }),
    }),
  };
}

interface SecretObject extends KubeObject {
  readonly data?: SecretData;
}
interface ConfigMapObject extends KubeObject {
  readonly data?: ConfigMapData;
}

function decoded({ data = {} }: SecretObject): SecretData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Undefined when it does not exist. */
export async function getOrUndefined<T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.get<T>(resource, key, { signal });
  } catch (error) {
    if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
    throw error;
  }
}
