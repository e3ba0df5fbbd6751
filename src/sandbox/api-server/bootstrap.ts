// What a cluster has before anybody writes to it: its namespaces, priority classes, and how to trust the aggregator;
// and what every namespace has from the beginning.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../async.ts';
import type { Authorities } from './authorities.ts';
import { type ApiObject, type JsonObject, timeText } from './object.ts';
import { NAMESPACES as NAMESPACE_COLLECTION } from './namespaces.ts';
import { apiVersionOf } from './resource-type.ts';
import type { Registry } from './registry.ts';
import type { Storage } from './storage.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Adds what is missing, now and with each new namespace; on a storage that has it already, nothing changes. Returns the way to stop. */
export function bootstrap(parts: {
  storage: Storage;
  registry: Registry;
  authorities: Authorities;
  clock: Clock;
  random: () => number;
}): () => void {
  const { storage, registry, authorities, clock, random } = parts;

  const ensure = (
    group: string,
    kind: string,
    namespace: string | undefined,
    name: string,
    content: JsonObject,
  ): void => {
    const type = registry.ofKind(group, kind);
    if (!type || storage.get(type.collection, namespace, name)) return;
    const nowMs = clock.now();
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      creationTimestamp: timeText(nowMs),
      resourceVersion: '',
      ...(type.counted ? { generation: 1 } : {}),
    };
    const object = { apiVersion: apiVersionOf(type), kind, metadata, ...content };
    storage.put(type.collection, type.prepare(object, { nowMs, random, existing: undefined }) as ApiObject);
  };

  for (const name of NAMESPACES) ensure('', 'Namespace', undefined, name, {});
  ensure('', 'Service', 'default', 'kubernetes', {
    spec: { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
  });
  for (const [name, value] of [
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ] as const) {
    ensure('scheduling.k8s.io', 'PriorityClass', undefined, name, {
      value,
      globalDefault: false,
      preemptionPolicy: 'PreemptLowerPriority',
    });
  }
  ensure('', 'ConfigMap', 'kube-system', 'extension-apiserver-authentication', {
    data: {
      'client-ca-file': authorities.cluster.certPem,
      'requestheader-allowed-names': '["front-proxy-client"]',
      'requestheader-client-ca-file': authorities.frontProxy.certPem,
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-username-headers': '["X-Remote-User"]',
    },
  });
  // Controllers do this in a cluster: after the namespace is there, never within somebody's write.
  const furnish = (namespace: string): void => {
    const found = storage.get(NAMESPACE_COLLECTION, undefined, namespace);
    if (!found || found.metadata.deletionTimestamp !== undefined) return;
    ensure('', 'ServiceAccount', namespace, 'default', {});
    ensure('', 'ConfigMap', namespace, 'kube-root-ca.crt', { data: { 'ca.crt': authorities.cluster.certPem } });
  };
  for (const { metadata } of storage.list(NAMESPACE_COLLECTION)) furnish(metadata.name);
  return storage.subscribe(NAMESPACE_COLLECTION, ({ type, object }) => {
    if (type === 'ADDED') clock.schedule(0, () => furnish(object.metadata.name));
  });
}
