// The true count: of none, one, many; while it grows; under any name; and of a queue that isn't there.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from './stage.ts';

/** What a broker takes that takes everything; 260 characters are the most that any of them allows. */
const NAMES = ['größe/a b%2F?#[x]', '队列 🐇', '../a+b&c=d;e', `long-${'n'.repeat(255)}`];
const names = (own: readonly string[] = NAMES) => own.map((name) => [name.slice(0, 20), name] as const);

export function promiseCounts(stage: Stage): void {
  const { promises, connect, read, failure } = stage;
  const settles = async (queue: string, messages: number): Promise<void> => {
    const scaler = await connect(queue);
    await eventually(`${messages} are counted`, async () => expect(await read(scaler)).toBe(messages));
  };

  it.each([0, 1, 12])('tells the true count of %i messages', async (messages) => {
    await stage.broker.fill(`count-${messages}`, messages);
    await settles(`count-${messages}`, messages);
  });

  stage.itWith('hundred thousand')(
    'tells the true count of 100,000 messages',
    async () => {
      await stage.broker.fill('count-100000', 100_000);
      await settles('count-100000', 100_000);
      await stage.broker.empty?.('count-100000');
    },
    120_000,
  );

  it('sees messages come', async () => {
    await stage.broker.fill('growing', 2);
    const scaler = await connect('growing');
    await eventually('there are two', async () => expect(await read(scaler)).toBe(2));
    await stage.broker.fill('growing', 5);
    await eventually('there are five', async () => expect(await read(scaler)).toBe(5));
  });

  it.each(names(promises.names))('reads a queue whose name is %s', async (_, queue) => {
    await stage.broker.fill(queue, 3);
    await settles(queue, 3);
  });

  if (promises.missingQueue === 'zero') {
    it('counts a queue that does not exist as empty', async () => {
      expect(await read(await connect('no-such-queue'))).toBe(0);
    });
  } else {
    it('takes a queue that does not exist for an error, and goes on with the others', async () => {
      await stage.broker.fill('there', 1);
      const [missing, there] = await Promise.all([connect('no-such-queue'), connect('there')]);
      const [error] = await Promise.all([failure(missing), read(there).catch(() => {})]);
      expect(error.code).toBe('SOURCE_NOT_FOUND');
      expect(error.message).toContain('no-such-queue');
      await eventually('the other is read', async () => {
        const [, count] = await Promise.all([failure(missing), read(there)]);
        expect(count).toBe(1);
      });
    });
  }
}
