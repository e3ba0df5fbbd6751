// A target that gives way to one of another kind and of the same name.
import { afterEach, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { STATEFUL_SETS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

const KEY = { namespace: 'shop', name: 'worker' };
const advanced = { restoreToOriginalReplicaCount: true };
const aStatefulSet = (replicas: number): KubeObject => ({ ...aDeployment('worker', replicas), kind: 'StatefulSet' });
const size = (): number | undefined =>
  world.kube.peek<KubeObject & { spec: { replicas: number } }>(STATEFUL_SETS, KEY)?.spec.replicas;

let world: World;
afterEach(() => world.stop());

async function turnTo(kind: string): Promise<void> {
  const body = { spec: { scaleTargetRef: { kind, name: 'worker' } } };
  await world.kube.patch(scaledObjects, KEY, { type: 'merge', body }, { signal: never });
  await world.clock.advance(1_000);
}

it.each([0, 50])('gets back its own size and not the other one’s (%i messages)', async (messages) => {
  world = await createWorld([aDeployment('worker', 3), aScaledObject('worker', { advanced })]);
  await world.kube.create(STATEFUL_SETS, aStatefulSet(6), { signal: never });
  await world.clock.advance(40_000);
  expect(world.scaledObject()?.status?.originalReplicaCount).toBe(3);
  world.answers.set('worker', messages);
  await turnTo('StatefulSet');
  await world.clock.advance(60_000);
  expect(size()).toBe(messages === 0 ? 0 : 10);
  expect(world.scaledObject()?.status).toMatchObject({
    originalReplicaCount: 6,
    scaleTargetKind: 'apps/v1.StatefulSet',
  });
  expect(world.hpa()?.spec.scaleTargetRef).toMatchObject({ kind: 'StatefulSet', name: 'worker' });
  await world.kube.delete(scaledObjects, KEY, { signal: never });
  await world.clock.advance(1_000);
  expect(size()).toBe(6);
});

it('keeps its size when it goes away before anybody has looked at the other one', async () => {
  world = await createWorld([aDeployment('worker', 3), aScaledObject('worker', { advanced })]);
  await world.kube.create(STATEFUL_SETS, aStatefulSet(6), { signal: never });
  await world.clock.advance(40_000);
  const body = { spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'worker' } } };
  await world.kube.patch(scaledObjects, KEY, { type: 'merge', body }, { signal: never });
  await world.kube.delete(scaledObjects, KEY, { signal: never });
  await world.clock.advance(1_000);
  expect(size()).toBe(6);
});
