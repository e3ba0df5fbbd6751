// A stand-in for metrics-server: metrics.k8s.io behind an APIService, with the usage that a test says.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/async.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client.ts';
import { PODS } from '../../../src/kube/resources.ts';
import { createAuthority, issueCertificate } from '../../../src/pki.ts';

/** Of one container, for example `{ cpu: '250m', memory: '64Mi' }`. */
export type Usage = Readonly<Record<'cpu' | 'memory', string>>;

export interface MetricsServer {
  /** What is to be applied, so that the aggregator asks here. */
  readonly objects: readonly KubeObject[];
  /** From now on. The function is asked about each container; what it has no answer for is not measured. */
  measure(usageOf: (container: string, pod: string) => Usage | undefined): void;
  close(): Promise<void>;
}

interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
}

const NAME = 'metrics-server';
const API = '/apis/metrics.k8s.io/v1beta1';

/** `client` says which pods there are. */
export async function startMetricsServer(client: KubeClient, namespace: string): Promise<MetricsServer> {
  const now = systemClock.now();
  const authority = await createAuthority({ commonName: 'metrics', now, days: 1 });
  const dnsNames = ['localhost', `${NAME}.${namespace}.svc`];
  const request = { commonName: NAME, dnsNames, usages: ['server'], now, days: 1 } as const;
  const { certPem, keyPem } = await issueCertificate(authority, request);
  let usageOf: Parameters<MetricsServer['measure']>[0] = () => undefined;
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
    answer(pathname, searchParams.get('labelSelector') ?? undefined).then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });

  async function answer(path: string, labelSelector: string | undefined): Promise<unknown> {
    const [, wanted] = /\/namespaces\/([^/]+)\/pods$/.exec(path) ?? [];
    if (wanted === undefined) return DISCOVERY;
    const { signal } = new AbortController();
    const { items } = await client.list<Pod>(PODS, { namespace: wanted, labelSelector, signal });
    return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items: items.map(metricsOf) };
  }

  function metricsOf({ metadata, spec }: Pod): unknown {
    const containers = spec.containers.flatMap(({ name }) => {
      const usage = usageOf(name, metadata.name);
      return usage === undefined ? [] : [{ name, usage }];
    });
    const { name, namespace: of, labels } = metadata;
    const timestamp = new Date(systemClock.now()).toISOString();
    return { metadata: { name, namespace: of, labels }, timestamp, window: '0s', containers };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    objects: manifests(namespace, (server.address() as AddressInfo).port, authority.certPem),
    measure(next) {
      usageOf = next;
    },
    close: () => closed(server),
  };
}

const DISCOVERY = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: API.slice('/apis/'.length),
  resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] }],
};

function manifests(namespace: string, port: number, caPem: string): readonly KubeObject[] {
  const [group = '', version = ''] = API.slice('/apis/'.length).split('/');
  const service = { name: NAME, namespace };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: service,
      spec: { type: 'ExternalName', externalName: 'localhost', ports },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { ...service, port },
        caBundle: Buffer.from(caPem).toString('base64'),
      },
    },
  ];
  return objects as readonly KubeObject[];
}

function closed(server: Server): Promise<void> {
  const closing = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closing;
}
