// spec.advanced.sluice.fallback of a ScaledJob over time, and over the end of the program.
import { afterEach, expect, it } from '@jest/globals';
import { AuthError, SourceUnavailableError } from '../../../../src/errors.ts';
import type { ScaledJobSpec } from '../../../../src/api/scaled-job.ts';
import type { Answer } from '../../../support/controller-world.ts';
import { aScaledJob, createJobWorld, type JobWorld } from '../../../support/scaled-job-world.ts';

let world: JobWorld;
afterEach(() => world.stop());

const METRIC = 's0-queue-worker';
const away = new SourceUnavailableError('queue: no connection');
const start = async (failureThreshold: number, answer: Answer = away, more: Partial<ScaledJobSpec> = {}) => {
  const advanced = { sluice: { fallback: { failureThreshold, replicas: 4 } } };
  const spec = { pollingInterval: 10, advanced, ...more };
  world = await createJobWorld([aScaledJob('worker', spec)], { worker: answer });
};
const health = () => world.scaledJob()?.status?.health;
const fallback = () => world.jobCondition('Fallback')?.status;

it('goes on where it was when the program starts anew, and ends with the first success', async () => {
  await start(3);
  await world.clock.advance(60_000);
  expect([fallback(), (await world.running()).length]).toEqual(['True', 4]);
  const told = world.reasons().length;
  await world.restart();
  const [first] = await world.running();
  await world.end(first!);
  await world.clock.advance(5_000);
  expect([fallback(), (await world.running()).length]).toEqual(['True', 4]);
  expect(health()).toEqual({ [METRIC]: { numberOfFailures: 4, status: 'Failing' } });
  expect(world.reasons().slice(told)).not.toContain('ScaledJobInactive');
  world.answers.set('worker', 0);
  await world.clock.advance(15_000);
  expect([fallback(), health()]).toEqual(['False', { [METRIC]: { numberOfFailures: 0, status: 'Happy' } }]);
  world.answers.set('worker', away);
  await world.clock.advance(15_000);
  expect(fallback()).toBe('False');
});

it('is reached by failures before and after the start of a program together', async () => {
  await start(3);
  await world.clock.advance(12_000);
  expect(health()?.[METRIC]).toMatchObject({ status: 'Failing' });
  expect(fallback()).toBe('False');
  for (let i = 0; i < 3; i++) {
    await world.restart();
    await world.clock.advance(61_000 / 3);
  }
  expect(fallback()).toBe('True');
});

it.each<[string, Answer]>([
  ['asks to be left alone for an hour', new SourceUnavailableError('too many requests', { retryAfterMs: 3_600_000 })],
  ['refuses the login, and is asked less and less often', new AuthError('not permitted')],
])('counts the looks at which a source is not asked because it %s', async (_what, answer) => {
  await start(3, answer);
  await world.clock.advance(25_000);
  expect(fallback()).toBe('False');
  await world.clock.advance(20_000);
  expect([fallback(), (await world.running()).length]).toEqual(['True', 4]);
  world.kube.history.length = 0;
  await world.clock.advance(40_000);
  expect(world.kube.writes().length).toBeLessThanOrEqual(1);
});

it('is not hurried by looks that a Job’s end leads to', async () => {
  const refusal = new SourceUnavailableError('too many requests', { retryAfterMs: 3_600_000 });
  await start(4, refusal, { minReplicaCount: 1 });
  const before = (await world.jobs()).length;
  for (let i = 0; i < 20; i++) {
    const [job] = await world.running();
    if (job) await world.end(job);
    await world.clock.advance(1_000);
  }
  expect((await world.jobs()).length - before).toBeGreaterThan(10);
  expect(fallback()).toBe('False');
});

it('keeps no record where there is none', async () => {
  world = await createJobWorld([aScaledJob('worker', { pollingInterval: 10 })], { worker: away });
  await world.clock.advance(60_000);
  expect(health()).toBeUndefined();
});
