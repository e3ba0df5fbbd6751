// Where an object lives in the API server's URL space.
import { InternalError, KubeError } from '../errors.ts';
import type { ObjectKey, Resource } from './client.ts';

/** `/api/v1` for core, `/apis/{group}/{version}` for the rest. */
export function groupVersionPath(group: string, version: string): string {
  return group === '' ? `/api/${segment(version)}` : `/apis/${segment(group)}/${segment(version)}`;
}

/** A whole kind, or one namespace of it. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const root = groupVersionPath(resource.group, resource.version);
  return resource.namespaced && namespace !== undefined
    ? `${root}/namespaces/${segment(namespace)}/${resource.plural}`
    : `${root}/${resource.plural}`;
}

export function objectPath(resource: Resource, key: ObjectKey, subresource?: string): string {
  if (resource.namespaced && key.namespace === undefined) {
    throw new InternalError(`${resourceName(resource)} ${key.name}: a namespaced object needs a namespace`);
  }
  const path = `${collectionPath(resource, key.namespace)}/${segment(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** Names come from manifests: none leads out of its place. Kubernetes has no object of a name that would. */
function segment(name: string): string {
  if (/^\.{0,2}$/.test(name))
    throw new KubeError(`expected a name, found ${JSON.stringify(name)}`, {
      code: 'KUBE_NOT_FOUND',
      retry: 'backoff',
      status: 404,
    });
  return encodeURIComponent(name);
}

/** `?a=1&b=2`, without the parameters that are undefined. */
export function query(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) given.append(key, `${value}`);
  return given.size === 0 ? '' : `?${given}`;
}

/** As kubectl writes it: `pods`, `scaledobjects.keda.sh`, `deployments.apps/scale`. */
export function resourceName(resource: Pick<Resource, 'group' | 'plural'>, subresource?: string): string {
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  return subresource === undefined ? name : `${name}/${subresource}`;
}

export function keyName(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}
