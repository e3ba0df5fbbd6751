// What a pod may ask about itself: fieldRef and resourceFieldRef (Kubernetes: downward API).
import { parseQuantity } from '../../quantity.ts';
import { LaunchRefused } from './launch-refused.ts';
import type { Container, FieldRef, Pod, ResourceFieldRef } from './pod.ts';

export const LOOPBACK = '127.0.0.1';

/** The field's text. Throws LaunchRefused for a field that the downward API doesn't have. */
export function podField(pod: Pod, { fieldPath }: FieldRef): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)(?:\['([^']+)'\])?$/.exec(fieldPath);
  if (keyed) {
    const entries = (keyed[1] === 'labels' ? metadata.labels : metadata.annotations) ?? {};
    const key = keyed[2];
    if (key !== undefined) return entries[key] ?? '';
    return Object.entries(entries)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .sort()
      .join('\n');
  }
  const known: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace ?? 'default',
    'metadata.uid': metadata.uid ?? '',
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': LOOPBACK,
    'status.podIPs': LOOPBACK,
    'status.hostIP': LOOPBACK,
    'status.hostIPs': LOOPBACK,
  };
  const value = known[fieldPath];
  if (value === undefined) {
    throw new LaunchRefused(
      'CreateContainerConfigError',
      `fieldRef.fieldPath: expected one of ${Object.keys(known).join(', ')}, metadata.labels['<key>'], metadata.annotations['<key>'], found ${fieldPath}`,
    );
  }
  return value;
}

/** The whole number of `divisor`s, rounded up; without a limit the node's capacity counts, as in Kubernetes. */
export function resourceField(
  pod: Pod,
  own: Container,
  ref: ResourceFieldRef,
  capacity: Readonly<Record<string, string>>,
): string {
  const container =
    ref.containerName === undefined ? own : pod.spec.containers.find((c) => c.name === ref.containerName);
  const [kind, resource] = split(ref.resource);
  if (!container || (kind !== 'limits' && kind !== 'requests')) {
    throw new LaunchRefused(
      'CreateContainerConfigError',
      `resourceFieldRef: expected limits.<resource> or requests.<resource> of a container of this pod, found ${ref.resource}${container ? '' : ` of ${ref.containerName}`}`,
    );
  }
  const given = container.resources?.[kind]?.[resource];
  const quantity = given ?? (kind === 'limits' ? (capacity[resource] ?? '0') : '0');
  const divisor = parseQuantity(ref.divisor ?? '1') || 1;
  return String(Math.ceil((parseQuantity(quantity) ?? 0) / divisor - 1e-9));
}

function split(path: string): readonly [string, string] {
  const dot = path.indexOf('.');
  return dot === -1 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)];
}
