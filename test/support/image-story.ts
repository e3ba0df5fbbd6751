// What a container of the image does in a cluster: it reaches the API server as a pod does, and reads brokers through each driver.
import { expect } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { NAMESPACE } from './cluster.ts';
import { startContainer } from './container.ts';
import { eventually } from './eventually.ts';
import type { ImageTree } from './image-tree.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';
import { aScaledWorker, type aTrigger, brokerAccess } from './queue-worker.ts';
import { startWorld, type World } from './world.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** `before` is asked for the tree's list just before the start; the story fails when another one is left. */
export async function playInImage(
  tree: ImageTree,
  root: 'read-only' | 'writable',
  before: () => Promise<readonly string[]> = () => tree.list(),
): Promise<void> {
  const world = await startWorld({ program: 'none' });
  const [metrics, traces] = [await startOtlpReceiver('grpc'), await startOtlpReceiver('http')];
  try {
    await mountAccount(tree, world);
    const listed = await before();
    const diagnostics = `127.0.0.1:${await freePort()}`;
    const { hostname, port } = new URL(world.cluster.server.url);
    const container = startContainer(tree, {
      root,
      args: [
        'run',
        `--secure-port=${world.metricsPort}`,
        `--diagnostics-address=${diagnostics}`,
        '--bind-address=127.0.0.1',
        '--log-format=json',
        '--enable-opentelemetry-metrics',
        '--opentelemetry-traces-exporter=otlp',
      ],
      env: {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        POD_NAMESPACE: 'sluice',
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: metrics.url,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${traces.url}/v1/traces`,
      },
    });
    try {
      await eventually('it is ready', async () => (await fetch(`http://${diagnostics}/readyz`)).ok);
      expect(container.status()).toMatchObject({ CapEff: '0000000000000000', NoNewPrivs: '1' });
      await scale(world);
      await readBrokers(world);
      await eventually('both collectors have heard of it', () => {
        expect(metrics.points.map(({ metric }) => metric)).toContain('keda.scaler.active');
        expect(traces.spans.map(({ name }) => name)).toContain('decide ScaledObject');
      });
      expect(await container.kill('SIGTERM')).toBe(0);
      expect(container.stderr()).not.toMatch(/EROFS|EACCES|EPERM|ENOENT|INTERNAL/);
    } catch (error) {
      throw new Error(`${String(error)}\n${container.stderr()}`, { cause: error });
    } finally {
      await container.kill('SIGKILL');
    }
    expect(await tree.list()).toEqual(listed);
  } finally {
    await Promise.all([metrics.stop(), traces.stop()]);
    await world.stop();
  }
}

/** As the kubelet projects it. */
async function mountAccount(tree: ImageTree, { apply, cluster: { client, server } }: World): Promise<void> {
  const account = { kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE };
  await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'image-story' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [account],
  } as KubeObject);
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { signal } = new AbortController();
  const { status } = await client.request<{ status: { token: string } }>('POST', path, body, { signal });
  await tree.mount(`${ACCOUNT}/token`, status.token);
  await tree.mount(`${ACCOUNT}/ca.crt`, server.caPem);
  await tree.mount(`${ACCOUNT}/namespace`, NAMESPACE);
}

async function scale(world: World): Promise<void> {
  await world.apply(...brokerAccess(world.broker.connectionString()));
  await world.send('orders', 25);
  await world.apply(...aScaledWorker('orders'));
  await eventually('it is awake', async () => (await world.replicas('orders')) === 3);
  await eventually('the HPA can read the metric', async () => {
    expect(await world.metric('orders', 's0-azure-servicebus-orders')).toMatchObject([{ value: '25' }]);
  });
}

/** An error of the driver's own, about a broker that isn't there, shows that the driver works. */
async function readBrokers(world: World): Promise<void> {
  const port = await freePort();
  const address = { address: `127.0.0.1:${port}`, listName: 'jobs' };
  const rabbit = (scheme: string) => ({
    queueName: 'jobs',
    host: `${scheme}://guest:guest@127.0.0.1:${port}/`,
    mode: 'QueueLength',
    value: '1',
  });
  const refused = /refused|reach|connect|no node lets us in/;
  const kafka = { bootstrapServers: `127.0.0.1:${port}`, consumerGroup: 'jobs', topic: 'jobs' };
  const brokers: readonly (readonly [string, Parameters<typeof trigger>, RegExp])[] = [
    ['amqp', ['rabbitmq', rabbit('amqp')], refused],
    ['http', ['rabbitmq', rabbit('http')], refused],
    ['redis', ['redis', address], refused],
    ['redis-cluster', ['redis-cluster', address], refused],
    ['redis-sentinel', ['redis-sentinel', { ...address, sentinelMaster: 'master' }], refused],
    ['kafka', ['kafka', kafka], refused],
    ['external', ['external', { scalerAddress: `127.0.0.1:${port}` }], refused],
    ['prometheus', ['prometheus', { serverAddress: `http://127.0.0.1:${port}`, query: 'up', threshold: '1' }], refused],
    [
      'azure',
      ['azure-servicebus', { queueName: 'jobs', namespace: 'bus' }, 'azure'],
      /there is no workload identity here/,
    ],
  ];
  await world.apply({
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name: 'azure' },
    spec: { podIdentity: { provider: 'azure-workload' } },
  } as KubeObject);
  for (const [name, args] of brokers)
    await world.apply(...aScaledWorker(name, { spec: { triggers: [trigger(...args)] } }));
  for (const [name, , message] of brokers) {
    await eventually(`${name} says what is wrong`, async () => {
      const ready = await world.condition(name, 'Ready');
      expect(ready).toMatchObject({ status: 'False', message: expect.stringMatching(message) });
    });
  }
}

function trigger(type: string, metadata: Record<string, string>, authentication?: string): ReturnType<typeof aTrigger> {
  const found = { type, metadata, ...(authentication ? { authenticationRef: { name: authentication } } : {}) };
  return found as ReturnType<typeof aTrigger>;
}
