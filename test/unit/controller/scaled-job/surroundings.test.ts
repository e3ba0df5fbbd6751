// A ScaledJob among others: the replica before and beside it, the watches it depends on, and who wants to know its decisions.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Ownership } from '../../../../src/controller/membership/ownership.ts';
import { KubeError } from '../../../../src/errors.ts';
import { scaledJobs } from '../../../../src/api/names.ts';
import type { ScaledJobSpec } from '../../../../src/api/scaled-job.ts';
import { never } from '../../../support/controller-world.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

let world: JobWorld;
afterEach(() => world.stop());

const KEY = { namespace: 'shop', name: 'worker' };
const start = async (
  spec: Partial<ScaledJobSpec> = {},
  answers: Parameters<typeof createJobWorld>[1] = {},
  options?: Parameters<typeof createJobWorld>[2],
): Promise<void> => {
  world = await createJobWorld([aScaledJob('worker', { pollingInterval: 10, ...spec })], answers, options);
  await world.clock.advance(1_000);
};
const counts = async (): Promise<readonly number[]> => [(await world.jobs()).length, (await world.running()).length];

describe('somebody else', () => {
  it('is believed about Jobs that the watch does not show: a restart makes none twice', async () => {
    await start({ scalingStrategy: { strategy: 'accurate' } }, { worker: 8 });
    expect(await counts()).toEqual([8, 8]);
    await world.restart();
    await world.clock.advance(60_000);
    expect(await counts()).toEqual([8, 8]);
  });

  it('loses the API server’s answers: what was created all the same is not created twice', async () => {
    world = await createJobWorld([]);
    world.answers.set('worker', 40);
    const { create } = world.kube;
    let asked = 0;
    world.kube.create = async (resource, object, options) => {
      const isDone = resource.plural !== 'jobs' || ++asked % 4 !== 3;
      const made = isDone || asked % 8 === 3 ? await create(resource, object, options) : object;
      if (!isDone) throw new KubeError('no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
      return made;
    };
    await create(scaledJobs, aScaledJob('worker', { scalingStrategy: { strategy: 'accurate' } }), { signal: never });
    await world.clock.advance(120_000);
    expect(await counts()).toEqual([40, 40]);
  });

  it('acts on what is another replica’s: nothing is written, nothing is read', async () => {
    const listeners: (() => void)[] = [];
    let isOurs = false;
    const ownership: Ownership = {
      owns: () => isOurs,
      whileOwned: async (_uid, signal, work) =>
        isOurs ? { kind: 'done', result: await work(signal) } : { kind: 'not-now' },
      subscribe: (listener) => void listeners.push(() => listener('moved')),
      note() {},
      noteOn: () => undefined,
    };
    await start({}, { worker: 3 }, { ownership });
    expect(world.kube.writes()).toEqual([]);
    expect(world.reads()).toBe(0);
    isOurs = true;
    for (const tell of listeners) tell();
    await world.clock.advance(1_000);
    expect(await counts()).toEqual([3, 3]);
    const lists = (): number => world.kube.history.filter((c) => c.verb === 'list' && c.resource === 'jobs').length;
    const before = lists();
    // Somebody may have acted in between, so the API server is asked before more is made.
    for (const tell of listeners) tell();
    world.answers.set('worker', 5);
    await world.clock.advance(15_000);
    expect(await counts()).toEqual([5, 5]);
    expect(lists()).toBe(before + 1);
  });

  it('keeps Jobs from being listed: then none is made, and the condition says why', async () => {
    world = await createJobWorld([]);
    world.answers.set('worker', 3);
    world.kube.intercept = ({ verb, resource }) => {
      if (verb === 'list' && resource === 'jobs') {
        throw new KubeError('may not list jobs', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
      }
    };
    await world.kube.create(scaledJobs, aScaledJob('worker'), { signal: never });
    await world.clock.advance(1_000);
    expect(world.jobCondition('Ready')).toMatchObject({ status: 'False', message: 'may not list jobs' });
    expect(world.kube.writes().filter(({ resource }) => resource === 'jobs')).toEqual([]);
  });
});

describe('pods', () => {
  const watches = (): number => world.kube.history.filter((c) => c.verb === 'watch' && c.resource === 'pods').length;

  it('are watched only while a strategy asks which Jobs have begun', async () => {
    await start({}, { worker: 0 });
    expect(watches()).toBe(0);
    await world.change('worker', { spec: { scalingStrategy: { strategy: 'accurate' } } });
    await world.clock.advance(1_000);
    expect(watches()).toBe(1);
  });

  it('keep a Job pending until they have run for a while', async () => {
    await start({ scalingStrategy: { strategy: 'accurate' } }, { worker: 2 });
    expect(await counts()).toEqual([2, 2]);
    for (const job of await world.jobs()) await world.run(job);
    // Neither has taken its message yet.
    await world.clock.advance(5_000);
    expect(await counts()).toEqual([2, 2]);
    world.answers.set('worker', 3);
    await world.clock.advance(12_000);
    // One has come, and the two are still there: somebody else must take care of all three.
    await world.clock.advance(20_000);
    expect((await counts())[0]).toBe(5);
  });
});

it('knows the decision, with its numbers', async () => {
  await start({ maxReplicaCount: 2 }, { worker: 5 });
  await world.clock.advance(20_000);
  expect(world.controller.jobDecisions.get(KEY)).toMatchObject({
    kind: 'ScaledJob',
    decision: { reason: 'AtMaximum', create: 0, queueLength: 5, scaleTo: 5, maxScale: 2 },
    seen: { jobs: { running: 2 }, finished: 0, triggers: [{ value: 5 }] },
    lastWave: { asked: 2, created: 2, reason: 'Created' },
    policy: { maxJobs: 2 },
  });
});
