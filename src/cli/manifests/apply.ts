// Puts objects into a cluster by server-side apply: definitions first, then the rest in the order given.
import { type Clock, sleep } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../../kube/client.ts';
import { createDiscovery } from '../../kube/discovery.ts';

export interface ApplyOptions {
  readonly client: KubeClient;
  readonly fieldManager: string;
  /** For namespaced objects that name none. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const TRIES = 50;
const PAUSE_MS = 100;

/** Rejects at the first object that the API server refuses, with its message. */
export async function applyObjects(objects: readonly KubeObject[], options: ApplyOptions): Promise<void> {
  const definitions = objects.filter((o) => o.kind === 'CustomResourceDefinition' || o.kind === 'Namespace');
  for (const object of [...definitions, ...objects.filter((o) => !definitions.includes(o))]) {
    const resource = await servedAs(object, options);
    const placed = resource.namespaced
      ? { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? options.namespace } }
      : object;
    await options.client.apply(resource, placed, {
      fieldManager: options.fieldManager,
      force: true,
      signal: options.signal,
    });
  }
}

/** A kind whose definition was applied a moment ago may take another moment to be served. */
async function servedAs({ apiVersion, kind }: KubeObject, { client, clock, signal }: ApplyOptions): Promise<Resource> {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  for (let attempt = 1; ; attempt++) {
    try {
      // A new one each time: discovery remembers for a while what was missing.
      return await createDiscovery({ client, clock }).resourceOf({ group, version, kind }, signal);
    } catch (error) {
      if (attempt === TRIES || !(error instanceof KubeError && error.reason === 'KindNotServed')) throw error;
      await sleep(clock, PAUSE_MS, signal);
    }
  }
}
