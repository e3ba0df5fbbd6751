// The Events of a ScaledJob that no other story tells of.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledJobs } from '../../../../src/api/names.ts';
import { KubeError, SourceUnavailableError } from '../../../../src/errors.ts';
import { never } from '../../../support/controller-world.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

let world: JobWorld;
afterEach(() => world.stop());

const notes = (wanted: string): readonly string[] =>
  world.events.flatMap(({ type, reason, note }) => (reason === wanted ? [`${type}: ${note}`] : []));

describe('a ScaledJob', () => {
  it('says once that the API server does not take its status', async () => {
    world = await createJobWorld([]);
    let isRefused = true;
    world.kube.intercept = ({ subresource }) => {
      if (subresource !== 'status' || !isRefused) return;
      throw new KubeError('the status is refused', { code: 'KUBE_INVALID', retry: 'backoff', status: 422 });
    };
    await world.kube.create(scaledJobs, aScaledJob('worker'), { signal: never });
    await world.clock.advance(120_000);
    expect(notes('ScaledJobUpdateFailed')).toEqual(['Warning: The status is not written: the status is refused']);
    isRefused = false;
    await world.clock.advance(60_000);
    expect(notes('ScaledJobReady')).toHaveLength(1);
  });

  it('says once that a trigger begins to fail', async () => {
    const away = new SourceUnavailableError('queue: no connection');
    world = await createJobWorld([aScaledJob('worker')], { worker: away });
    await world.clock.advance(120_000);
    expect(notes('KEDAScalerFailed')).toEqual(['Warning: s0-queue-worker: queue: no connection [SOURCE_UNAVAILABLE]']);
  });

  it('says which fields mean nothing beside others', async () => {
    world = await createJobWorld([aScaledJob('worker', { rolloutStrategy: 'gradual' })]);
    await world.clock.advance(1_000);
    expect(notes('KEDAScalerInfo')).toEqual(['Normal: spec.rolloutStrategy is deprecated: write rollout.strategy']);
  });

  it('is told to be in order at a look at which nothing is wrong, and at no other', async () => {
    const away = new SourceUnavailableError('queue: no connection');
    world = await createJobWorld([aScaledJob('worker')], { worker: away });
    await world.clock.advance(60_000);
    expect(world.settled).toEqual([]);
    world.kube.intercept = ({ verb, resource }) => {
      if (verb !== 'create' || resource !== 'jobs') return;
      throw new KubeError('the template is refused', { code: 'KUBE_INVALID', retry: 'never', status: 422 });
    };
    world.answers.set('worker', 1);
    await world.clock.advance(60_000);
    expect(notes('KEDAJobCreateFailed')).not.toEqual([]);
    expect(world.settled).toEqual([]);
    world.kube.intercept = () => {};
    await world.clock.advance(31_000);
    expect(new Set(world.settled)).toEqual(new Set(['worker']));
  });
});
