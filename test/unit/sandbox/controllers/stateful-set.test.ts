// StatefulSets over time.
import { afterEach, describe, expect, it } from '@jest/globals';
import { PODS, STATEFUL_SETS } from '../../../../src/kube/resources.ts';
import type { StatefulSet } from '../../../../src/sandbox/controllers/stateful-set-plan.ts';
import { aTemplate, createWorkloadWorld, type WorkloadWorld } from '../../../support/workload-world.ts';

let world: WorkloadWorld;
afterEach(() => world.stop());

const labels = { app: 'db' };
const aSet = (spec: Partial<StatefulSet['spec']> = {}): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db' },
  spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: aTemplate(labels), ...spec },
});
const names = async () => (await world.pods()).map((pod) => pod.metadata.name).toSorted();

describe('sandbox/controllers stateful set', () => {
  it('starts its pods one after the other', async () => {
    world = await createWorkloadWorld({ kubelet: { readyAfterMs: 1000 } });
    await world.create(STATEFUL_SETS, aSet());
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      seen.push((await world.pods()).length);
      await world.clock.advance(1100);
    }
    expect(seen).toEqual([1, 2, 3, 3]);
    expect(await names()).toEqual(['db-0', 'db-1', 'db-2']);
    expect(world.statefulSet('db').status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
    expect((await world.pods())[0]?.spec).toMatchObject({ hostname: 'db-0', subdomain: 'db' });
  });

  it('starts them together when Parallel', async () => {
    world = await createWorkloadWorld({ kubelet: { readyAfterMs: 1000 } });
    await world.create(STATEFUL_SETS, aSet({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } }));
    expect(await names()).toEqual(['db-5', 'db-6', 'db-7']);
  });

  it('gives a pod its name back, and goes down from the highest', async () => {
    world = await createWorkloadWorld();
    await world.create(STATEFUL_SETS, aSet());
    await world.clock.advance(1000);
    const { signal } = new AbortController();
    await world.kube.delete(PODS, { namespace: 'default', name: 'db-1' }, { signal });
    await world.clock.advance(1000);
    expect(await names()).toEqual(['db-0', 'db-1', 'db-2']);
    await world.change(STATEFUL_SETS, 'db', { spec: { replicas: 1 } });
    await world.clock.advance(1000);
    expect(await names()).toEqual(['db-0']);
  });

  it('rolls out from the highest down to the partition', async () => {
    world = await createWorkloadWorld();
    await world.create(STATEFUL_SETS, aSet({ updateStrategy: { rollingUpdate: { partition: 1 } } }));
    await world.clock.advance(1000);
    const before = world.statefulSet('db').status?.currentRevision;
    await world.change(STATEFUL_SETS, 'db', { spec: { template: aTemplate(labels, 'app:2') } });
    await world.clock.advance(1000);
    const images = Object.fromEntries((await world.pods()).map((p) => [p.metadata.name, p.spec.containers[0]?.image]));
    expect(images).toEqual({ 'db-0': 'app:1', 'db-1': 'app:2', 'db-2': 'app:2' });
    expect(world.statefulSet('db').status).toMatchObject({
      currentRevision: before,
      currentReplicas: 1,
      updatedReplicas: 2,
    });
    await world.change(STATEFUL_SETS, 'db', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    await world.clock.advance(1000);
    const { currentRevision, updateRevision } = world.statefulSet('db').status ?? {};
    expect(currentRevision).toBe(updateRevision);
    expect(currentRevision).not.toBe(before);
  });

  it('writes nothing while nothing changes', async () => {
    world = await createWorkloadWorld();
    await world.create(STATEFUL_SETS, aSet());
    await world.clock.advance(1000);
    const before = world.kube.writes().length;
    await world.restart();
    await world.clock.advance(600_000);
    expect(world.kube.writes().slice(before)).toEqual([]);
  });
});
