// Notices changed Secrets and ConfigMaps. One watch for each namespace in which somebody refers to one, begun with the first reference
// and ended with the last: a watch for each object would be a connection each, one for the whole cluster would see every
// Secret there is. Only names and versions are kept.
import type { Clock } from '../async.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import { createReflector } from '../kube/reflector.ts';
import { CONFIG_MAPS, SECRETS } from '../kube/resources.ts';
import type { Logger } from '../log.ts';
import { type Reference, referenceTo } from './dependencies.ts';

export interface CredentialWatch {
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
]);

export function createCredentialWatch(options: CredentialWatchOptions): CredentialWatch {
  const { client, clock, random, log, changed } = options;
  const watches = new Map<string, { references: number; readonly end: () => void }>();
  const running = new Set<Promise<void>>();

  function begin(kind: string, resource: Resource, namespace: string): () => void {
    const stop = new AbortController();
    const reflector = createReflector<KubeObject>({
      client,
      resource,
      namespace,
      clock,
      random,
      log,
      prune: nameAndVersion,
    });
    reflector.subscribe(({ object }) => changed(referenceTo(kind, namespace, object.metadata.name)));
    const run = reflector.run(stop.signal).finally(() => running.delete(run));
    running.add(run);
    return () => stop.abort(new Error('no longer needed'));
  }

  /** `Secret/shop` of `Secret/shop/rabbit`. */
  function placeOf(
    reference: Reference,
  ): { place: string; resource: Resource; kind: string; namespace: string } | undefined {
    const [kind = '', namespace = ''] = reference.split('/');
    const resource = WATCHED.get(kind);
    return resource && { place: `${kind}/${namespace}`, resource, kind, namespace };
  }

  return {
    gained(reference) {
      const at = placeOf(reference);
      if (!at) return;
      const watch = watches.get(at.place) ?? { references: 0, end: begin(at.kind, at.resource, at.namespace) };
      watch.references++;
      watches.set(at.place, watch);
    },
    lost(reference) {
      const at = placeOf(reference);
      const watch = at && watches.get(at.place);
      if (!watch || --watch.references > 0) return;
      watches.delete(at.place);
      watch.end();
    },
    async stop() {
      for (const { end } of watches.values()) end();
      watches.clear();
      await Promise.all(running);
    },
  };
}

function nameAndVersion({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion } };
}
