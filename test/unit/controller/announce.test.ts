// Which Events an object's story leaves behind.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { aDeployment, aScaledObject, createWorld, never, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const key = { namespace: 'shop', name: 'worker' };
const annotate = (annotations: Record<string, string | null>) =>
  world.kube.patch(scaledObjects, key, { type: 'merge', body: { metadata: { annotations } } }, { signal: never });
const notes = (wanted: string): string[] =>
  world.events.flatMap(({ reason, note }) => (reason === wanted ? [note] : []));

describe('controller/announce', () => {
  it('says once that a trigger cannot be put to use', async () => {
    const triggers = [{ type: 'kafka', metadata: {} }];
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })]);
    await world.clock.advance(120_000);
    expect(notes('KEDAScalerFailed')).toEqual([
      'triggers[0] (kafka): type: no trigger type is called "kafka" [CONFIG_INVALID]',
    ]);
  });

  it('says which fields mean nothing beside others', async () => {
    const spec = { minReplicaCount: 1, cooldownPeriod: 5 };
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', spec)]);
    expect(notes('KEDAScalerInfo')).toEqual([
      'spec.cooldownPeriod has no effect: minReplicaCount is 1, so the target never sleeps',
    ]);
  });

  it('says when the triggers are watched, no longer, and again', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')]);
    expect(notes('KEDAScalersStarted')).toHaveLength(1);
    await annotate({ 'autoscaling.keda.sh/paused': 'true' });
    await world.clock.advance(60_000);
    expect(notes('KEDAScalersStopped')).toHaveLength(1);
    await annotate({ 'autoscaling.keda.sh/paused': null });
    await world.clock.advance(100);
    expect(notes('KEDAScalersStarted')).toHaveLength(2);
    await world.kube.delete(scaledObjects, key, { signal: never });
    await world.clock.advance(100);
    expect(notes('KEDAScalersStopped')).toHaveLength(2);
  });
});
