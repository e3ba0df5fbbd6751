// The example's own manifests on the node agent, with Dapr's stand-in and the Service Bus emulator: a scale-in in mid-work.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../src/async.ts';
import type { KubeObject, Resource } from '../../src/kube/client.ts';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/resources.ts';
import { silentLogger } from '../../src/log.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { createDaprInjector } from '../../src/sandbox/dapr/injector.ts';
import type { PodSpec } from '../../src/sandbox/node-agent/pod.ts';
import { NAMESPACE, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createNodeAgentWorld } from '../support/node-agent-world.ts';
import { startEmulator } from '../support/service-bus.ts';

jest.setTimeout(60_000);

const EXAMPLE = new URL('../../examples/producer-consumer/', import.meta.url).pathname;
const COMPONENTS: Resource = {
  group: 'dapr.io',
  version: 'v1alpha1',
  plural: 'components',
  kind: 'Component',
  namespaced: true,
};
type Manifest = KubeObject & {
  spec: { template: { metadata: { annotations: Record<string, string> }; spec: PodSpec } };
};

function manifests(folder: string): Manifest[] {
  const directory = join(EXAMPLE, 'k8s', folder);
  return readdirSync(directory).flatMap((file) =>
    parseAllDocuments(readFileSync(join(directory, file), 'utf8')).map((document) => document.toJS() as Manifest),
  );
}

it('ten consumers that are deleted in mid-work lose no message and do none twice', async () => {
  const { signal } = new AbortController();
  const emulator = await startEmulator();
  emulator.createQueue('msgqueue');
  const cluster = await startCluster({ clock: systemClock, metricsPort: await freePort() });
  const world = await createNodeAgentWorld(cluster);
  await world.stop();
  const deps = { client: cluster.client, clock: systemClock, random: Math.random, log: silentLogger };
  const image = (name: string) => ({
    image: `ghcr.io/sluice-autoscaler/example-${name}`,
    directory: EXAMPLE,
    entrypoint: [process.execPath, `src/${name}.ts`],
  });
  world.start({ injector: createDaprInjector(deps), images: [image('producer'), image('consumer')] });
  try {
    const put = (resource: Resource, object: KubeObject) =>
      cluster.client.create(
        resource,
        { ...object, metadata: { ...object.metadata, namespace: NAMESPACE } },
        { signal },
      );
    const data = { connection: Buffer.from(emulator.connectionString()).toString('base64') };
    await put(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'servicebus' }, data } as KubeObject);
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'consumer-settings' } };
    await put(CONFIG_MAPS, { ...settings, data: { WORK_MILLISECONDS: '1500' } } as KubeObject);
    for (const component of manifests('brokers/servicebus').filter((m) => m.kind === 'Component')) {
      await put(COMPONENTS, component);
    }
    const template = (name: string) => {
      const deployment = manifests('base').find((m) => m.kind === 'Deployment' && m.metadata.name === name);
      if (!deployment) throw new Error(`no Deployment ${name} in the example`);
      return deployment.spec.template;
    };
    const run = (app: string, pod: string): Promise<void> => {
      const { metadata, spec } = template(app);
      return world.create(pod, spec, metadata.annotations);
    };

    await run('producer', 'producer');
    await eventually('the producer is ready', () => world.isReady('producer'));
    const url = `http://127.0.0.1:${world.portOf('producer', 5000)}/MessageProducer`;
    const body = JSON.stringify({ count: 12, intervalMilliseconds: 0 });
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);

    const consumers = Array.from({ length: 10 }, (_, i) => `consumer-${i}`);
    for (const consumer of consumers) await run('consumer', consumer);
    await eventually('all consumers are ready', () => consumers.every((name) => world.isReady(name)), 30_000);
    const logs = consumers.map((name) => world.logs(name, { follow: true }, 'consumer'));
    for (const consumer of consumers) await world.remove(consumer);
    await eventually('all consumers are gone', () => consumers.every((name) => world.pod(name) === undefined), 30_000);

    const done = (await Promise.all(logs)).flat().flatMap((line) => / -- Id: (.*)$/.exec(line)?.[1] ?? []);
    const left = emulator.counts('msgqueue');
    expect(new Set(done).size).toBe(done.length);
    expect(left).toMatchObject({ active: 12 - done.length, deadLetter: 0 });
  } finally {
    await world.end();
    await cluster.stop();
    await emulator.stop();
  }
});

const BROKERS = ['servicebus', 'rabbitmq', 'kafka', 'storagequeue', 'redis'];

it.each(BROKERS.flatMap((broker) => [broker, `${broker}-original-pace`]))(
  'the overlay %s names only files and folders that exist',
  (overlay) => {
    const kinds = manifests(join('overlays', overlay))
      .map((m) => m.kind)
      .sort();
    expect(kinds).toEqual(['ConfigMap', 'Kustomization', 'ScaledObject']);
    const kustomization = manifests(join('overlays', overlay)).find((m) => m.kind === 'Kustomization');
    for (const path of (kustomization as unknown as { resources: string[] }).resources) {
      expect([path, existsSync(join(EXAMPLE, 'k8s', 'overlays', overlay, path))]).toEqual([path, true]);
    }
  },
);
