// What is left behind: by a thousand failures, by closing, and by closing in the middle.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import type { ProxyMode } from '../../support/fault-proxy.ts';
import type { Stage } from './stage.ts';

const FAILURES: readonly (readonly [string, ProxyMode])[] = [
  ['refused', 'refuse'],
  ['reset', { answerBytes: 0, ending: 'reset' }],
];

export function promiseEndurance(stage: Stage): void {
  const { connect, read, failure } = stage;

  it.each(FAILURES)(
    'grows neither sockets nor heap over a thousand polls that are %s',
    async (_, mode) => {
      const scaler = await connect('one');
      await stage.proxy.setMode(mode);
      const fail = async (times: number): Promise<void> => {
        for (let i = 0; i < times; i++) await read(scaler).catch(() => {});
      };
      await failure(scaler);
      await fail(50);
      const before = usage();
      await fail(1_000);
      await eventually('what was opened is closed', () => usage().sockets <= before.sockets);
      expect(usage().heapMiB - before.heapMiB).toBeLessThan(8);
    },
    60_000,
  );

  it('leaves no connection behind when it is closed, which may be done twice', async () => {
    await Promise.all([stage.broker.fill('one', 1), stage.broker.fill('two', 2)]);
    const [one, two] = await Promise.all([connect('one'), connect('two')]);
    await Promise.all([read(one).catch(() => {}), read(two).catch(() => {})]);
    await one.close();
    await one.close();
    await eventually('the other still reads', () => read(two));
    await two.close();
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
    expect(stage.pool.size()).toBe(0);
  });

  it('closes at once or soon when the broker has fallen silent', async () => {
    await stage.broker.fill('one', 1);
    const scaler = await connect('one');
    await eventually('it works', () => read(scaler));
    await stage.proxy.setMode('silent');
    const started = performance.now();
    await scaler.close();
    await stage.pool.close();
    expect(performance.now() - started).toBeLessThan(2_500);
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
  });

  it('closes while a read waits, and leaves no timer behind', async () => {
    const { timers } = usage();
    const scaler = await connect('one');
    await stage.proxy.setMode('silent');
    const reading = read(scaler);
    const settled = expect(reading).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await scaler.close();
    await settled;
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
    await eventually('no timer is left', () => usage().timers <= timers, 1_000);
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What keeps the process alive, and how much it holds. */
function usage(): { readonly sockets: number; readonly timers: number; readonly heapMiB: number } {
  collectGarbage();
  const open = process.getActiveResourcesInfo();
  const sockets = open.filter((resource) => resource.startsWith('TCP')).length;
  const timers = open.filter((resource) => resource === 'Timeout').length;
  return { sockets, timers, heapMiB: process.memoryUsage().heapUsed / 2 ** 20 };
}
