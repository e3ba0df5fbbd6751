// What a Redis stream tells in seconds: the age of the oldest entry that waits, and how long the rest will take.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Clock } from '../../src/async.ts';
import type { Reading, ScaleOn } from '../../src/scalers/scaler.ts';
import { createSourcePool, type SourcePool } from '../../src/scalers/sources.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { createFakeClock } from '../support/clock.ts';
import { polled } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasRedis, 'redis-server', describe) as typeof describe;
const never = new AbortController().signal;
const LAG = { consumerGroup: 'billing', lagCount: '5' };
const PENDING = { consumerGroup: 'billing' };

describeHere('redis-streams in seconds', () => {
  let broker: Broker;
  let redis: Redis;
  let clients: SourcePool;
  const clock = createFakeClock();
  beforeAll(async () => {
    broker = await startRedis();
    redis = new Redis({ port: broker.port, ...CREDENTIALS });
    clients = createSourcePool({ clock, lingerMs: 0 });
  });
  afterAll(async () => {
    await clients.close();
    await redis.quit();
    await broker.stop();
  });

  const trigger = (stream: string, scaleOn: ScaleOn, metadata: Record<string, string>) =>
    polled('redis-streams', {
      metadata: { address: `127.0.0.1:${broker.port}`, stream, ...metadata },
      auth: CREDENTIALS,
      scaleOn,
    });
  async function reader(...written: Parameters<typeof trigger>): Promise<() => Promise<Reading>> {
    const scaler = await trigger(...written).connect({ clients, clock: clock as Clock });
    return () => scaler.read(never);
  }
  const secondsAgo = async (seconds: number): Promise<string> => {
    const [now = 0] = (await redis.time()).map(Number);
    return `${(now - seconds) * 1_000}-0`;
  };

  describe('oldestAge', () => {
    const age = { measure: 'oldestAge', targetSeconds: 60 } as const;

    it('is that of the oldest entry which the depth counts, by the server’s clock', async () => {
      await redis.xadd('orders', await secondsAgo(300), 'n', 1);
      await redis.xadd('orders', await secondsAgo(100), 'n', 2);
      await redis.xadd('orders', await secondsAgo(20), 'n', 3);
      const [length, lag, pending] = await Promise.all(
        [{}, LAG, PENDING].map((metadata) => reader('orders', age, metadata)),
      );
      const near = (seconds: number) => ({ value: expect.closeTo(seconds, -1), active: true });
      expect(await length?.()).toEqual(near(300));
      expect(await lag?.()).toEqual(near(300));
      await expect(pending?.()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });

      await redis.xgroup('CREATE', 'orders', 'billing', '0');
      await redis.xreadgroup('GROUP', 'billing', 'one', 'COUNT', 1, 'STREAMS', 'orders', '>');
      expect(await lag?.()).toEqual(near(100));
      expect(await pending?.()).toEqual(near(300));
    });

    it('is 0 when nothing waits', async () => {
      const nothing = { value: 0, active: false };
      expect(await (await reader('nowhere', age, {}))()).toEqual(nothing);
      expect(await (await reader('nowhere', age, LAG))()).toEqual(nothing);
      await redis.xgroup('CREATE', 'idle', 'billing', '0', 'MKSTREAM');
      expect(await (await reader('idle', age, LAG))()).toEqual(nothing);
      expect(await (await reader('idle', age, PENDING))()).toEqual(nothing);
    });
  });

  describe('drainTime', () => {
    const drain = { measure: 'drainTime', targetSeconds: 60 } as const;

    it('holds the size until a rate is known, and then tells how long the rest takes', async () => {
      await redis.xgroup('CREATE', 'jobs', 'billing', '0', 'MKSTREAM');
      for (let i = 0; i < 100; i++) await redis.xadd('jobs', '*', 'n', i);
      const [lag, pending] = await Promise.all([LAG, PENDING].map((metadata) => reader('jobs', drain, metadata)));
      expect(await lag?.()).toEqual({ value: 60, active: true });
      expect(await pending?.()).toEqual({ value: 0, active: false });
      await redis.xreadgroup('GROUP', 'billing', 'one', 'COUNT', 20, 'STREAMS', 'jobs', '>');
      await clock.advance(10_000);
      // 20 were given out in ten seconds, and 80 are left.
      expect(await lag?.()).toEqual({ value: 40, active: true });
      expect(await pending?.()).toEqual({ value: 60, active: true });
    });

    it('counts what leaves a stream without a group', async () => {
      for (let i = 0; i < 100; i++) await redis.xadd('log', '*', 'n', i);
      const read = await reader('log', drain, {});
      await read();
      await redis.xtrim('log', 'MAXLEN', 50);
      await clock.advance(10_000);
      expect(await read()).toEqual({ value: 10, active: true });
    });
  });

  it('names the metric by what it tells, and compares it as a whole', () => {
    expect(trigger('orders', { measure: 'oldestAge', targetSeconds: 60 }, LAG).metric).toEqual({
      name: 'redis-streams-orders-oldest-age',
      target: 60,
      type: 'Value',
      activation: 0,
    });
  });
});
