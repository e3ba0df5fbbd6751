// Discovery: which groups, versions and resources there are, in the old form (one list each) and the aggregated one.
import type { JsonObject } from '../object.ts';
import type { Registry } from '../registry.ts';
import type { ResourceType } from '../resource-type.ts';

export interface RemoteGroupVersion {
  readonly group: string;
  readonly version: string;
  /** The items of its APIResourceList; undefined while the server behind it does not answer. */
  readonly resources: readonly JsonObject[] | undefined;
}

/** Core first, then what comes with the server, then what was added. */
interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

function groupsOf(registry: Registry, remote: readonly RemoteGroupVersion[]): readonly GroupVersions[] {
  const local = registry.groups();
  const added = [...Map.groupBy(remote, (r) => r.group)].filter(([group]) => !local.some((l) => l.group === group));
  return [...local, ...added.map(([group, versions]) => ({ group, versions: versions.map((v) => v.version) }))];
}

export function apiVersions(address: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

function apiGroup({ group, versions }: GroupVersions): JsonObject {
  const named = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}

export function apiGroupList(registry: Registry, remote: readonly RemoteGroupVersion[]): JsonObject {
  const groups = groupsOf(registry, remote).filter((g) => g.group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
}

/** One group's APIGroup, or undefined when there is no such group. */
export function apiGroupNamed(
  registry: Registry,
  remote: readonly RemoteGroupVersion[],
  name: string,
): JsonObject | undefined {
  const found = groupsOf(registry, remote).find((g) => g.group === name);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(found) };
}

/** The resources of one group and version, or undefined when there are none. */
export function apiResourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const types = registry.all().filter((type) => type.group === group && type.version === version);
  if (types.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: types.flatMap((type) => [
      {
        name: type.plural,
        singularName: type.singular,
        namespaced: type.namespaced,
        kind: type.kind,
        verbs: type.verbs,
        ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
        ...(type.categories.length > 0 ? { categories: type.categories } : {}),
      },
      ...subresourcesOf(type).map((sub) => ({
        name: `${type.plural}/${sub.name}`,
        singularName: '',
        namespaced: type.namespaced,
        ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

function subresourcesOf(type: ResourceType): ResourceType['subresources'] {
  const status = { name: 'status', kind: type.kind, verbs: ['get', 'patch', 'update'] };
  return [...type.subresources, ...(type.hasStatus ? [status] : [])];
}

export const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** APIGroupDiscoveryList v2 of the core group (`/api`) or of all others (`/apis`). */
export function aggregatedDiscovery(
  registry: Registry,
  remote: readonly RemoteGroupVersion[],
  which: 'core' | 'groups',
): JsonObject {
  const groups = groupsOf(registry, remote).filter((g) => (g.group === '') === (which === 'core'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map((version) => discoveredVersion(registry, remote, group, version)),
    })),
  };
}

function discoveredVersion(
  registry: Registry,
  remote: readonly RemoteGroupVersion[],
  group: string,
  version: string,
): JsonObject {
  const types = registry.all().filter((type) => type.group === group && type.version === version);
  const far = remote.find((r) => r.group === group && r.version === version);
  if (types.length === 0 && far) {
    return {
      version,
      freshness: far.resources ? 'Current' : 'Stale',
      resources: (far.resources ?? []).map((r) => remoteResource(r, far)),
    };
  }
  return { version, freshness: 'Current', resources: types.map(discoveredResource) };
}

function discoveredResource(type: ResourceType): JsonObject {
  const own = { group: type.group, version: type.version };
  return {
    resource: type.plural,
    responseKind: { ...own, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
    ...(type.categories.length > 0 ? { categories: type.categories } : {}),
    subresources: subresourcesOf(type).map((sub) => ({
      subresource: sub.name,
      responseKind: { group: sub.group ?? own.group, version: sub.version ?? own.version, kind: sub.kind },
      verbs: sub.verbs,
    })),
  };
}

function remoteResource(resource: JsonObject, from: RemoteGroupVersion): JsonObject {
  return {
    resource: resource['name'],
    responseKind: { group: from.group, version: from.version, kind: resource['kind'] },
    scope: resource['namespaced'] === true ? 'Namespaced' : 'Cluster',
    singularResource: resource['singularName'],
    verbs: resource['verbs'],
  };
}
