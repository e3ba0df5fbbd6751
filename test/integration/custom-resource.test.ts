// A target that is no Deployment: anything with a /scale subresource, custom resources included.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { scaledObjects } from '../../src/api/names.ts';
import type { KubeObject, Resource } from '../../src/kube/client.ts';
import { REPLICA_SETS, STATEFUL_SETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock } from '../support/jumping-clock.ts';
import { aScaledObject, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';
import { aTemplate } from '../support/workload-world.ts';

type Sized = KubeObject & { readonly spec: { readonly replicas?: number } };

const WORKERS: Resource = { group: 'shop.example', version: 'v1', plural: 'workers', kind: 'Worker', namespaced: true };
const size = { type: 'object', properties: { replicas: { type: 'integer' } } };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'workers.shop.example' },
  spec: {
    group: 'shop.example',
    scope: 'Namespaced',
    names: { kind: 'Worker', plural: 'workers' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: size, status: size } } },
      },
    ],
  },
};

const clock = createJumpingClock();
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const sizeOf = async (resource: Resource, name: string): Promise<number | undefined> =>
  (await world.get<Sized>(resource, name)).spec.replicas;

it('scales a custom resource from zero and back, whenever its kind became known', async () => {
  await world.send('custom', 25);
  const scaleTargetRef = { apiVersion: 'shop.example/v1', kind: 'Worker', name: 'custom' };
  await world.apply(aScaledObject('custom', { spec: { scaleTargetRef } }));
  await eventually('it says what is wrong', async () => {
    expect(await world.condition('custom', 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: expect.stringContaining('Worker'),
    });
  });
  const worker = { apiVersion: 'shop.example/v1', kind: 'Worker', metadata: { name: 'custom' }, spec: { replicas: 0 } };
  await world.apply(definition, worker);
  // A kind that was missing is asked for again after half a minute.
  clock.jump(31_000);
  await eventually('it is awake', async () => (await sizeOf(WORKERS, 'custom')) === 3);
  expect((await world.scaledObject('custom')).status).toMatchObject({
    scaleTargetKind: 'shop.example/v1.Worker',
    scaleTargetGVKR: { group: 'shop.example', version: 'v1', kind: 'Worker', resource: 'workers' },
  });
  expect((await world.hpa('keda-hpa-custom'))?.spec.scaleTargetRef).toEqual(scaleTargetRef);
  await world.drain('custom');
  await eventually('it sleeps', async () => (await sizeOf(WORKERS, 'custom')) === 0);
  await world.remove(scaledObjects, 'custom');
});

it.each([
  ['StatefulSet', STATEFUL_SETS],
  ['ReplicaSet', REPLICA_SETS],
])('scales a %s', async (kind, resource) => {
  const name = kind.toLowerCase();
  await world.send(name, 25);
  const template = aTemplate({ app: name });
  const spec = {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template,
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
  };
  await world.apply(
    { apiVersion: 'apps/v1', kind, metadata: { name }, spec } as KubeObject,
    aScaledObject(name, { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind, name } } }),
  );
  await eventually('it is awake', async () => (await sizeOf(resource, name)) === 3);
  await world.drain(name);
  await eventually('it sleeps', async () => (await sizeOf(resource, name)) === 0);
});
