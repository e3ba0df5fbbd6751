// What RabbitMQ's management API tells in seconds: the age of the oldest message, and how long the rest will take.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { systemClock } from '../../src/async.ts';
import type { Reading, ScaleOn } from '../../src/scalers/scaler.ts';
import { createSourcePool, type SourcePool } from '../../src/scalers/sources.ts';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { polled } from '../support/written-trigger.ts';

const describeHere = whereInstalled(hasRabbitMq, 'rabbitmq-server', describe) as typeof describe;
const never = new AbortController().signal;
/** The management plugin tells a new count after five seconds at most. */
const PATIENCE_MS = 40_000;
const age = { measure: 'oldestAge', targetSeconds: 60 } as const;
const drain = { measure: 'drainTime', targetSeconds: 1_000 } as const;

describeHere('rabbitmq in seconds', () => {
  let broker: RabbitBroker;
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  let clients: SourcePool;
  const login = `${CREDENTIALS.username}:${CREDENTIALS.password}`;
  beforeAll(async () => {
    broker = await startRabbitMq();
    connection = await connect(`amqp://${login}@127.0.0.1:${broker.port}`);
    channel = await connection.createConfirmChannel();
    clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  }, 120_000);
  afterAll(async () => {
    await clients?.close();
    await connection?.close();
    await broker?.stop();
  });

  async function send(queue: string, agesSeconds: readonly number[]): Promise<void> {
    await channel.assertQueue(queue);
    const now = Math.floor(Date.now() / 1_000);
    for (const seconds of agesSeconds) {
      channel.sendToQueue(queue, Buffer.from('x'), { timestamp: now - seconds });
    }
    await channel.waitForConfirms();
  }
  async function reader(scaleOn: ScaleOn, metadata: Record<string, string>): Promise<() => Promise<Reading>> {
    const host = `http://${login}@127.0.0.1:${broker.managementPort}/`;
    const scaler = await polled('rabbitmq', { metadata, auth: { host }, scaleOn }).connect({
      clients,
      clock: systemClock,
    });
    return () => scaler.read(never);
  }
  const settles = (why: string, read: () => Promise<Reading>, reading: unknown) =>
    eventually(why, async () => expect(await read()).toEqual(reading), PATIENCE_MS);
  const near = (seconds: number) => ({ value: expect.closeTo(seconds, -2), active: true });

  it(
    'is the age of the oldest message of all queues, held ones included, by the publisher’s clock',
    async () => {
      await send('orders-eu', [3_000, 1_000]);
      await send('orders-us', [5_000]);
      const eu = await reader(age, { queueName: 'orders-eu' });
      await settles('it is told', eu, near(3_000));
      await settles('the oldest is found', await reader(age, { queueName: '^orders-', useRegex: 'true' }), near(5_000));
      const consumer = await connection.createChannel();
      await consumer.prefetch(2);
      await consumer.consume('orders-eu', () => {});
      const waiting = await reader(age, { queueName: 'orders-eu', excludeUnacknowledged: 'true' });
      await settles('nothing waits when all is held', waiting, { value: 0, active: false });
      expect(await eu()).toEqual(near(3_000));
      await consumer.close();
    },
    2 * PATIENCE_MS,
  );

  it(
    'is 0 for an empty queue, and an error for messages that do not tell their time',
    async () => {
      await channel.assertQueue('silent');
      await channel.assertQueue('quorum', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      const [silent, quorum] = await Promise.all(['silent', 'quorum'].map((queueName) => reader(age, { queueName })));
      if (!silent || !quorum) throw new Error('unreachable');
      for (const read of [silent, quorum]) await settles('it is empty', read, { value: 0, active: false });
      channel.sendToQueue('silent', Buffer.from('x'));
      channel.sendToQueue('quorum', Buffer.from('x'), { timestamp: Math.floor(Date.now() / 1_000) });
      await channel.waitForConfirms();
      for (const read of [silent, quorum]) {
        await eventually(
          'it is seen',
          () =>
            expect(read()).rejects.toMatchObject({
              code: 'SOURCE_ANSWER',
              message: expect.stringContaining('publishers must set the property timestamp'),
            }),
          PATIENCE_MS,
        );
      }
    },
    2 * PATIENCE_MS,
  );

  it(
    'holds the size until a rate is known, and then tells how long the rest takes',
    async () => {
      await send('jobs', Array(500).fill(0));
      const reads = await Promise.all([
        reader(drain, { queueName: 'jobs' }),
        reader(drain, { queueName: 'jobs', excludeUnacknowledged: 'true' }),
      ]);
      for (const read of reads) await settles('messages are there', read, { value: 1_000, active: true });
      const consumer = await connection.createChannel();
      await consumer.prefetch(1);
      // Ten in a second.
      await consumer.consume('jobs', (message) => message && setTimeout(() => consumer.ack(message), 100).unref());
      for (const read of reads) {
        await eventually(
          'the rate is known',
          async () => {
            const { value, active } = await read();
            expect(active).toBe(true);
            // Some hundred messages at ten a second; the first rates come from an interval that began before the consumer.
            expect(value).toBeGreaterThan(10);
            expect(value).toBeLessThan(200);
          },
          PATIENCE_MS,
        );
      }
      await channel.purgeQueue('jobs');
      for (const read of reads) await settles('nothing is left', read, { value: 0, active: false });
      await consumer.close();
    },
    3 * PATIENCE_MS,
  );
});
