// Deployments over time, as a user would see them.
import { afterEach, describe, expect, it } from '@jest/globals';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../../../src/kube/resources.ts';
import { aDeployment, aTemplate, createWorkloadWorld, type WorkloadWorld } from '../../../support/workload-world.ts';

let world: WorkloadWorld;
afterEach(() => world.stop());

const newImage = (image: string) => ({ spec: { template: aTemplate({ app: 'web' }, image) } });
const reason = (type: string) => world.deployment('web').status?.conditions?.find((c) => c.type === type)?.reason;

describe('sandbox/controllers deployment', () => {
  it('gets its pods, and says so', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web'));
    await world.clock.advance(100);
    expect(await world.pods()).toHaveLength(3);
    expect(world.deployment('web')).toMatchObject({
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
      status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
    });
    expect(reason('Available')).toBe('MinimumReplicasAvailable');
    expect(reason('Progressing')).toBe('NewReplicaSetAvailable');
  });

  it('writes nothing while nothing changes', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web'));
    await world.clock.advance(60_000);
    const before = world.kube.writes().length;
    await world.clock.advance(3_600_000);
    expect(world.kube.writes().slice(before)).toEqual([]);
    await world.restart();
    await world.clock.advance(60_000);
    expect(world.kube.writes().slice(before)).toEqual([]);
  });

  it('scales up, to zero, and up again with one ReplicaSet', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web', { replicas: 1 }));
    for (const replicas of [10, 0, 4]) {
      await world.change(DEPLOYMENTS, 'web', { spec: { replicas } });
      await world.clock.advance(1000);
      expect(await world.pods()).toHaveLength(replicas);
    }
    expect(await world.sets()).toHaveLength(1);
    expect(world.deployment('web').status).toMatchObject({ replicas: 4, availableReplicas: 4 });
  });

  it('rolls a new template out without ever being short of pods', async () => {
    world = await createWorkloadWorld({ kubelet: { readyAfterMs: 1000 } });
    await world.create(DEPLOYMENTS, aDeployment('web', { replicas: 4 }));
    await world.clock.advance(5000);
    await world.change(DEPLOYMENTS, 'web', newImage('app:2'));
    for (let i = 0; i < 60; i++) {
      await world.clock.advance(200);
      const pods = (await world.pods()).filter((pod) => pod.metadata.deletionTimestamp === undefined);
      expect(pods.length).toBeLessThanOrEqual(5);
      expect(pods.filter((pod) => pod.status?.phase === 'Running').length).toBeGreaterThanOrEqual(3);
    }
    const images = (await world.pods()).map((pod) => pod.spec.containers[0]?.image);
    expect(images).toEqual(['app:2', 'app:2', 'app:2', 'app:2']);
    expect(reason('Progressing')).toBe('NewReplicaSetAvailable');
    expect(world.deployment('web').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  });

  it('goes back to an old template by its old ReplicaSet, as the newest revision', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web'));
    for (const image of ['app:2', 'app:1']) {
      await world.change(DEPLOYMENTS, 'web', newImage(image));
      await world.clock.advance(1000);
    }
    expect(await world.sets()).toHaveLength(2);
    const current = (await world.sets()).find((set) => set.spec.replicas === 3);
    expect(current?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  it('keeps old pods when the new ones never get ready, and calls it stuck after the deadline', async () => {
    world = await createWorkloadWorld({ kubelet: { starts: (pod) => pod.spec.containers[0]?.image !== 'broken' } });
    await world.create(DEPLOYMENTS, aDeployment('web', { replicas: 4, progressDeadlineSeconds: 60 }));
    await world.clock.advance(1000);
    await world.change(DEPLOYMENTS, 'web', newImage('broken'));
    await world.clock.advance(30_000);
    expect(reason('Progressing')).toBe('ReplicaSetUpdated');
    await world.clock.advance(60_000);
    expect(reason('Progressing')).toBe('ProgressDeadlineExceeded');
    expect(world.deployment('web').status).toMatchObject({ availableReplicas: 3, unavailableReplicas: 2 });
  });

  it('Recreate starts nothing while an old pod still runs', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web', { strategy: { type: 'Recreate' } }));
    await world.clock.advance(1000);
    let mixed = false;
    world.kube.intercept = async ({ verb, resource }) => {
      if (verb !== 'create' || resource !== 'pods') return;
      mixed ||= (await world.pods()).some((pod) => pod.spec.containers[0]?.image === 'app:1');
    };
    await world.change(DEPLOYMENTS, 'web', newImage('app:2'));
    await world.clock.advance(1000);
    world.kube.intercept = () => {};
    expect((await world.pods()).map((pod) => pod.spec.containers[0]?.image)).toEqual(['app:2', 'app:2', 'app:2']);
    expect(mixed).toBe(false);
  });

  it('does nothing but scale while paused', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web'));
    await world.clock.advance(1000);
    await world.change(DEPLOYMENTS, 'web', { spec: { paused: true, replicas: 5, ...newImage('app:2').spec } });
    await world.clock.advance(1000);
    expect((await world.pods()).map((pod) => pod.spec.containers[0]?.image)).toEqual(Array(5).fill('app:1'));
    expect(reason('Progressing')).toBe('DeploymentPaused');
    await world.change(DEPLOYMENTS, 'web', { spec: { paused: false } });
    await world.clock.advance(1000);
    expect((await world.pods()).map((pod) => pod.spec.containers[0]?.image)).toEqual(Array(5).fill('app:2'));
    expect(reason('Progressing')).toBe('NewReplicaSetAvailable');
  });

  it('forgets revisions beyond its history', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web', { replicas: 1, revisionHistoryLimit: 2 }));
    for (let i = 2; i <= 6; i++) {
      await world.change(DEPLOYMENTS, 'web', newImage(`app:${i}`));
      await world.clock.advance(1000);
    }
    const revisions = (await world.sets()).map(
      (set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'],
    );
    expect(new Set(revisions)).toEqual(new Set(['4', '5', '6']));
  });

  it('replaces pods that somebody deletes, and lets go of those that somebody relabels', async () => {
    world = await createWorkloadWorld();
    await world.create(DEPLOYMENTS, aDeployment('web'));
    await world.clock.advance(1000);
    const [deleted, relabelled] = await world.pods();
    const { signal } = new AbortController();
    await world.kube.delete(PODS, deleted!.metadata, { signal });
    await world.change(PODS, relabelled!.metadata.name, { metadata: { labels: { app: 'debug' } } });
    await world.clock.advance(1000);
    const pods = await world.pods();
    expect(pods).toHaveLength(4);
    const strays = pods.filter((pod) => pod.metadata.labels?.['app'] === 'debug');
    expect(strays.map((pod) => pod.metadata.ownerReferences)).toEqual([[]]);
  });

  it('adopts ReplicaSets and pods that match', async () => {
    world = await createWorkloadWorld();
    const { apiVersion, kind, spec } = { ...aDeployment('web'), kind: 'ReplicaSet' };
    await world.create(REPLICA_SETS, { apiVersion, kind, metadata: { name: 'orphan', labels: { app: 'web' } }, spec });
    await world.clock.advance(100);
    await world.create(DEPLOYMENTS, aDeployment('web'));
    await world.clock.advance(100);
    expect((await world.sets()).map((set) => set.metadata.ownerReferences?.[0]?.name)).toEqual(['web']);
    expect(await world.pods()).toHaveLength(3);
  });

  it('finishes what a killed controller began, wherever it was killed', async () => {
    for (let survives = 0; survives < 14; survives++) {
      world = await createWorkloadWorld();
      let writes = 0;
      world.kube.intercept = ({ verb, resource }) => {
        if (['get', 'list', 'watch', 'request'].includes(verb) || resource === 'events') return;
        if (++writes > survives) throw new Error('the controller is dead');
      };
      await world.create(DEPLOYMENTS, aDeployment('web')).catch(() => {});
      await world.clock.advance(10);
      world.kube.intercept = () => {};
      await world.restart();
      if (survives === 0) await world.create(DEPLOYMENTS, aDeployment('web'));
      await world.clock.advance(30_000);
      expect(await world.pods()).toHaveLength(3);
      expect(await world.sets()).toHaveLength(1);
      expect(world.deployment('web').status?.availableReplicas).toBe(3);
      if (survives < 13) await world.stop();
    }
  });
});
