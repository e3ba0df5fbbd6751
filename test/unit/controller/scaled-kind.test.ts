// How a key of the queue is worked on, whatever its kind.
import { expect, it } from '@jest/globals';
import { KubeError } from '../../../src/errors.ts';
import { soleOwner } from '../../../src/controller/membership/ownership.ts';
import { createVisits } from '../../../src/controller/membership/visits.ts';
import { createHandle, type KindOfObject } from '../../../src/controller/scaled-kind.ts';
import { createWorkQueue } from '../../../src/controller/work-queue.ts';
import { createFakeClock } from '../../support/clock.ts';
import { never } from '../../support/controller-world.ts';
import { createMemoryLog } from '../../support/memory-log.ts';

const refused = (message: string) => new KubeError(message, { code: 'KUBE_INVALID', retry: 'backoff' });
const FAILED = 'warn reconcile failed';
const WORKS = 'info reconcile fails no more';

function world() {
  const log = createMemoryLog();
  const clock = createFakeClock();
  const queue = createWorkQueue({ clock, random: () => 0.5, baseDelayMs: 1, maxDelayMs: 1 });
  let error: Error | undefined;
  const kind = {
    find: () => undefined,
    memoryOf: () => undefined,
    pollingIntervalMs: () => 30_000,
    reconcile: () => (error ? Promise.reject(error) : Promise.resolve(undefined)),
  } as unknown as KindOfObject;
  const visits = createVisits(clock, () => {});
  const handle = createHandle({ kindOf: () => kind, ownership: soleOwner, queue, visits, log });
  return {
    log,
    async look(thrown?: Error, key = 'shop/worker') {
      error = thrown;
      await handle(key, never);
    },
  };
}

it('what fails at every attempt is told once, and that it fails no more', async () => {
  const { log, look } = world();
  for (let i = 0; i < 10; i++) await look(refused('no such field'));
  await look();
  await look();
  expect(log.told()).toEqual([FAILED, WORKS]);
  await look(refused('no such field'));
  expect(log.told()).toEqual([FAILED, WORKS, FAILED]);
});

it('what fails in another way, or of another object, is told as well', async () => {
  const { log, look } = world();
  await look(refused('no such field'));
  await look(refused('too large'));
  await look(refused('too large'), 'shop/other');
  expect(log.told()).toEqual([FAILED, FAILED, FAILED]);
});

it('somebody else’s write in between is not told, and changes nothing', async () => {
  const { log, look } = world();
  await look(refused('no such field'));
  await look(new KubeError('somebody else wrote', { code: 'KUBE_CONFLICT', retry: 'backoff' }));
  await look(refused('no such field'));
  expect(log.told()).toEqual([FAILED]);
});
