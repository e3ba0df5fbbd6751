// What the metrics API is told.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import type { ExternalMetric } from '../../../src/metrics-adapter/provider.ts';
import {
  aDeployment,
  aScaledObject,
  type Answer,
  createWorld,
  never,
  type World,
} from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const refused = new SourceUnavailableError('queue test: connection refused');
const aWorld = async (spec: Partial<ScaledObjectSpec> = {}, answer: Answer = 7): Promise<void> => {
  world = await createWorld([aDeployment('worker', 1), aScaledObject('worker', spec)], { worker: answer });
};
const ask = (metric = 's0-queue-worker', name = 'worker', signal = never): Promise<readonly ExternalMetric[]> =>
  world.controller.metrics.read(
    { namespace: 'shop', metric, labels: new Map([['scaledobject.keda.sh/name', name]]) },
    signal,
  );
const lookedAt = (): number => world.controller.decisions.get({ namespace: 'shop', name: 'worker' })?.seen.now ?? 0;
const fails = async (asked: Promise<unknown>, code: string, text: string): Promise<void> =>
  expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining(text) });

describe('controller/metrics', () => {
  it('answers from memory with the value’s age, and never waits for the broker while replicas run', async () => {
    await aWorld();
    for (let asked = 0; asked < 20; asked++) {
      const before = world.reads();
      const [metric] = await ask();
      expect(world.reads()).toBe(before);
      expect(metric).toMatchObject({ name: 's0-queue-worker', value: 7 });
      expect(world.clock.now() - (metric?.at ?? 0)).toBeLessThan(15_000);
      await world.clock.advance(7_100);
    }
  });

  it('serves a value as old as the polling interval with useCachedMetrics', async () => {
    await aWorld({ triggers: [{ type: 'queue', useCachedMetrics: true, metadata: { queue: 'worker' } }] });
    const first = await ask();
    await world.clock.advance(29_000);
    const reads = world.reads();
    const [metric] = await ask();
    expect(world.clock.now() - (metric?.at ?? 0)).toBeLessThanOrEqual(30_000);
    expect(world.reads()).toBe(reads);
    expect(first).toHaveLength(1);
  });

  it('joins one read when the value is too old', async () => {
    await aWorld({ cooldownPeriod: 0 }, 0);
    expect(world.replicas()).toBe(0);
    // Asleep it is looked at every 30 s only, so there is a time when the value is older than 15 s.
    const ageMs = (): number => world.clock.now() - lookedAt();
    while (ageMs() < 15_000) await world.clock.advance(1_000);
    const reads = world.reads();
    await Promise.all([ask(), ask(), ask()]);
    expect(world.reads()).toBe(reads + 1);
  });

  it('gives the demand that a step was made on while it is fresh, so that the HPA does not undo the step as the queue shrinks', async () => {
    await aWorld({}, 0);
    world.answers.set('worker', 50);
    while (world.replicas() === 0) await world.clock.advance(1_000);
    const steppedAt = world.clock.now();
    world.answers.set('worker', 3);
    let newest = 50;
    for (; world.clock.now() - steppedAt < 40_000; await world.clock.advance(1_000)) {
      const [metric] = await ask();
      const ageMs = world.clock.now() - (metric?.at ?? 0);
      expect(ageMs).toBeLessThanOrEqual(15_000);
      if (metric?.value === 3) expect(world.clock.now() - steppedAt).toBeGreaterThanOrEqual(13_000);
      newest = metric?.value ?? 0;
    }
    expect(newest).toBe(3);
  });

  it('holds no demand of a step and no last good value for the hour that the clock was set back', async () => {
    await aWorld({}, 0);
    world.answers.set('worker', 50);
    while (world.replicas() === 0) await world.clock.advance(1_000);
    world.clock.set(world.clock.now() - 3_600_000);
    world.answers.set('worker', 3);
    expect(await ask()).toMatchObject([{ value: 3 }]);
    await world.clock.advance(15_000);
    world.answers.set('worker', refused);
    world.clock.set(world.clock.now() - 3_600_000);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'connection refused');
  });

  it.each<[string, number, number | string, number]>([
    ['a number that no 64 bits hold', 1e19, 1e19, 100],
    ['the greatest whole number of an HPA', 1e18, 1e18, 100],
    ['a fraction', 0.3, 0.3, 1],
    ['less than nothing, which is nothing', -5, 0, 0],
    ['no number', Number.NaN, 'METRIC_UNAVAILABLE', 1],
    ['infinity', Number.POSITIVE_INFINITY, 'METRIC_UNAVAILABLE', 1],
  ])('gives %s as it is, and the target its size by it', async (_what, answer, told, replicas) => {
    await aWorld({ cooldownPeriod: 0 }, () => ({ value: answer }));
    const asked = ask().then(
      ([metric]) => metric?.value,
      ({ code }: { code: string }) => code,
    );
    expect(await asked).toBe(told);
    expect(world.replicas()).toBe(replicas);
  });

  it('takes a metric’s name in any case', async () => {
    await aWorld();
    expect(await ask('S0-Queue-Worker')).toMatchObject([{ name: 's0-queue-worker' }]);
  });

  it('serves the last good value for a while, and then none', async () => {
    await aWorld();
    const [{ at } = { at: 0 }] = await ask();
    world.answers.set('worker', refused);
    await world.clock.advance(30_000);
    const [metric] = await ask();
    expect(metric?.value).toBe(7);
    expect(metric?.at).toBeGreaterThanOrEqual(at);
    await world.clock.advance(60_000);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'queue test: connection refused [SOURCE_UNAVAILABLE]');
  });

  it('serves the fallback once it is in force', async () => {
    await aWorld({ fallback: { failureThreshold: 1, replicas: 4 } }, refused);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'connection refused');
    await world.clock.advance(30_000);
    expect(await ask()).toMatchObject([{ value: 20 }]);
  });

  it('makes no 0 of a failure for a fallback of 0 replicas, so that the HPA holds as the controller does', async () => {
    await aWorld({ fallback: { failureThreshold: 1, replicas: 0 } }, refused);
    await world.clock.advance(30_000);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'connection refused');
  });

  it('never says 0 for a source it knows nothing of', async () => {
    await aWorld({}, refused);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'no value of s0-queue-worker of ScaledObject shop/worker');
  });

  it.each([
    ['an object that is not there', 'nobody', 's0-queue-worker', 'METRIC_NOT_FOUND', 'no ScaledObject shop/nobody'],
    ['a metric that is not there', 'worker', 's1-queue-worker', 'METRIC_NOT_FOUND', 'it has s0-queue-worker'],
  ])('refuses %s', async (_what, name, metric, code, text) => {
    await aWorld();
    await fails(ask(metric, name), code, text);
  });

  it('refuses a question without the label that names the object', async () => {
    await aWorld();
    const query = { namespace: 'shop', metric: 's0-queue-worker', labels: new Map<string, string>() };
    await fails(world.controller.metrics.read(query, never), 'METRIC_BAD_REQUEST', 'scaledobject.keda.sh/name');
  });

  it('has nothing to say of an object that is paused', async () => {
    await aWorld();
    const body = { metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } } };
    await world.kube.patch(
      scaledObjects,
      { namespace: 'shop', name: 'worker' },
      { type: 'merge', body },
      { signal: never },
    );
    await world.clock.advance(100);
    await fails(ask(), 'METRIC_UNAVAILABLE', 'paused');
  });

  it('lets go of a caller who hangs up', async () => {
    await aWorld();
    world.answers.set('worker', () => new Promise(() => {}));
    await world.clock.advance(14_000);
    const caller = new AbortController();
    const asked = ask('s0-queue-worker', 'worker', caller.signal);
    caller.abort(new Error('hung up'));
    await asked.catch((error: unknown) => expect(error).toMatchObject({ message: 'hung up' }));
    await world.clock.advance(3_000);
  });
});
