// Defaults of Services, and the addresses they are given; nothing listens there, the address only has to be unique and stay.
import { type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import type { WriteContext } from '../resource-type.ts';
import { filled } from './pod-defaults.ts';

/** 10.96.0.0/12 is what kubeadm gives a cluster. */
function addressFrom(random: () => number): string {
  const byte = (from: number, to: number): number => from + Math.floor(random() * (to - from));
  return `10.${byte(97, 112)}.${byte(0, 256)}.${byte(1, 255)}`;
}

export function prepareService(service: JsonObject, context: WriteContext): JsonObject {
  const spec = filled(service['spec'], { type: 'ClusterIP', sessionAffinity: 'None' });
  const ports = listAt(spec, 'ports').map((port) => {
    const typed = filled(port, { protocol: 'TCP' });
    return filled(typed, { targetPort: typed['port'] });
  });
  const withPorts = { ...spec, ...(ports.length > 0 ? { ports } : {}) };
  const status = filled(service['status'], { loadBalancer: {} });
  if (textAt(spec, 'type') === 'ExternalName') return { ...service, spec: withPorts, status };
  const kept = textAt(objectAt(context.existing, 'spec'), 'clusterIP');
  const clusterIP = textAt(spec, 'clusterIP') || kept || addressFrom(context.random);
  const addressed = filled(withPorts, {
    clusterIPs: [clusterIP],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  return { ...service, spec: { ...addressed, clusterIP }, status };
}
