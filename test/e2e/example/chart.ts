// Sluice installed by the real helm from the chart, its pod run by the node agent under the chart's own ServiceAccount.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject, Resource } from '../../../src/kube/client.ts';
import { API_SERVICES, SERVICES } from '../../../src/kube/resources.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import type { ImageTable } from '../../../src/sandbox/node-agent/image-table.ts';
import { eventually } from '../../support/eventually.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import { CHART, helm, set } from '../chart/helm.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';

const { signal } = new AbortController();
export const RELEASE_NAMESPACE = 'sluice';

const WEBHOOKS: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};

/** The bundle that `make build` makes. */
export const BUNDLE = join(repositoryRoot, 'dist', 'sluice.js');

/** What stands for the chart's image: `program`, started by the Node that runs us. Throws where it is not there. */
export function sluiceImage(program = BUNDLE): ImageTable {
  if (!existsSync(program)) throw new Error(`there is no ${program}: \`make build\` makes dist/sluice.js`);
  const image = 'ghcr.io/sluice-autoscaler/sluice';
  return [{ image, directory: repositoryRoot, entrypoint: [process.execPath, program] }];
}

export interface InstalledSluice {
  readonly diagnosticsUrl: string;
  /** From the start of helm to a pod that is ready and an APIService that is available. */
  readonly readyAfterMs: number;
}

/**
 * `helm install` with the chart's values, but for ports that are free on this host, on loopback. What a cluster would do next is done by hand:
 * nobody here routes cluster IPs, so both Services become names for this host.
 */
export async function installChart(plane: ControlPlane): Promise<InstalledSluice> {
  const started = performance.now();
  const [metrics, webhook, diagnostics] = await Promise.all([freePort(), freePort(), freePort()]);
  const values = {
    'operator.useHostNetwork': true,
    'service.portHttps': metrics,
    'service.portHttpsTarget': metrics,
    'webhooks.port': webhook,
    'prometheus.operator.port': diagnostics,
    'extraArgs.sluice.bind-address': '127.0.0.1',
  };
  const place = [`--namespace=${RELEASE_NAMESPACE}`, '--create-namespace'];
  const { code, stderr } = await helm(['install', 'sluice', CHART, ...place, ...set(values)], plane.kubeconfig);
  if (code !== 0) throw new Error(stderr);
  await nameThisHost(plane, 'sluice-metrics-apiserver', metrics);
  await nameThisHost(plane, 'sluice-admission-webhooks', webhook);
  const toRealPort = [{ op: 'replace', path: '/webhooks/0/clientConfig/service/port', value: webhook }];
  const webhooks = { name: 'sluice-admission' };
  await plane.client.patch(WEBHOOKS, webhooks, { type: 'json', body: toRealPort }, { signal });
  await eventually('the metrics API is available', () => isAvailable(plane), 60_000);
  return { diagnosticsUrl: `http://127.0.0.1:${diagnostics}`, readyAfterMs: performance.now() - started };
}

async function nameThisHost({ client }: ControlPlane, name: string, port: number): Promise<void> {
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const spec = { type: 'ExternalName', externalName: 'localhost', clusterIP: null, clusterIPs: null, ports };
  await client.patch(SERVICES, { namespace: RELEASE_NAMESPACE, name }, { type: 'merge', body: { spec } }, { signal });
}

type Conditioned = KubeObject & {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

async function isAvailable({ client }: ControlPlane): Promise<boolean> {
  const key = { name: 'v1beta1.external.metrics.k8s.io' };
  const { status } = await client.get<Conditioned>(API_SERVICES, key, { signal });
  return status?.conditions?.some((c) => c.type === 'Available' && c.status === 'True') === true;
}
