// Where a trigger's secrets may come from: each way ends with a worker that is awake.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { clusterTriggerAuthentications } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { eventually } from '../support/eventually.ts';
import { aConfigMap, aScaledObject, aSecret, aWorker } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

type Container = Readonly<Record<string, unknown>>;

let world: World;
let address: string;
beforeAll(async () => {
  world = await startWorld();
  address = world.broker.connectionString();
  const inNamespace = (namespace: string, object: KubeObject): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, namespace },
  });
  await world.apply(
    aSecret('secret', { address }),
    aConfigMap('settings', { address, BUS_ADDRESS: address }),
    inNamespace('sluice', aSecret('cluster-secret', { address })),
    inNamespace('sluice', aConfigMap('cluster-settings', { address })),
  );
});
afterAll(() => world.stop());

/** A worker whose containers are `containers`, and a trigger that takes its connection as `trigger` says. */
function theWorker(name: string, containers: readonly Container[], trigger: unknown): readonly KubeObject[] {
  const worker = aWorker(name, 0) as KubeObject & { spec: { template: { metadata: unknown } } };
  const { metadata } = worker.spec.template;
  const template = {
    metadata,
    spec: { containers: containers.map((more) => ({ name: 'app', image: 'app:1', ...more })) },
  };
  const { metadata: parameters = {}, ...rest } = trigger as { metadata?: object };
  const triggers = [
    { type: 'azure-servicebus', metadata: { queueName: name, messageCount: '10', ...parameters }, ...rest },
  ];
  return [
    { ...worker, spec: { ...worker.spec, template } } as KubeObject,
    aScaledObject(name, { spec: { triggers } as never }),
  ];
}

const fromEnv = { metadata: { connectionFromEnv: 'ADDRESS' } };
const plain = [{}];

it.each<[string, () => readonly KubeObject[]]>([
  [
    'a variable of the container',
    () => theWorker('variable', [{ env: [{ name: 'ADDRESS', value: address }] }], fromEnv),
  ],
  [
    'a variable from a Secret',
    () =>
      theWorker(
        'secret-variable',
        [{ env: [{ name: 'ADDRESS', valueFrom: { secretKeyRef: { name: 'secret', key: 'address' } } }] }],
        fromEnv,
      ),
  ],
  [
    'a variable from a ConfigMap',
    () =>
      theWorker(
        'config-variable',
        [{ env: [{ name: 'ADDRESS', valueFrom: { configMapKeyRef: { name: 'settings', key: 'address' } } }] }],
        fromEnv,
      ),
  ],
  [
    'a whole ConfigMap, by its envFrom',
    () =>
      theWorker('env-from-config', [{ envFrom: [{ configMapRef: { name: 'settings' } }] }], {
        metadata: { connectionFromEnv: 'BUS_ADDRESS' },
      }),
  ],
  [
    'a whole Secret with a prefix, by its envFrom',
    () =>
      theWorker('env-from-secret', [{ envFrom: [{ prefix: 'BUS_', secretRef: { name: 'secret' } }] }], {
        metadata: { connectionFromEnv: 'BUS_address' },
      }),
  ],
  [
    'the container that envSourceContainerName names',
    () => {
      const containers = [{}, { name: 'side', env: [{ name: 'ADDRESS', value: address }] }];
      const [worker, scaled] = theWorker('second-container', containers, fromEnv);
      const { spec, ...rest } = scaled as KubeObject & { spec: { scaleTargetRef: object } };
      const scaleTargetRef = { ...spec.scaleTargetRef, envSourceContainerName: 'side' };
      return [worker as KubeObject, { ...rest, spec: { ...spec, scaleTargetRef } } as KubeObject];
    },
  ],
  [
    'a TriggerAuthentication with a Secret',
    () => [
      authentication('TriggerAuthentication', 'by-secret', { secretTargetRef: [reference('secret')] }),
      ...theWorker('auth-secret', plain, { authenticationRef: { name: 'by-secret' } }),
    ],
  ],
  [
    'a TriggerAuthentication with a ConfigMap',
    () => [
      authentication('TriggerAuthentication', 'by-config', { configMapTargetRef: [reference('settings')] }),
      ...theWorker('auth-config', plain, { authenticationRef: { name: 'by-config' } }),
    ],
  ],
  [
    'a TriggerAuthentication with a variable',
    () => [
      authentication('TriggerAuthentication', 'by-variable', { env: [{ parameter: 'connection', name: 'ADDRESS' }] }),
      ...theWorker('auth-variable', [{ env: [{ name: 'ADDRESS', value: address }] }], {
        authenticationRef: { name: 'by-variable' },
      }),
    ],
  ],
  [
    'a ClusterTriggerAuthentication with a Secret of Sluice’s own namespace',
    () => [
      authentication('ClusterTriggerAuthentication', 'by-secret', { secretTargetRef: [reference('cluster-secret')] }),
      ...theWorker('cluster-auth-secret', plain, {
        authenticationRef: { name: 'by-secret', kind: 'ClusterTriggerAuthentication' },
      }),
    ],
  ],
  [
    'a ClusterTriggerAuthentication with a ConfigMap of Sluice’s own namespace',
    () => [
      authentication('ClusterTriggerAuthentication', 'by-config', {
        configMapTargetRef: [reference('cluster-settings')],
      }),
      ...theWorker('cluster-auth-config', plain, {
        authenticationRef: { name: 'by-config', kind: 'ClusterTriggerAuthentication' },
      }),
    ],
  ],
])('takes the connection from %s', async (_where, objects) => {
  const manifests = objects();
  const name = manifests.at(-1)?.metadata.name ?? '';
  await world.send(name, 15);
  await world.apply(...manifests);
  await eventually('it is awake', async () => {
    expect(await world.condition(name, 'Ready')).toMatchObject({ status: 'True' });
    expect(await world.replicas(name)).toBe(2);
  });
});

it('puts on record in a ClusterTriggerAuthentication who uses it', async () => {
  type Authentication = KubeObject & { readonly status?: { readonly scaledobjects?: string } };
  await world.apply(
    authentication('ClusterTriggerAuthentication', 'on-record', { secretTargetRef: [reference('cluster-secret')] }),
    ...theWorker('recorded', plain, {
      authenticationRef: { name: 'on-record', kind: 'ClusterTriggerAuthentication' },
    }),
  );
  await eventually('it names the worker', async () => {
    const { status } = await world.get<Authentication>(clusterTriggerAuthentications, 'on-record');
    expect(status?.scaledobjects).toBe('recorded');
  });
});

function reference(name: string) {
  return { parameter: 'connection', name, key: 'address' };
}

function authentication(kind: string, name: string, spec: unknown): KubeObject {
  return { apiVersion: 'keda.sh/v1alpha1', kind, metadata: { name }, spec } as KubeObject;
}
