// idleReplicaCount: where a target rests, beside an HPA that knows nothing of resting.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({ hpaSyncMs: 500 });
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const noWindow = { scaleDown: { stabilizationWindowSeconds: 0 } };
const advanced = { horizontalPodAutoscalerConfig: { behavior: noWindow } };
const hasReplicas = (name: string, replicas: number) =>
  eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas);

it.each([0, 1])('rests at %i below a minimum of 3, stays there, and wakes to the minimum', async (idleReplicaCount) => {
  const name = `idle-${idleReplicaCount}`;
  await world.send(name, 50);
  await world.apply(...aScaledWorker(name, { spec: { minReplicaCount: 3, idleReplicaCount, advanced } }));
  await hasReplicas(name, 5);
  await eventually('the HPA holds the minimum', async () => {
    expect((await world.hpa(`keda-hpa-${name}`))?.spec.minReplicas).toBe(3);
  });

  await world.drain(name);
  await hasReplicas(name, idleReplicaCount);
  const since = world.cluster.requests.length;
  for (let look = 0; look < 4; look++) {
    await world.looks(name, 1);
    expect(await world.replicas(name)).toBe(idleReplicaCount);
  }
  expect(world.scaleWrites(name, since)).toEqual([]);

  const asleep = world.cluster.requests.length;
  await world.send(name, 1);
  await hasReplicas(name, 3);
  await eventually('the HPA holds the minimum again', async () => {
    expect((await world.hpa(`keda-hpa-${name}`))?.spec.minReplicas).toBe(3);
  });
  await world.looks(name, 3);
  expect([await world.replicas(name), world.scaleWrites(name, asleep).length]).toEqual([3, 1]);
});
