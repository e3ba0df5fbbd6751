// A worker that is sized by a number that somebody writes into a ConfigMap, or a Secret: from zero, up, and back to zero.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aConfigMap, aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

describe('a worker on a number in an object', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const aWorkerOn = (name: string, metadata: Readonly<Record<string, string>>) =>
    aScaledWorker(name, {
      spec: { triggers: [{ type: 'kubernetes-resource', metadata: { targetValue: '5', ...metadata } }] },
    });
  const sizeOf = (name: string, replicas: number): Promise<unknown> =>
    eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas);

  it('says that there is no such ConfigMap, and follows the number once there is', async () => {
    await world.apply(...aWorkerOn('planned', { resourceKind: 'ConfigMap', resourceName: 'plan', key: 'jobs' }));
    await eventually('it is told', async () => {
      expect((await world.condition('planned', 'Ready')).message).toContain(
        'there is no ConfigMap "plan" in namespace shop',
      );
    });
    await world.apply(aConfigMap('plan', { jobs: '12\n' }));
    await sizeOf('planned', 3);
    await world.change(CONFIG_MAPS, 'plan', { data: { jobs: '0' } });
    await sizeOf('planned', 0);
  });

  it('finds the number in a document in a Secret, and holds its size while it is not there', async () => {
    const place = { key: 'state', format: 'json', valueLocation: 'shards.#', activationTargetValue: '1' };
    await world.apply(
      aSecret('shards', { state: '{"shards":["a"]}' }),
      ...aWorkerOn('sharded', { resourceKind: 'Secret', resourceName: 'shards', ...place, targetValue: '1' }),
    );
    await eventually('it is in force', async () => (await world.condition('sharded', 'Ready')).status === 'True');
    await world.looks('sharded');
    expect(await world.replicas('sharded')).toBe(0);
    const write = (state: string): Promise<void> =>
      world.change(SECRETS, 'shards', { data: { state: Buffer.from(state).toString('base64') } });
    await write('{"shards":["a","b","c"]}');
    await sizeOf('sharded', 3);
    await write('{"sh');
    await eventually('it is told', async () => {
      expect((await world.condition('sharded', 'Ready')).message).toContain('expected json, found something else');
    });
    await world.looks('sharded');
    expect(await world.replicas('sharded')).toBe(3);
    await write('{"shards":[]}');
    await sizeOf('sharded', 0);
  });
});
