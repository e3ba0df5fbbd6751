// The promises of every scaler, checked against a real broker through a proxy that can misbehave.
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock, withDeadline } from '../../src/async.ts';
import { SluiceError } from '../../src/errors.ts';
import { parseTrigger } from '../../src/scalers/registry.ts';
import type { PolledTrigger, Scaler, TriggerInput } from '../../src/scalers/scaler.ts';
import { createSourcePool, type SourcePool } from '../../src/scalers/sources.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

/** A running broker, and how a trigger for it is written. */
export interface BrokerHarness {
  readonly type: string;
  /** Where the proxy sends what it gets. */
  readonly port: number;
  /** Adds up to `messages` to a queue, which is made when it doesn't exist. */
  fill(queue: string, messages: number): Promise<void>;
  /** Everything a scaler could change: queues, messages, groups, as something to compare. */
  contents(): Promise<unknown>;
  /** A trigger that reaches the broker on `port`, with the right password or another one. */
  input(queue: string, port: number, password?: string): Pick<TriggerInput, 'metadata' | 'auth'>;
  /** What must never show up in an error. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}

export interface Promises {
  /** What a queue that doesn't exist is. */
  readonly missingQueue: 'error' | 'zero';
  /** The most connections that any number of triggers may open; 1 where they all fit through one at a time. */
  readonly connections?: number;
  start(): Promise<BrokerHarness>;
}

const DEADLINE_MS = 4_000;
/** Brokers tell some figures only every few seconds. */
const PATIENCE_MS = 30_000;
const never = new AbortController().signal;

export function describeScaler(name: string, promises: Promises, describeHere: typeof describe = describe): void {
  describeHere(`scaler contract: ${name}`, () => {
    let broker: BrokerHarness;
    let proxy: FaultProxy;
    let pool: SourcePool;
    let scalers: Scaler[];
    const errors: unknown[] = [];

    jest.setTimeout(PATIENCE_MS);
    beforeAll(async () => {
      broker = await promises.start();
    }, 120_000);
    afterAll(async () => {
      await broker?.stop();
    });
    beforeEach(async () => {
      proxy = await startFaultProxy(broker.port);
      pool = createSourcePool({ clock: systemClock, lingerMs: 0 });
      scalers = [];
    });
    afterEach(async () => {
      await Promise.all(scalers.map((scaler) => scaler.close()));
      await pool.close();
      await proxy.close();
    });

    const parse = (queue: string, password?: string): PolledTrigger => {
      const owner = { namespace: 'shop', name: queue };
      const { trigger } = parseTrigger(broker.type, { env: {}, owner, ...broker.input(queue, proxy.port, password) });
      if (trigger.kind !== 'polled') throw new Error('a resource trigger has no scaler');
      return trigger;
    };
    const connect = async (queue: string, password?: string): Promise<Scaler> => {
      const scaler = await parse(queue, password).connect({ clients: pool, clock: systemClock });
      scalers.push(scaler);
      return scaler;
    };
    const read = async (scaler: Scaler): Promise<number> =>
      (await withDeadline(systemClock, never, DEADLINE_MS, 'read', (signal) => scaler.read(signal))).value;
    const failure = async (scaler: Scaler): Promise<SluiceError> => {
      const error: unknown = await read(scaler).then(
        (value) => new Error(`expected a failure, found ${value}`),
        (thrown: unknown) => thrown,
      );
      errors.push(error);
      if (error instanceof SluiceError) return error;
      throw error;
    };

    it.each([0, 1, 12])('tells the true count of %i messages', async (messages) => {
      await broker.fill(`count-${messages}`, messages);
      const scaler = await connect(`count-${messages}`);
      await eventually('the count is right', async () => expect(await read(scaler)).toBe(messages));
    });

    it('sees messages come', async () => {
      await broker.fill('growing', 2);
      const scaler = await connect('growing');
      await eventually('there are two', async () => expect(await read(scaler)).toBe(2));
      await broker.fill('growing', 5);
      await eventually('there are five', async () => expect(await read(scaler)).toBe(5));
    });

    it('reads a queue with spaces, slashes and letters beyond ASCII in its name', async () => {
      const queue = broker.type === 'azure-servicebus' ? 'team/a~b.c' : 'größe/a b%2F?#[x]';
      await broker.fill(queue, 3);
      const scaler = await connect(queue);
      await eventually('there are three', async () => expect(await read(scaler)).toBe(3));
    });

    if (promises.missingQueue === 'zero') {
      it('counts a queue that does not exist as empty', async () => {
        expect(await read(await connect('no-such-queue'))).toBe(0);
      });
    } else {
      it('takes a queue that does not exist for an error, and goes on with the others', async () => {
        await broker.fill('there', 1);
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

    it('consumes and creates nothing', async () => {
      await broker.fill('kept', 7);
      const scaler = await connect('kept');
      await eventually('there are seven', async () => expect(await read(scaler)).toBe(7));
      const missing = await connect('not-made-by-asking');
      const before = await broker.contents();
      for (let i = 0; i < 5; i++) {
        await read(scaler);
        await read(missing).catch((error: unknown) => errors.push(error));
      }
      expect(await broker.contents()).toEqual(before);
    });

    it('shares one connection between the triggers of one broker and identity', async () => {
      const queues = Array.from({ length: 12 }, (_, i) => `shared-${i}`);
      await Promise.all(queues.map((queue, i) => broker.fill(queue, i)));
      const many = await Promise.all(queues.map((queue) => connect(queue)));
      expect(new Set(queues.map((queue) => parse(queue).sourceId)).size).toBe(1);
      expect(parse('one').sourceId).not.toBe(parse('one', 'another').sourceId);
      await eventually('all are right', async () => {
        expect(await Promise.all(many.map(read))).toEqual(queues.map((_, i) => i));
      });
      expect(proxy.accepted()).toBeLessThanOrEqual(promises.connections ?? 1);
    });

    it('fails at once when the connection is refused', async () => {
      await broker.fill('one', 1);
      const scaler = await connect('one');
      await proxy.setMode('refuse');
      expect((await failure(scaler)).code).toBe('SOURCE_UNAVAILABLE');
    });

    it('takes a wrong password for the fault of who owns it', async () => {
      const error = await failure(await connect('one', 'd3finitely-wr0ng'));
      expect(error.code).toBe('AUTH_FAILED');
    });

    it('gives up on a broker that accepts and says nothing', async () => {
      await proxy.setMode('silent');
      const started = performance.now();
      expect((await failure(await connect('one'))).code).toMatch(/SOURCE_(TIMEOUT|UNAVAILABLE)/);
      expect(performance.now() - started).toBeLessThan(DEADLINE_MS + 500);
    });

    it('stops waiting when its signal aborts', async () => {
      const scaler = await connect('one');
      await proxy.setMode('silent');
      const controller = new AbortController();
      const reading = scaler.read(controller.signal);
      controller.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
      await expect(scaler.read(controller.signal)).rejects.toThrow('enough');
    });

    it('recovers from refusal and from silence without being built anew', async () => {
      await broker.fill('back', 4);
      const scaler = await connect('back');
      await eventually('it works', async () => expect(await read(scaler)).toBe(4));
      await proxy.setMode('refuse');
      await failure(scaler);
      await proxy.setMode('pass');
      await eventually('it works again', async () => expect(await read(scaler)).toBe(4));
      await proxy.setMode('silent');
      await failure(scaler);
      await proxy.setMode('pass');
      await eventually('it works once more', async () => expect(await read(scaler)).toBe(4));
    }, 60_000);

    it('grows neither sockets nor heap over a thousand failed polls', async () => {
      const scaler = await connect('one');
      await proxy.setMode('refuse');
      for (let i = 0; i < 50; i++) await failure(scaler);
      errors.length = 0;
      const before = usage();
      for (let i = 0; i < 1_000; i++) await read(scaler).catch(() => {});
      await eventually('what was opened is closed', () => usage().sockets <= before.sockets);
      expect(usage().heapMiB - before.heapMiB).toBeLessThan(8);
    }, 60_000);

    it('leaves no connection behind when it is closed, which may be done twice', async () => {
      await Promise.all([broker.fill('one', 1), broker.fill('two', 2)]);
      const [one, two] = await Promise.all([connect('one'), connect('two')]);
      await Promise.all([read(one).catch(() => {}), read(two).catch(() => {})]);
      await one.close();
      await one.close();
      await eventually('the other still reads', () => read(two));
      await two.close();
      await eventually('the broker sees nobody', () => proxy.connections() === 0);
      expect(pool.size()).toBe(0);
    });

    it('closes while a read waits, and leaves no timer behind', async () => {
      const { timers } = usage();
      const scaler = await connect('one');
      await proxy.setMode('silent');
      const reading = read(scaler);
      const settled = expect(reading).rejects.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await scaler.close();
      await settled;
      await eventually('the broker sees nobody', () => proxy.connections() === 0);
      await eventually('no timer is left', () => usage().timers <= timers, 1_000);
    });

    it('tells no secret in any of these errors', async () => {
      await failure(await connect('one', 'd3finitely-wr0ng'));
      const told = errors.map((error) => inspect(error, { depth: 10, showHidden: true })).join('\n');
      for (const secret of [...broker.secrets, 'd3finitely-wr0ng']) expect(told).not.toContain(secret);
    });
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
