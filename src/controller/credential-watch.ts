// Notices changed Secrets, ConfigMaps and ServiceAccounts. One watch for each namespace in which somebody refers to one, begun with the first reference
// and ended with the last: a watch for each object would be a connection each, one for the whole cluster would see every
// Secret there is. Only names and versions are kept.
import type { Clock } from '../async.ts';
import type { KubeClient, Resource } from '../kube/client.ts';
import { createOwnRights } from '../kube/own-rights.ts';
import { CONFIG_MAPS, SECRETS, SERVICE_ACCOUNTS } from '../kube/resources.ts';
import type { Logger } from '../log.ts';
import { type Reference, referenceTo } from './dependencies.ts';
import { createNamespaceWatch, type NamespaceWatch } from './namespace-watch.ts';

export interface CredentialWatch {
  /** Once for each reference, until it is lost. */
  gained(reference: Reference): void;
  lost(reference: Reference): void;
  /** Ends every watch and waits for it. */
  stop(): Promise<void>;
}

export interface CredentialWatchOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly changed: (reference: Reference) => void;
}

const WATCHED: ReadonlyMap<string, Resource> = new Map([
  ['Secret', SECRETS],
  ['ConfigMap', CONFIG_MAPS],
  ['ServiceAccount', SERVICE_ACCOUNTS],
]);

export function createCredentialWatch({ changed, ...options }: CredentialWatchOptions): CredentialWatch {
  const rights = createOwnRights(options);
  const places = new Map<string, { readonly names: Set<string>; readonly watch: NamespaceWatch }>();
  const ending = new Set<Promise<void>>();

  function begin(kind: string, resource: Resource, namespace: string): NamespaceWatch {
    const tell = (name: string): void => changed(referenceTo(kind, namespace, name));
    return createNamespaceWatch({ ...options, rights, resource, namespace, changed: tell });
  }

  function end(watch: NamespaceWatch): void {
    const ended = watch.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  return {
    gained(reference) {
      const [kind = '', namespace = '', name = ''] = reference.split('/');
      const resource = WATCHED.get(kind);
      if (!resource) return;
      const key = `${kind}/${namespace}`;
      const place = places.get(key) ?? { names: new Set(), watch: begin(kind, resource, namespace) };
      places.set(key, place);
      place.names.add(name);
      place.watch.add(name);
    },
    lost(reference) {
      const [kind = '', namespace = '', name = ''] = reference.split('/');
      const key = `${kind}/${namespace}`;
      const place = places.get(key);
      if (!place?.names.delete(name)) return;
      place.watch.remove(name);
      if (place.names.size > 0) return;
      places.delete(key);
      end(place.watch);
    },
    async stop() {
      for (const { watch } of places.values()) end(watch);
      places.clear();
      await Promise.all(ending);
    },
  };
}
