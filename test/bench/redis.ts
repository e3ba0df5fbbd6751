// A real Redis with one list for each object, and the manifests of workloads that scale on them.
import { Redis } from 'ioredis';
import { scaledObjects, triggerAuthentications } from '../../src/api/names.ts';
import { createLimiter } from '../../src/async.ts';
import type { KubeClient, KubeObject } from '../../src/kube/client.ts';
import { DEPLOYMENTS, SECRETS } from '../../src/kube/resources.ts';
import { CREDENTIALS, startRedis } from '../support/brokers.ts';

export interface RedisFigures {
  readonly connections: number;
  /** Commands that clients sent since the server started, but for those of this bench. */
  readonly commands: number;
}

export interface BenchRedis {
  readonly port: number;
  /** All of them with one round trip. */
  push(lists: readonly string[], items: number): Promise<void>;
  empty(list: string): Promise<void>;
  figures(): Promise<RedisFigures>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startBenchRedis(): Promise<BenchRedis> {
  const broker = await startRedis(['maxclients 4000']);
  const client = new Redis({
    ...CREDENTIALS,
    host: '127.0.0.1',
    port: broker.port,
    protocol: 2,
    disableClientInfo: true,
  });
  return {
    port: broker.port,
    async push(lists, items) {
      const pipeline = client.pipeline();
      for (const list of lists) pipeline.rpush(list, ...Array.from({ length: items }, (_, i) => `item ${i}`));
      await pipeline.exec();
    },
    empty: async (list) => void (await client.del(list)),
    async figures() {
      const info = await client.info('everything');
      const field = (pattern: RegExp): number => Number(pattern.exec(info)?.[1] ?? 0);
      return {
        connections: field(/^connected_clients:(\d+)/m) - 1,
        commands: field(/^cmdstat_eval:calls=(\d+)/m) + field(/^cmdstat_evalsha:calls=(\d+)/m),
      };
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await broker.stop();
    },
  };
}

export const NAMESPACE = 'default';
/** So many at once when objects are created. */
const WIDTH = 16;
const signal = new AbortController().signal;

export const nameOf = (i: number): string => `worker-${i}`;

/** What all objects share: the credentials. */
export async function createCredentials(client: KubeClient): Promise<void> {
  const metadata = { name: 'redis', namespace: NAMESPACE };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ...CREDENTIALS } };
  await client.create(SECRETS, secret as KubeObject, { signal });
  const refs = ['username', 'password'].map((key) => ({ parameter: key, name: 'redis', key }));
  const authentication = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata,
    spec: { secretTargetRef: refs },
  };
  await client.create(triggerAuthentications, authentication as KubeObject, { signal });
}

export async function createDeployments(client: KubeClient, count: number): Promise<void> {
  await many(count, (i) => client.create(DEPLOYMENTS, deployment(nameOf(i)), { signal }));
}

export async function createScaledObjects(
  client: KubeClient,
  count: number,
  options: { readonly port: number; readonly spec: Readonly<Record<string, unknown>> },
): Promise<void> {
  await many(count, (i) =>
    client.create(scaledObjects, scaledObject(nameOf(i), options.port, options.spec), { signal }),
  );
}

async function many(count: number, create: (i: number) => Promise<unknown>): Promise<void> {
  const limit = createLimiter(WIDTH);
  await Promise.all(Array.from({ length: count }, (_, i) => limit(() => create(i))));
}

function deployment(name: string): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'worker', image: 'example.test/worker:1', env: [{ name: 'QUEUE', value: name }] }];
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
  return object;
}

function scaledObject(name: string, port: number, spec: Readonly<Record<string, unknown>>): KubeObject {
  const metadata = { address: `127.0.0.1:${port}`, listName: name, listLength: '5' };
  const object = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { name },
      maxReplicaCount: 10,
      triggers: [{ type: 'redis', metadata, authenticationRef: { name: 'redis' } }],
      ...spec,
    },
  };
  return object;
}
