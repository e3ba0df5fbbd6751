// What a thousand objects cost that have nothing to do.
import { afterEach, describe, expect, it } from '@jest/globals';
import { aDeployment, aScaledObject, createWorld, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

describe('controller at rest', () => {
  it('costs no call to the API server while a thousand objects are idle', async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `w${i}`);
    world = await createWorld(names.flatMap((name) => [aDeployment(name, 0), aScaledObject(name)]));
    await world.clock.advance(40_000);
    expect(names.filter((name) => world.condition('Ready', name)?.status === 'True')).toHaveLength(1_000);
    world.kube.history.length = 0;
    const before = world.reads();
    await world.clock.advance(60_000);
    expect(world.kube.history).toEqual([]);
    expect(world.reads() - before).toBe(2_000);
  }, 60_000);
});
