// What a ScaledJob does in every situation that its definition, its triggers and its annotations can bring about.
import { afterEach, describe, expect, it } from '@jest/globals';
import { KubeError, SourceUnavailableError } from '../../../../src/errors.ts';
import { scaledJobs } from '../../../../src/api/names.ts';
import type { ScaledJobSpec } from '../../../../src/api/scaled-job.ts';
import { never } from '../../../support/controller-world.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

let world: JobWorld;
afterEach(() => world.stop());

const KEY = { namespace: 'shop', name: 'worker' };
const away = new SourceUnavailableError('connection refused');
const start = async (
  spec: Partial<ScaledJobSpec> = {},
  answers: Parameters<typeof createJobWorld>[1] = {},
  options?: Parameters<typeof createJobWorld>[2],
): Promise<void> => {
  world = await createJobWorld([aScaledJob('worker', { pollingInterval: 10, ...spec })], answers, options);
  await world.clock.advance(1_000);
};
const counts = async (): Promise<readonly number[]> => [(await world.jobs()).length, (await world.running()).length];

describe('a definition that cannot be put into effect', () => {
  it.each([
    ['metricType', { triggers: [{ type: 'queue', metadata: { queue: 'worker' }, metricType: 'Value' } as never] }],
    ['an HPA’s trigger', { triggers: [{ type: 'cpu', metadata: { value: '50' } }] }],
    [
      'one name twice',
      { triggers: [1, 2].map(() => ({ type: 'queue', name: 'same', metadata: { queue: 'worker' } })) },
    ],
  ])('is refused with a message: %s', async (_what, spec) => {
    await start(spec, { worker: 5 });
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledJobCheckFailed' });
    expect(world.jobCondition('Ready')?.message).toContain('triggers[');
    expect(world.jobCondition('Active')).toMatchObject({ status: 'Unknown' });
    expect(world.reasons()).toEqual(['ScaledJobCheckFailed']);
    expect(await counts()).toEqual([0, 0]);
  });

  it('is put into effect as soon as it is mended', async () => {
    await start({ triggers: [{ type: 'cpu', metadata: { value: '50' } }] }, { worker: 2 });
    await world.change('worker', {
      spec: { triggers: [{ type: 'queue', metadata: { queue: 'worker', target: '1' } }] },
    });
    await world.clock.advance(1_000);
    expect(await counts()).toEqual([2, 2]);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledJobReady' });
  });

  it('is told of where only the API server knows: its template, or a quota', async () => {
    world = await createJobWorld([]);
    world.answers.set('worker', 50);
    world.kube.intercept = ({ verb, resource }) => {
      if (verb === 'create' && resource === 'jobs') {
        throw new KubeError('spec.template: no image', { code: 'KUBE_INVALID', retry: 'never' });
      }
    };
    await world.kube.create(scaledJobs, aScaledJob('worker', { pollingInterval: 10 }), { signal: never });
    await world.clock.advance(1_000);
    expect(world.jobCondition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledJobCheckFailed',
      message: 'spec.template: no image',
    });
    world.kube.intercept = () => {};
    await world.clock.advance(20_000);
    expect((await counts())[0]).toBe(50);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
  });
});

describe('triggers', () => {
  it('that fail start nothing and end nothing, and say so', async () => {
    await start({}, { worker: away });
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'False', reason: 'TriggerError' });
    expect(world.jobCondition('Active')).toMatchObject({ status: 'Unknown' });
    expect(world.reasons()).toContain('KEDAScalerFailed');
    world.answers.set('worker', 3);
    await world.clock.advance(20_000);
    expect(await counts()).toEqual([3, 3]);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
  });

  it('that fail beside one that works leave it to that one', async () => {
    const triggers = ['worker', 'other'].map((queue) => ({ type: 'queue', metadata: { queue, target: '1' } }));
    await start({ triggers }, { worker: 2, other: away });
    expect(await counts()).toEqual([2, 2]);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'Unknown', reason: 'PartialTriggerError' });
    expect(world.scaledJob()?.status).toMatchObject({
      externalMetricNames: ['s0-queue-worker', 's1-queue-other'],
      triggersActivity: { 's0-queue-worker': { isActive: true } },
    });
  });

  it('have a fallback, which holds so many Jobs', async () => {
    const sluice = { fallback: { failureThreshold: 1, replicas: 4 } };
    await start({ advanced: { sluice } }, { worker: away });
    expect(await counts()).toEqual([0, 0]);
    await world.clock.advance(20_000);
    expect(await counts()).toEqual([4, 4]);
    expect(world.jobCondition('Fallback')).toMatchObject({ status: 'True', reason: 'FallbackExists' });
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
    await world.clock.advance(60_000);
    expect(await counts()).toEqual([4, 4]);
  });

  it('in great numbers that all fail make no message that the API server does not take', async () => {
    const triggers = Array.from({ length: 250 }, (_, index) => ({
      type: 'queue',
      name: `trigger-${index}-${'x'.repeat(200)}`,
      metadata: { target: '1' },
    }));
    await start({ triggers });
    const { message = '' } = world.jobCondition('Ready') ?? {};
    expect(message).toMatch(/and \d+ more$/);
    expect(message.length).toBeLessThan(5_000);
  });

  it('that push are looked at between two polls', async () => {
    await start({ pollingInterval: 300 }, { worker: 0 });
    await world.clock.advance(5_000);
    world.answers.set('worker', 3);
    for (const { wake } of world.pushes('worker')) wake();
    await world.clock.advance(1_000);
    expect(await counts()).toEqual([3, 3]);
  });

  it('find their variables in the pods that the Jobs run', async () => {
    const env = [{ name: 'PASSWORD', value: 'secret' }];
    const spec = { containers: [{ name: 'app', image: 'app:1', env }] };
    const metadata = { queue: 'worker', target: '1', passwordFromEnv: 'PASSWORD' };
    await start(
      { jobTargetRef: { template: { spec } }, triggers: [{ type: 'queue', metadata }] },
      { 'worker?secret': 2 },
    );
    expect(await counts()).toEqual([2, 2]);
  });
});

describe('pausing', () => {
  const pause = (value: string | null): Promise<void> =>
    world.change('worker', { metadata: { annotations: { 'autoscaling.keda.sh/paused': value } } });

  it('reads nothing and starts nothing, and leaves alone what runs', async () => {
    await start({ maxReplicaCount: 2 }, { worker: 5 });
    await pause('true');
    await world.clock.advance(1_000);
    const reads = world.reads();
    const [first] = await world.jobs();
    await world.end(first!);
    await world.clock.advance(60_000);
    expect(world.reads()).toBe(reads);
    expect(await counts()).toEqual([2, 1]);
    expect(world.jobCondition('Paused')).toMatchObject({ status: 'True', reason: 'ScaledJobPaused' });
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
    await pause(null);
    await world.clock.advance(5_000);
    expect(await counts()).toEqual([3, 2]);
    expect(world.jobCondition('Paused')).toMatchObject({ status: 'False', reason: 'ScaledJobUnpaused' });
    expect(world.reasons()).toEqual(
      expect.arrayContaining(['ScaledJobPaused', 'KEDAScalersStopped', 'ScaledJobUnpaused', 'KEDAScalersStarted']),
    );
  });
});

describe('a changed definition', () => {
  const change = (): Promise<void> => world.change('worker', { spec: { maxReplicaCount: 3 } });

  it('takes the Jobs of the old one away, and tells of it', async () => {
    await start({ maxReplicaCount: 2 }, { worker: 5 });
    await change();
    await world.clock.advance(1_000);
    const jobs = await world.jobs();
    expect(jobs.map(({ metadata }) => metadata.annotations?.['scaledjob.keda.sh/generation'])).toEqual(['2', '2', '2']);
    expect(world.reasons()).toEqual(
      expect.arrayContaining(['ScaledJobRolloutCleanupStarted', 'ScaledJobRolloutCleanupCompleted']),
    );
  });

  it('leaves them with rollout gradual', async () => {
    await start({ maxReplicaCount: 2, rollout: { strategy: 'gradual' } }, { worker: 5 });
    await change();
    await world.clock.advance(15_000);
    expect(await counts()).toEqual([3, 3]);
  });

  it('says that Jobs of the old one could not be taken away, and tries again', async () => {
    await start({ maxReplicaCount: 2 }, { worker: 2 });
    world.kube.intercept = ({ verb, resource }) => {
      if (verb === 'delete' && resource === 'jobs') {
        throw new KubeError('jobs may not be deleted', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
      }
    };
    await change();
    await world.clock.advance(1_000);
    expect(world.reasons()).toContain('ScaledJobRolloutCleanupFailed');
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'False', message: 'jobs may not be deleted' });
    world.kube.intercept = () => {};
    await world.clock.advance(20_000);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'True' });
    expect(world.reasons()).toContain('ScaledJobRolloutCleanupCompleted');
  });
});

describe('history', () => {
  it('is kept within its limits, the youngest of each kind', async () => {
    await start({ successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 1 }, { worker: 6 });
    const jobs = await world.jobs();
    world.answers.set('worker', 0);
    for (const [i, job] of jobs.entries()) {
      await world.clock.advance(2_000);
      await world.end(job, i % 2 === 0 ? 'Complete' : 'Failed');
    }
    await world.clock.advance(20_000);
    const kept = (await world.jobs()).map(({ metadata }) => metadata.annotations?.['sluice.dev/job-number']);
    expect(kept).toEqual(['3', '5', '6']);
    // Who takes over must not take those that are gone for Jobs that are on their way.
    expect(world.scaledJob()?.status?.lastJobNumber).toBe(6);
  });
});

describe('the end', () => {
  it('leaves nothing of it behind, and tells of it', async () => {
    await start({}, { worker: 1 });
    await world.kube.delete(scaledJobs, KEY, { signal: never });
    await world.clock.advance(1_000);
    expect(world.scaledJob()).toBeUndefined();
    expect(world.reasons()).toContain('ScaledJobDeleted');
    expect(world.controller.jobDecisions.list()).toEqual([]);
    const reads = world.reads();
    await world.clock.advance(60_000);
    expect(world.reads()).toBe(reads);
  });

  it('comes to one that cannot be understood as well', async () => {
    await start({ triggers: [{ type: 'cpu', metadata: {} }] });
    await world.kube.delete(scaledJobs, KEY, { signal: never });
    await world.clock.advance(1_000);
    expect(world.scaledJob()).toBeUndefined();
  });
});
