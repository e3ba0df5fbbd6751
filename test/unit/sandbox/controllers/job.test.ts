// Jobs over time.
import { afterEach, describe, expect, it } from '@jest/globals';
import { JOBS, PODS } from '../../../../src/kube/resources.ts';
import type { Job } from '../../../../src/sandbox/controllers/job-object.ts';
import type { Pod } from '../../../../src/sandbox/node-agent/pod.ts';
import { createWorkloadWorld, type WorkloadWorld } from '../../../support/workload-world.ts';

let world: WorkloadWorld;
afterEach(() => world.stop());

const aJob = (spec: Partial<Job['spec']> = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } }, ...spec },
});
const conditions = () => Object.fromEntries((world.job('job').status?.conditions ?? []).map((c) => [c.type, c]));

describe('sandbox/controllers job', () => {
  it('runs to completion and says when', async () => {
    world = await createWorkloadWorld({ kubelet: { readyAfterMs: 1000, ends: () => 'Succeeded' } });
    await world.create(JOBS, aJob({ completions: 5, parallelism: 2 }));
    await world.clock.advance(500);
    expect(world.job('job').status).toMatchObject({ active: 2, startTime: '2026-01-01T00:00:00Z' });
    await world.clock.advance(10_000);
    expect(world.job('job').status).toMatchObject({ succeeded: 5, uncountedTerminatedPods: {} });
    expect(world.job('job').status).not.toHaveProperty('active');
    expect(conditions()).toMatchObject({ Complete: { status: 'True' } });
    expect(world.job('job').status?.completionTime).toBeDefined();
    expect((await world.pods()).flatMap((pod) => pod.metadata.finalizers ?? [])).toEqual([]);
  });

  it('writes nothing when it is over', async () => {
    world = await createWorkloadWorld({ kubelet: { ends: () => 'Succeeded' } });
    await world.create(JOBS, aJob());
    await world.clock.advance(1000);
    const before = world.kube.writes().length;
    await world.restart();
    await world.clock.advance(60_000);
    expect(world.kube.writes().slice(before)).toEqual([]);
  });

  it('gives up after backoffLimit, with growing waits between', async () => {
    world = await createWorkloadWorld({ kubelet: { ends: () => 'Failed' } });
    await world.create(JOBS, aJob({ backoffLimit: 2 }));
    await world.clock.advance(9000);
    expect(await world.pods()).toHaveLength(1);
    await world.clock.advance(2000);
    expect(await world.pods()).toHaveLength(2);
    await world.clock.advance(40_000);
    expect(await world.pods()).toHaveLength(3);
    expect(world.job('job').status).toMatchObject({ failed: 3 });
    expect(conditions()).toMatchObject({ Failed: { status: 'True', reason: 'BackoffLimitExceeded' } });
  });

  it('ends its pods at the deadline', async () => {
    world = await createWorkloadWorld();
    await world.create(JOBS, aJob({ activeDeadlineSeconds: 30, parallelism: 2, completions: 2 }));
    await world.clock.advance(29_000);
    expect(world.job('job').status).toMatchObject({ active: 2, ready: 2 });
    await world.clock.advance(3000);
    expect(await world.pods()).toEqual([]);
    expect(conditions()).toMatchObject({ Failed: { reason: 'DeadlineExceeded' } });
  });

  it('can be suspended and resumed without a failure counted', async () => {
    world = await createWorkloadWorld();
    await world.create(JOBS, aJob({ parallelism: 2, completions: 2 }));
    await world.clock.advance(1000);
    await world.change(JOBS, 'job', { spec: { suspend: true } });
    await world.clock.advance(5000);
    expect(await world.pods()).toEqual([]);
    expect(world.job('job').status?.startTime).toBeUndefined();
    expect(conditions()).toMatchObject({ Suspended: { status: 'True' } });
    await world.change(JOBS, 'job', { spec: { suspend: false } });
    await world.clock.advance(1000);
    expect(world.job('job').status).toMatchObject({ active: 2, startTime: '2026-01-01T00:00:06Z' });
    expect(world.job('job').status?.failed).toBeUndefined();
    expect(conditions()).toMatchObject({ Suspended: { status: 'False' } });
  });

  it('is deleted ttlSecondsAfterFinished after its end', async () => {
    world = await createWorkloadWorld({ kubelet: { ends: () => 'Succeeded' } });
    await world.create(JOBS, aJob({ ttlSecondsAfterFinished: 60 }));
    await world.clock.advance(59_000);
    expect(await world.all(JOBS)).toHaveLength(1);
    await world.clock.advance(2000);
    expect(await world.all(JOBS)).toEqual([]);
  });

  it('lets go of pods when it is deleted', async () => {
    world = await createWorkloadWorld();
    await world.create(JOBS, aJob());
    await world.clock.advance(1000);
    const { signal } = new AbortController();
    await world.kube.delete(JOBS, { namespace: 'default', name: 'job' }, { signal });
    await world.clock.advance(1000);
    expect((await world.pods()).map((pod) => pod.metadata.finalizers)).toEqual([[]]);
  });

  it('counts each end once, wherever the controller was killed', async () => {
    for (let survives = 1; survives < 16; survives++) {
      world = await createWorkloadWorld({ kubelet: { ends: () => 'Succeeded' } });
      let writes = 0;
      let dead = false;
      world.kube.intercept = ({ verb, resource, subresource }) => {
        if (['get', 'list', 'watch', 'request'].includes(verb) || resource === 'events') return;
        if (resource === 'pods' && subresource === 'status') return; // the kubelet lives
        dead ||= ++writes > survives;
        if (dead) throw new Error('the controller is dead');
      };
      await world.create(JOBS, aJob({ completions: 3, parallelism: 2 }));
      await world.clock.advance(10);
      world.kube.intercept = () => {};
      await world.restart();
      await world.clock.advance(60_000);
      expect(world.job('job').status).toMatchObject({ succeeded: 3 });
      expect((await world.all<Pod>(PODS)).length).toBe(3);
      if (survives < 15) await world.stop();
    }
  });
});
