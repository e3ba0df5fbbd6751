// Who waits for whom before a read.
import { expect, it } from '@jest/globals';
import { createReadTurns } from '../../../src/controller/read-turns.ts';

/** Reads of `turn` that are under way at one time, of twenty that are asked for. */
async function atOnce(turn: ReturnType<ReturnType<typeof createReadTurns>['take']>): Promise<number> {
  let running = 0;
  let most = 0;
  const end = Promise.withResolvers<void>();
  const reads = Array.from({ length: 20 }, () =>
    turn(false, async () => {
      most = Math.max(most, ++running);
      await end.promise;
      running--;
    }),
  );
  await Promise.resolve();
  end.resolve();
  await Promise.all(reads);
  return most;
}

const single = { sourceId: 'rabbitmq:a', batches: false };

it('eight reads of one source are under way at a time, and those that become one call all at once', async () => {
  const turns = createReadTurns();
  expect(await atOnce(turns.take(single))).toBe(8);
  expect(await atOnce(turns.take({ ...single, batches: true }))).toBe(20);
});

it('triggers of one source share its turns, whoever else has given his back', async () => {
  const turns = createReadTurns();
  const first = turns.take(single);
  const batching = { ...single, batches: true };
  turns.take(batching);
  turns.giveBack(batching);
  const second = turns.take(single);
  const both: typeof first = (failing, read) => (toggle() ? first : second)(failing, read);
  let isFirst = false;
  const toggle = (): boolean => (isFirst = !isFirst);
  expect(await atOnce(both)).toBe(8);
});
