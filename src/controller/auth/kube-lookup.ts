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
import type { ConfigMapData, Lookup, PodTemplate, SecretData } from './lookup.ts';

export interface KubeLookups {
  /** A lookup for one use. `refer` is told of every object before it is read, so that no change to it goes unseen. */
  lookup(refer: (reference: Reference) => void, signal: AbortSignal): Lookup;
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
  readonly podTemplate: (target: TargetReference, signal: AbortSignal) => Promise<PodTemplate | undefined>;
}

/** A thousand objects that use one Secret and start together read it once; after that its values are not kept. */
const HOLD_MS = 5_000;

export function createKubeLookups(options: KubeLookupOptions): KubeLookups {
  const { client, clock } = options;
  const held = new Map<Reference, { readonly reading: Promise<KubeObject | undefined>; readonly stop: () => void }>();

  function forget(reference: Reference): void {
    held.get(reference)?.stop();
    held.delete(reference);
  }

  function read(resource: Resource, key: ObjectKey): Promise<KubeObject | undefined> {
    const reference = referenceTo(resource.kind, key.namespace ?? '', key.name);
    const known = held.get(reference);
    if (known) return known.reading;
    // Shared by many, so no single caller's signal may end it; the client's own deadline bounds it.
    const reading = getOrUndefined(client, resource, key, new AbortController().signal).catch((error: unknown) => {
      const { group, plural } = resource;
      const right = { group, resource: plural, namespace: key.namespace, resourceName: key.name };
      throw withGrant(error, ['get', 'list', 'watch'], right);
    });
    const entry = { reading, stop: clock.schedule(HOLD_MS, () => forget(reference)) };
    held.set(reference, entry);
    reading.catch(() => {
      if (held.get(reference) === entry) forget(reference);
    });
    return reading;
  }

  async function authentication(
    store: Store<KubeObject>,
    resource: Resource,
    key: ObjectKey,
  ): Promise<KubeObject | undefined> {
    return store.synced() ? store.get(key) : read(resource, key);
  }

  return {
    forget,
    clear() {
      for (const reference of held.keys()) forget(reference);
    },
    lookup: (refer, signal) => ({
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
