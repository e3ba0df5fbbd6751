// Sluice as its chart or manifest installs it: the Deployment's arguments and account, a process on this host.
import { join } from 'node:path';
import { systemClock } from '../../../src/async.ts';
import { startSluice } from '../../../src/cli/demo/sluice-process.ts';
import type { KubeObject, Resource } from '../../../src/kube/client.ts';
import { EXTERNAL_METRICS } from '../../../src/kube/api-service.ts';
import { API_SERVICES, SERVICES, VALIDATING_WEBHOOK_CONFIGURATIONS } from '../../../src/kube/resources.ts';
import { freePort } from '../../../src/sandbox/free-port.ts';
import { repositoryRoot } from '../../support/source-tree.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { followDeployment, type Follower } from './follow.ts';

const NAMESPACE = 'sluice';
const { signal } = new AbortController();

/** Runs it whenever the Deployment sluice/sluice asks for it. */
export function followSluice(plane: ControlPlane): Follower {
  return followDeployment(plane.client, {
    key: { namespace: NAMESPACE, name: 'sluice' },
    async start({ spec }) {
      // At each start: minutes later a port that was free then may be somebody else's.
      const [metrics, webhook, diagnosticsPort] = await Promise.all([freePort(), freePort(), freePort()]);
      await nameThisHost(plane, { metrics, webhook });
      const { serviceAccountName = 'default', containers } = spec.template.spec;
      const [, ...given] = containers[0]?.args ?? [];
      return startSluice({
        command: [process.execPath, join(repositoryRoot, 'src/main.ts')],
        // The last one of a flag wins: where it listens is this host's business.
        args: [
          ...given,
          '--bind-address=127.0.0.1',
          '--shutdown-delay=0',
          `--secure-port=${metrics}`,
          `--webhook-port=${webhook}`,
          `--diagnostics-address=127.0.0.1:${diagnosticsPort}`,
        ],
        diagnosticsPort,
        env: {
          PATH: process.env['PATH'],
          POD_NAMESPACE: NAMESPACE,
          POD_NAME: 'sluice-0',
          KUBECONFIG: await plane.kubeconfigOf({ namespace: NAMESPACE, name: serviceAccountName }),
        },
        logFile: join(plane.directory, 'logs', 'sluice.log'),
        clock: systemClock,
        signal,
      });
    },
  });
}

/** Nobody routes cluster IPs here. */
async function nameThisHost(
  { client }: ControlPlane,
  ports: { readonly metrics: number; readonly webhook: number },
): Promise<void> {
  const change = async (
    resource: Resource,
    key: { name: string; namespace?: string },
    body: unknown,
  ): Promise<KubeObject> => client.patch(resource, key, { type: 'merge', body }, { signal });
  const here = { type: 'ExternalName', externalName: 'localhost', clusterIP: null, clusterIPs: null };
  for (const [name, port] of [
    ['sluice-metrics-apiserver', ports.metrics],
    ['sluice-admission-webhooks', ports.webhook],
  ] as const) {
    const body = { spec: { ...here, ports: [{ name: 'https', port, protocol: 'TCP' }] } };
    await change(SERVICES, { namespace: NAMESPACE, name }, body);
  }
  await change(API_SERVICES, { name: EXTERNAL_METRICS }, { spec: { service: { port: ports.metrics } } });
  const webhooks = { name: 'sluice-admission' };
  const found = await client.get<KubeObject & { readonly webhooks: readonly { clientConfig: { service: object } }[] }>(
    VALIDATING_WEBHOOK_CONFIGURATIONS,
    webhooks,
    { signal },
  );
  const moved = found.webhooks.map((hook) => ({
    ...hook,
    clientConfig: { ...hook.clientConfig, service: { ...hook.clientConfig.service, port: ports.webhook } },
  }));
  await change(VALIDATING_WEBHOOK_CONFIGURATIONS, webhooks, { webhooks: moved });
}
