// A Service as a source: each of its endpoints is asked, and one value made of all.
import type { ClusterWatch } from '../cluster.ts';
import { leaseWatch } from '../lease-watch.ts';
import type { HttpSource } from '../http-source.ts';
import type { Lease, Scaler, ScalerDeps } from '../scaler.ts';
import { type Aggregation, aggregate } from './aggregate.ts';
import { createEndpoints, type ServiceName, type SliceFacts, sliceFacts } from './endpoints.ts';

/** The number that the answer of `url` has; `what` names the place in errors. */
export type ReadAt = (url: URL, what: string, signal: AbortSignal) => Promise<number>;

/** All triggers that ask a Service share the watch of where it answers. */
export function leaseSlices(
  { namespace, name }: ServiceName,
  deps: ScalerDeps,
): Promise<Lease<ClusterWatch<SliceFacts>>> {
  const labelSelector = `kubernetes.io/service-name=${name}`;
  return leaseWatch(
    deps,
    `endpoints:${namespace}/${name}`,
    { kind: 'EndpointSlice', namespace, labelSelector },
    sliceFacts,
  );
}

export interface ServiceReaderOptions {
  readonly url: URL;
  readonly what: string;
  readonly aggregation: Aggregation;
  readonly readAt: ReadAt;
  /** Both are released when it closes. */
  readonly http: Lease<HttpSource>;
  readonly slices: Lease<ClusterWatch<SliceFacts>>;
}

export function createServiceReader(options: ServiceReaderOptions): Scaler {
  const { url, what, aggregation, readAt, http, slices } = options;
  const endpoints = createEndpoints(url, slices.client, what);
  return {
    async read(signal) {
      await slices.client.current(signal);
      const read = (at: URL): Promise<number> => readAt(at, `${what} at ${at.host}`, signal);
      return { value: await aggregate(endpoints.urls(), aggregation, read) };
    },
    async close() {
      endpoints.close();
      await Promise.all([slices.release(), http.release()]);
    },
  };
}
