// The endpoints behind a Service's URL, as its EndpointSlices tell them.
import { SourceAnswerError } from '../../errors.ts';
import type { ClusterWatch } from '../cluster.ts';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** What of an EndpointSlice says where a Service answers. */
export interface SliceFacts {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** KEDA: the host is `service.namespace`, whatever follows. Undefined for another one. */
export function serviceOf({ hostname }: URL): ServiceName | undefined {
  const [name = '', namespace = ''] = hostname.split('.');
  const isLabel = (text: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text);
  // An IPv4 address is four labels as well.
  return isLabel(name) && isLabel(namespace) && !/^[\d.]+$/.test(hostname) ? { name, namespace } : undefined;
}

/** Reads an EndpointSlice as the API server sends it. KEDA: an endpoint of which nothing is known is ready. */
export function sliceFacts(object: unknown): SliceFacts {
  const { endpoints, ports } = object as {
    readonly endpoints?: readonly EndpointObject[] | null;
    readonly ports?: readonly { readonly port?: number }[] | null;
  };
  return {
    addresses: (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses = [] }) => addresses),
    ports: (ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port])),
  };
}
interface EndpointObject {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
}

export interface Endpoints {
  /** One URL for each endpoint that is ready. Throws where there is none. */
  urls(): readonly URL[];
  close(): void;
}

/** `url` with the address of each endpoint in place of the Service's host. */
export function createEndpoints(url: URL, watch: Pick<ClusterWatch<SliceFacts>, 'subscribe'>, what: string): Endpoints {
  const slices = new Map<string, SliceFacts>();
  const unsubscribe = watch.subscribe(({ name, after }) => {
    if (after) slices.set(name, after);
    else slices.delete(name);
  });
  return {
    urls() {
      const found = new Map<string, URL>();
      for (const { addresses, ports } of slices.values()) {
        const port = portIn(ports, url, what);
        for (const address of addresses) {
          const next = new URL(url);
          next.hostname = address.includes(':') ? `[${address}]` : address;
          next.port = String(port);
          found.set(next.host, next);
        }
      }
      if (found.size > 0) return [...found.values()];
      throw new SourceAnswerError(`${what}: the Service has no endpoint that is ready`, { code: 'SOURCE_NOT_FOUND' });
    },
    close: unsubscribe,
  };
}

/** The port of the URL is that of the pods, or the Service's where the pods have one only: a slice does not say which is which. */
function portIn(ports: readonly number[], url: URL, what: string): number {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const [only = port, ...more] = ports;
  if (ports.includes(port) || ports.length === 0) return port;
  if (more.length === 0) return only;
  throw new SourceAnswerError(
    `${what}: expected in url one of the ports that the pods have (${ports.join(', ')}), found ${port}`,
  );
}
