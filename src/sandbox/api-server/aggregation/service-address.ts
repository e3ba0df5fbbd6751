// Where a Service really listens: the host an ExternalName stands for, its Endpoints, or the mapped port of one of its pods.
import { type ApiObject, isObject, type Json, listAt, numberAt, objectAt, textAt } from '../object.ts';
import { selectorFromObject } from '../selectors.ts';
import type { Storage } from '../storage.ts';

export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export type Resolved =
  | { readonly found: true; readonly host: string; readonly port: number }
  | {
      readonly found: false;
      readonly reason: 'ServiceNotFound' | 'ServicePortError' | 'MissingEndpoints';
      readonly message: string;
    };

/** The annotation in which the node agent says where a pod's ports really are: `{"8443": 41234}`. */
export const PORTS_ANNOTATION = 'sandbox.sluice.dev/ports';

export function resolveService(storage: Storage, wanted: ServiceReference): Resolved {
  const { namespace, name, port } = wanted;
  const service = storage.get('/services', namespace, name);
  if (!service) {
    return { found: false, reason: 'ServiceNotFound', message: `service/${name} in "${namespace}" is not present` };
  }
  if (textAt(service, 'spec', 'type') === 'ExternalName') {
    return { found: true, host: textAt(service, 'spec', 'externalName') ?? '', port };
  }
  const declared = listAt(service, 'spec', 'ports').find((p) => numberAt(p, 'port') === port);
  if (!declared) {
    return {
      found: false,
      reason: 'ServicePortError',
      message: `service/${name} in "${namespace}" is not listening on port ${port}`,
    };
  }
  return (
    fromEndpoints(storage.get('/endpoints', namespace, name), declared) ??
    fromPods(storage, service, declared) ?? {
      found: false,
      reason: 'MissingEndpoints',
      message: `endpoints for service/${name} in "${namespace}" have no addresses with port name "${textAt(declared, 'name') ?? ''}"`,
    }
  );
}

function fromEndpoints(endpoints: ApiObject | undefined, declared: Json): Resolved | undefined {
  for (const subset of listAt(endpoints, 'subsets')) {
    const ports = listAt(subset, 'ports');
    const chosen =
      ports.find((p) => textAt(p, 'name') === textAt(declared, 'name')) ?? (ports.length === 1 ? ports[0] : undefined);
    const host = textAt(listAt(subset, 'addresses')[0], 'ip');
    const port = numberAt(chosen, 'port');
    if (host !== undefined && port !== undefined) return { found: true, host, port };
  }
  return undefined;
}

function fromPods(storage: Storage, service: ApiObject, declared: Json): Resolved | undefined {
  const selector = objectAt(service, 'spec', 'selector');
  if (Object.keys(selector).length === 0) return undefined;
  const matches = selectorFromObject({ matchLabels: selector });
  const target = isObject(declared) ? declared['targetPort'] : undefined;
  const pods = storage
    .list('/pods', service.metadata.namespace)
    .filter((pod) => matches(pod.metadata.labels ?? {}) && isReady(pod));
  for (const pod of pods) {
    const mapped = readPorts(pod.metadata.annotations?.[PORTS_ANNOTATION])[String(portNumber(pod, target) ?? '')];
    if (mapped !== undefined) return { found: true, host: '127.0.0.1', port: mapped };
  }
  return undefined;
}

function isReady(pod: ApiObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (c) => textAt(c, 'type') === 'Ready' && textAt(c, 'status') === 'True',
  );
}

/** A target port is a number or the name of a container's port. */
function portNumber(pod: ApiObject, target: Json | undefined): number | undefined {
  if (typeof target === 'number') return target;
  const named = listAt(pod, 'spec', 'containers')
    .flatMap((container) => listAt(container, 'ports'))
    .find((port) => textAt(port, 'name') === target);
  return numberAt(named, 'containerPort');
}

function readPorts(annotation: string | undefined): Readonly<Record<string, number>> {
  try {
    return JSON.parse(annotation ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
