// The program may end between any two writes, and restart at any time.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { KubeError } from '../../../src/errors.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

/** After `count` more writes the API server answers none of them, as it looks to a process that has died. */
function dieAfter(count: number): void {
  let left = count;
  world.kube.intercept = ({ verb }) => {
    if (['get', 'list', 'watch', 'request'].includes(verb) || left-- > 0) return;
    throw new KubeError('the process is dead', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
  };
}

async function comeBack(): Promise<void> {
  await world.stop();
  world.kube.intercept = () => {};
  await world.restart();
}

describe('controller, killed between two writes', () => {
  it.each([0, 1, 2, 3, 4, 5])('finishes what it began when it dies after write %i', async (writes) => {
    world = await createWorld([]);
    dieAfter(writes);
    world.answers.set('worker', 42);
    const { intercept } = world.kube;
    world.kube.intercept = () => {};
    await world.kube.create(DEPLOYMENTS, aDeployment('worker', 0), { signal: never });
    await world.kube.create(scaledObjects, aScaledObject('worker', { cooldownPeriod: 60 }), { signal: never });
    world.kube.intercept = intercept;
    await world.clock.advance(5_000);
    const wasAwake = world.replicas() === 9;
    await comeBack();
    expect(world.replicas()).toBe(9);
    expect(world.hpa()).toBeDefined();
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(world.condition('Active')).toMatchObject({ status: 'True' });
    expect(world.scaledObject()?.status?.lastActiveTime).toBeDefined();
    expect(wasAwake).toBe(writes >= 4);
  });

  it.each([
    [0, 0],
    [1, 0],
    [2, 9],
  ])('does not cut a cooldown short when it dies after write %i of waking', async (writes, replicas) => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { cooldownPeriod: 100 })]);
    await world.clock.advance(60_000);
    dieAfter(writes);
    world.answers.set('worker', 42);
    await world.clock.advance(31_000);
    world.answers.set('worker', 0);
    await comeBack();
    expect(world.replicas()).toBe(replicas);
    await world.clock.advance(90_000);
    expect(world.replicas()).toBe(replicas);
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(0);
  });

  it.each([0, 1, 2])('goes to rest completely when it dies after write %i of doing so', async (writes) => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { cooldownPeriod: 100 })], {
      worker: 42,
    });
    world.answers.set('worker', 0);
    await world.clock.advance(60_000);
    dieAfter(writes);
    await world.clock.advance(60_000);
    await comeBack();
    await world.clock.advance(200_000);
    expect(world.replicas()).toBe(0);
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerNotActive' });
  });

  it.each([
    ['of its first sleep', 0, [0, 1, 2, 3, 4, 5]],
    ['of its first waking', 42, [0, 1, 2, 3, 4, 5]],
  ])('knows the size from before it whenever it dies in the midst %s', async (_what, messages, deaths) => {
    for (const writes of deaths) {
      world = await createWorld([], { worker: messages });
      await world.kube.create(DEPLOYMENTS, aDeployment('worker', 3), { signal: never });
      const advanced = { restoreToOriginalReplicaCount: true };
      await world.kube.create(scaledObjects, aScaledObject('worker', { advanced }), { signal: never });
      dieAfter(writes);
      await world.clock.advance(5_000);
      await comeBack();
      await world.clock.advance(60_000);
      expect([writes, world.replicas(), world.scaledObject()?.status?.originalReplicaCount]).toEqual([
        writes,
        messages === 0 ? 0 : 9,
        3,
      ]);
      if (writes < 5) await world.stop();
    }
  });

  it('takes a last activity in the future for now, not for a reason to stay awake until then', async () => {
    const tomorrow = { lastActiveTime: '2026-01-02T00:00:00Z' };
    const object = { ...aScaledObject('worker', { cooldownPeriod: 100 }), status: tomorrow };
    world = await createWorld([aDeployment('worker', 3), object]);
    await world.clock.advance(95_000);
    expect(world.replicas()).toBe(3);
    await world.clock.advance(10_000);
    expect(world.replicas()).toBe(0);
  });

  it('waits for initialCooldownPeriod, and not an hour longer where the API server’s clock is ahead by that', async () => {
    world = await createWorld([aDeployment('worker', 3)]);
    await world.kube.create(scaledObjects, aScaledObject('worker', { initialCooldownPeriod: 100 }), { signal: never });
    world.clock.set(world.clock.now() - 3_600_000);
    await world.clock.advance(95_000);
    expect(world.replicas()).toBe(3);
    await world.restart();
    await world.clock.advance(95_000);
    expect(world.replicas()).toBe(3);
    await world.clock.advance(36_000);
    expect(world.replicas()).toBe(0);
  });

  it('writes nothing after a restart when everything is in order', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    await world.clock.advance(120_000);
    world.kube.history.length = 0;
    await world.restart();
    await world.clock.advance(120_000);
    expect(world.kube.writes()).toEqual([]);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });

  it('survives conflicts on every write', async () => {
    world = await createWorld([]);
    let calls = 0;
    world.kube.intercept = ({ verb }) => {
      if (verb !== 'patch' || calls++ % 2 === 1) return;
      throw new KubeError('conflict', { code: 'KUBE_CONFLICT', retry: 'now', status: 409 });
    };
    world.answers.set('worker', 42);
    await world.kube.create(DEPLOYMENTS, aDeployment('worker', 0), { signal: never });
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(10_000);
    expect(world.replicas()).toBe(9);
    expect(world.condition('Active')).toMatchObject({ status: 'True' });
  });
});
