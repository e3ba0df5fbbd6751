// What is left behind: by a thousand failures, by closing, and by closing in the middle.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it } from '@jest/globals';
import type { Scaler } from '../../../src/scalers/scaler.ts';
import { eventually } from '../../support/eventually.ts';
import { type FaultProxy, type ProxyMode, startFaultProxy } from '../../support/fault-proxy.ts';
import type { Stage } from './stage.ts';

const FAILURES: readonly ProxyMode[] = ['refuse', { answerBytes: 0, ending: 'reset' }];

export function promiseEndurance(stage: Stage): void {
  const { connect, connectInput, read, failure } = stage;
  const proxies = new Set<FaultProxy>();
  afterEach(async () => {
    await Promise.all([...proxies].map((proxy) => proxy.close()));
    proxies.clear();
  });

  /** Behind a proxy of its own, so that one kind of failure doesn't wait for the other. */
  async function connectThrough(mode: ProxyMode): Promise<Scaler> {
    const proxy = await startFaultProxy(stage.broker.port);
    proxies.add(proxy);
    const scaler = await connectInput(stage.broker.input('one', proxy.port));
    await proxy.setMode(mode);
    await failure(scaler);
    return scaler;
  }

  it('grows neither sockets nor heap over a thousand polls that are refused, and a thousand that are reset', async () => {
    const scalers = await Promise.all(FAILURES.map(connectThrough));
    const fail = async (times: number): Promise<void> => {
      const failMany = async (scaler: Scaler): Promise<void> => {
        for (let i = 0; i < times; i++) await read(scaler).catch(() => {});
      };
      await Promise.all(scalers.map(failMany));
    };
    await fail(50);
    const before = { sockets: openSockets(), heapMiB: heapMiB() };
    await fail(1_000);
    await eventually('what was opened is closed', () => openSockets() <= before.sockets);
    expect(heapMiB() - before.heapMiB).toBeLessThan(8);
  }, 60_000);

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
    const timers = openTimers();
    const scaler = await connect('one');
    await stage.proxy.setMode('silent');
    const reading = read(scaler);
    const settled = expect(reading).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await scaler.close();
    await settled;
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
    await eventually('no timer is left', () => openTimers() <= timers, 1_000);
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** What keeps the process alive. */
const open = (kind: string) => process.getActiveResourcesInfo().filter((resource) => resource.startsWith(kind)).length;
const openSockets = () => open('TCP');
const openTimers = () => open('Timeout');
