// What a broker notices of us: nothing that changes, and one connection.
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from './stage.ts';

export function promiseManners(stage: Stage): void {
  const { promises, errors, parse, connect, read } = stage;

  it('consumes and creates nothing', async () => {
    await stage.broker.fill('kept', 7);
    const scaler = await connect('kept');
    await eventually('there are seven', async () => expect(await read(scaler)).toBe(7));
    const missing = await connect('not-made-by-asking');
    const before = await stage.broker.contents();
    for (let i = 0; i < 5; i++) {
      await read(scaler);
      await read(missing).catch((error: unknown) => errors.push(error));
    }
    expect(await stage.broker.contents()).toEqual(before);
  });

  it('shares one connection between the triggers of one broker and identity', async () => {
    const queues = Array.from({ length: 12 }, (_, i) => `shared-${i}`);
    await Promise.all(queues.map((queue, i) => stage.broker.fill(queue, i)));
    const many = await Promise.all(queues.map((queue) => connect(queue)));
    expect(new Set(queues.map((queue) => parse(queue).sourceId)).size).toBe(1);
    if (promises.without?.['wrong password'] === undefined) {
      expect(parse('one').sourceId).not.toBe(parse('one', 'another').sourceId);
    }
    await eventually('all are right', async () => {
      expect(await Promise.all(many.map((scaler) => read(scaler)))).toEqual(queues.map((_, i) => i));
    });
    expect(stage.proxy.accepted()).toBeLessThanOrEqual(promises.connections ?? 1);
  });
}
