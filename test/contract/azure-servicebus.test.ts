// The Service Bus scaler against the emulator that Azure's own client is held to, filled through that client.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { polled } from '../support/written-trigger.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { connectAdmin, connectClient, startEmulator } from '../support/service-bus.ts';
import { describeScaler } from './scaler-contract.ts';

describeScaler('azure-servicebus', {
  missingQueue: 'error',
  speaks: 'http',
  // All that Azure allows: letters, digits, `.`, `-`, `_`, `/` and `~`, and 260 of them.
  names: ['team/a~b.c', `Long_${'n'.repeat(255)}`],
  without: {
    tls: "the trigger takes no authority of its own: Azure's certificates are the system's",
    restart: 'the emulator keeps nothing, and chooses its port at every start',
  },
  async start() {
    const emulator = await startEmulator();
    const right = emulator.connectionString();
    const key = /SharedAccessKey=([^;]+)/.exec(right)?.[1] ?? '';
    const client = connectClient(right);
    const admin = connectAdmin(right);
    return {
      type: 'azure-servicebus',
      port: emulator.port,
      secrets: [key],
      async fill(queue, messages) {
        if (!emulator.counts(queue)) emulator.createQueue(queue);
        const sender = client.createSender(queue);
        const active = emulator.counts(queue)?.active ?? 0;
        for (let i = active; i < messages; i += 1_000) {
          await sender.sendMessages(Array.from({ length: Math.min(1_000, messages - i) }, (_, n) => ({ body: n })));
        }
        await sender.close();
      },
      async contents() {
        const found: unknown[] = [];
        for await (const { name, totalMessageCount, activeMessageCount } of admin.listQueuesRuntimeProperties()) {
          found.push({ name, totalMessageCount, activeMessageCount });
        }
        return found;
      },
      input: (queueName, port, password = key) => ({
        metadata: { queueName },
        auth: {
          connection: right.replace(`localhost:${emulator.port}`, `localhost:${port}`).replace(key, password),
        },
      }),
      async stop() {
        await client.close();
        await emulator.stop();
      },
    };
  },
});

describe('azure-servicebus', () => {
  let emulator: ServiceBusEmulator;
  beforeAll(async () => {
    emulator = await startEmulator();
    const client = connectClient(emulator.connectionString());
    emulator.createTopic('events');
    const send = async (to: string, messages: number): Promise<void> => {
      const sender = client.createSender(to);
      for (let i = 0; i < messages; i++) await sender.sendMessages({ body: i });
      await sender.close();
    };
    emulator.createSubscription('events', 'mail');
    await send('events', 2);
    emulator.createSubscription('events', 'sms');
    await send('events', 3);
    for (const [queue, messages] of [
      ['eu-orders', 4],
      ['us-orders', 7],
      ['eu-orders-old', 5],
    ] as const) {
      emulator.createQueue(queue);
      await send(queue, messages);
    }
    const sender = client.createSender('eu-orders');
    await sender.scheduleMessages({ body: 'later' }, new Date(Date.now() + 3_600_000));
    const receiver = client.createReceiver('us-orders');
    const [dead] = await receiver.receiveMessages(1);
    if (dead) await receiver.deadLetterMessage(dead);
    await client.close();
  });
  afterAll(() => emulator.stop());
  const read = async (metadata: Record<string, string>): Promise<number> =>
    (await readTrigger('azure-servicebus', { metadata, auth: { connection: emulator.connectionString() } })).value;

  it('counts active messages only, as the official client does', async () => {
    const admin = connectAdmin(emulator.connectionString());
    expect(await read({ queueName: 'eu-orders' })).toBe(4);
    expect(await read({ queueName: 'US-Orders' })).toBe(6);
    for await (const { name, activeMessageCount } of admin.listQueuesRuntimeProperties()) {
      expect(await read({ queueName: name })).toBe(activeMessageCount);
    }
  });

  it('measures a subscription of a topic', async () => {
    expect(await read({ topicName: 'events', subscriptionName: 'mail' })).toBe(5);
    expect(await read({ topicName: 'events', subscriptionName: 'sms' })).toBe(3);
    await expect(read({ topicName: 'events', subscriptionName: 'fax' })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
    await expect(read({ topicName: 'none', subscriptionName: 'fax' })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
    });
  });

  it.each([
    ['sum', 10],
    ['max', 6],
    ['avg', 5],
  ])('combines the queues whose whole name matches by %s', async (operation, expected) => {
    expect(await read({ queueName: '(eu|us)-orders', useRegex: 'true', operation })).toBe(expected);
  });

  it('takes a pattern that matches nothing for 0', async () => {
    expect(await read({ queueName: 'asia', useRegex: 'true', operation: 'max' })).toBe(0);
    expect(await read({ topicName: 'events', subscriptionName: '.*s', useRegex: 'true' })).toBe(3);
  });

  it('takes a topic that does not exist for an error, whatever the pattern of its subscriptions', async () => {
    const pattern = { subscriptionName: '.*', useRegex: 'true' };
    await expect(read({ topicName: 'none', ...pattern })).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('there is no topic "none"'),
    });
    emulator.createTopic('unheard');
    expect(await read({ topicName: 'unheard', ...pattern })).toBe(0);
  });

  it('does not take a topic for an empty queue', async () => {
    await expect(read({ queueName: 'events' })).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining('expected "events" to be a queue, found a topic'),
    });
  });

  it('leaves a busy namespace alone under whatever right it is asked, and no other namespace', async () => {
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const connectTo = async ({ connectionString }: ServiceBusEmulator, more = '') => {
      const written = { metadata: { queueName: 'eu-orders' }, auth: { connection: `${connectionString()}${more}` } };
      return polled('azure-servicebus', written).connect({ clients, clock: systemClock });
    };
    const other = await startEmulator();
    other.createQueue('eu-orders');
    const scalers = await Promise.all([
      connectTo(emulator),
      connectTo(emulator, ';EntityPath=eu-orders'),
      connectTo(other),
    ]);
    const read = async (index: number) => scalers[index]?.read(new AbortController().signal);
    emulator.setFault({ type: 'status', status: 429, retryAfterSeconds: 60 });
    await expect(read(0)).rejects.toMatchObject({ code: 'SOURCE_THROTTLED' });
    emulator.setFault(undefined);
    await expect(read(1)).rejects.toMatchObject({ code: 'SOURCE_THROTTLED' });
    expect(await read(2)).toEqual({ value: 0 });
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
    await other.stop();
  });

  it('tells a server that answers rubbish, and one that is busy', async () => {
    emulator.setFault({ type: 'rubbish' });
    await expect(read({ queueName: 'eu-orders' })).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
    emulator.setFault({ type: 'status', status: 429, retryAfterSeconds: 7 });
    await expect(read({ queueName: 'eu-orders' })).rejects.toMatchObject({
      code: 'SOURCE_THROTTLED',
      retryAfterMs: 7_000,
    });
    emulator.setFault(undefined);
    expect(await read({ queueName: 'eu-orders' })).toBe(4);
  });
});
