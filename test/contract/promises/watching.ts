// A source that says when it changed: soon, over one connection more at most, and without taking anything.
import { afterEach, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { createWatching, type Watching } from '../../../src/controller/watching.ts';
import { SluiceError } from '../../../src/errors.ts';
import type { Scaler } from '../../../src/scalers/scaler.ts';
import { eventually } from '../../support/eventually.ts';
import type { Stage } from './stage.ts';

const SOON_MS = 1_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function promiseWatching(stage: Stage): void {
  const { promises, errors, connect } = stage;
  const running = new Set<Watching>();
  afterEach(() => {
    for (const watching of running) watching.stop();
    running.clear();
  });

  /** As the controller does it; resolves once it listens. */
  async function watch(scaler: Scaler): Promise<{ readonly heard: () => number; stop(): void }> {
    let heard = 0;
    const watching = createWatching({
      clock: systemClock,
      random: Math.random,
      connect: async () => scaler,
      heard: () => heard++,
      ended: (error) => errors.push(error),
      translate(thrown) {
        if (thrown instanceof SluiceError) return thrown;
        throw thrown;
      },
    });
    running.add(watching);
    watching.start();
    await eventually('it listens', () => heard > 0);
    return { heard: () => heard, stop: watching.stop };
  }

  it('says within a second that there is a message', async () => {
    await stage.broker.fill('pushed', 0);
    const { heard } = await watch(await connect('pushed'));
    const before = heard();
    await stage.broker.fill('pushed', 1);
    await eventually('it was heard', () => heard() > before, SOON_MS);
  });

  it('hears as well of what came while the connection was lost', async () => {
    await stage.broker.fill('pushed-after-all', 0);
    const { heard } = await watch(await connect('pushed-after-all'));
    await stage.proxy.setMode('refuse');
    const before = heard();
    await stage.broker.fill('pushed-after-all', 1);
    await stage.proxy.setMode('pass');
    await eventually('it was heard', () => heard() > before);
  });

  it('consumes and creates nothing by listening', async () => {
    await stage.broker.fill('listened-to', 7);
    // Some brokers tell only after a while what they hold.
    const settled = await eventually('the broker has told all', async () => {
      const told = await stage.broker.contents();
      await pause(1_500);
      expect(await stage.broker.contents()).toEqual(told);
      return told;
    });
    await watch(await connect('listened-to'));
    await pause(1_000);
    expect(await stage.broker.contents()).toEqual(settled);
  });

  it('listens to all queues of a broker over one connection more, and closes that when nobody wants to hear', async () => {
    const queues = Array.from({ length: 12 }, (_, i) => `listened-to-${i}`);
    await Promise.all(queues.map((queue) => stage.broker.fill(queue, 0)));
    const scalers = await Promise.all(queues.map((queue) => connect(queue)));
    const watches = await Promise.all(scalers.map(watch));
    const most = promises.connections ?? 1;
    expect(stage.proxy.accepted()).toBeLessThanOrEqual(most + 1);
    for (const { stop } of watches) stop();
    await eventually('the connection is closed', () => stage.proxy.connections() <= most);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
  });

  it('ends when it is told to, though the broker is silent', async () => {
    await stage.broker.fill('silenced', 0);
    const scaler = await connect('silenced');
    const { stop } = await watch(scaler);
    await stage.proxy.setMode('silent');
    stop();
    await scaler.close();
    await eventually('the broker sees nobody', () => stage.proxy.connections() === 0);
  });
}
