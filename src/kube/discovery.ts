// From the kind that a user names to the resource that the API server serves.
import type { Clock } from '../async.ts';
import { KubeError } from '../errors.ts';
import type { KubeClient, Resource } from './client.ts';
import { groupVersionPath } from './path.ts';

export interface DiscoveredResource extends Resource {
  /** It has a `/scale` subresource, so it can be a scale target. */
  readonly scalable: boolean;
}

export interface KindName {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Discovery {
  /** Rejects with a KubeError of reason KindNotServed when the API server does not know the kind. */
  resourceOf(name: KindName, signal: AbortSignal): Promise<DiscoveredResource>;
}

/** How soon a kind that was missing is looked for again, when not given: its CRD may have come. */
const ASK_AGAIN_MS = 30_000;

interface GroupVersion {
  readonly resources: Promise<ReadonlyMap<string, DiscoveredResource>>;
  readonly askedAt: number;
}

/** One request for each group and version, however many ask; what was found is kept, what was not is asked again, but not more often than every `askAgainMs`. */
export function createDiscovery(options: { client: KubeClient; clock: Clock; askAgainMs?: number }): Discovery {
  const { client, clock, askAgainMs = ASK_AGAIN_MS } = options;
  const known = new Map<string, GroupVersion>();

  function ask(path: string, { group, version }: KindName): GroupVersion {
    // The answer is shared, so no single caller's signal may end the request; the client's deadline bounds it.
    const { signal } = new AbortController();
    const resources = client
      .request<ResourceList>('GET', path, undefined, { signal })
      .then((answer) => byKind(group, version, answer))
      .catch((error: unknown) => {
        if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return new Map<string, never>();
        known.delete(path);
        throw error;
      });
    const entry = { resources, askedAt: clock.now() };
    known.set(path, entry);
    return entry;
  }

  return {
    async resourceOf(name, signal) {
      const path = groupVersionPath(name.group, name.version);
      const entry = known.get(path) ?? ask(path, name);
      let found = (await entry.resources).get(name.kind);
      signal.throwIfAborted();
      if (found === undefined && Math.abs(clock.now() - entry.askedAt) >= askAgainMs) {
        const newest = known.get(path);
        found = (await (newest === undefined || newest === entry ? ask(path, name) : newest).resources).get(name.kind);
        signal.throwIfAborted();
      }
      if (found === undefined) throw kindNotServed(name);
      return found;
    },
  };
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

function byKind(group: string, version: string, list: ResourceList): ReadonlyMap<string, DiscoveredResource> {
  const resources = list.resources ?? [];
  const names = new Set(resources.map((r) => r.name));
  return new Map(
    resources
      .filter((r) => !r.name.includes('/'))
      .map(({ name, kind, namespaced }) => [
        kind,
        { group, version, plural: name, kind, namespaced, scalable: names.has(`${name}/scale`) },
      ]),
  );
}

function kindNotServed({ group, version, kind }: KindName): KubeError {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return new KubeError(
    `the API server serves no kind "${kind}" in apiVersion "${apiVersion}": correct the name, or install the CRD that defines it`,
    { code: 'KUBE_NOT_FOUND', retry: 'backoff', reason: 'KindNotServed' },
  );
}
