// Messages through the emulator with the unmodified client of Azure, over real sockets.
import type { ServiceBusClient } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Long from 'long';
import { systemClock } from '../../src/async.ts';
import type { ServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';
import { eventually } from '../support/eventually.ts';
import { connectAdmin, connectClient, startEmulator } from '../support/service-bus.ts';

let emulator: ServiceBusEmulator;
let client: ServiceBusClient;

beforeEach(async () => {
  emulator = await startEmulator();
  emulator.createQueue('orders', { maxDeliveryCount: 3 });
  client = connectClient(emulator.connectionString());
});

afterEach(async () => {
  await client.close();
  await emulator.stop();
});

describe('the Service Bus emulator', () => {
  it('go through a queue with their body, properties and times', async () => {
    const sender = client.createSender('orders');
    await sender.sendMessages({
      body: { id: 1, name: 'Zoë ✓' },
      messageId: 'm-1',
      correlationId: 'c-1',
      subject: 'greeting',
      contentType: 'application/json',
      applicationProperties: { traceparent: '00-a-b-01', attempt: 7, urgent: true },
    });
    const receiver = client.createReceiver('orders');
    const [message] = await receiver.receiveMessages(1);
    expect(message).toMatchObject({
      body: { id: 1, name: 'Zoë ✓' },
      messageId: 'm-1',
      correlationId: 'c-1',
      subject: 'greeting',
      contentType: 'application/json',
      applicationProperties: { traceparent: '00-a-b-01', attempt: 7, urgent: true },
      deliveryCount: 0,
      state: 'active',
    });
    expect(String(message!.sequenceNumber)).toBe('1');
    expect(message!.lockedUntilUtc!.getTime()).toBeGreaterThan(message!.enqueuedTimeUtc!.getTime());
    expect(emulator.counts('orders')).toEqual({ active: 1, deadLetter: 0, scheduled: 0 });
    await receiver.completeMessage(message!);
    expect(emulator.counts('orders')).toEqual({ active: 0, deadLetter: 0, scheduled: 0 });
  });

  it('arrive whether they were sent singly, as an array, or as a batch, of any kind of body', async () => {
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 'one' });
    await sender.sendMessages([{ body: 2 }, { body: Buffer.from([3]) }]);
    const batch = await sender.createMessageBatch();
    for (let i = 4; i < 10; i++) expect(batch.tryAddMessage({ body: { i } })).toBe(true);
    await sender.sendMessages(batch);
    await sender.sendMessages({ body: 'x'.repeat(200_000) });
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
    const bodies: unknown[] = [];
    while (bodies.length < 10) {
      bodies.push(...(await receiver.receiveMessages(10, { maxWaitTimeInMs: 1000 })).map((message) => message.body));
    }
    expect(bodies.slice(0, 4)).toEqual(['one', 2, Buffer.from([3]), { i: 4 }]);
    expect(bodies[9]).toHaveLength(200_000);
    expect(emulator.counts('orders')?.active).toBe(0);
  });

  it('come back when abandoned, and go to the dead letters after the last attempt', async () => {
    await client.createSender('orders').sendMessages({ body: 'poison', messageId: 'p' });
    const receiver = client.createReceiver('orders');
    for (const attempt of [0, 1, 2]) {
      const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 1000 });
      expect(message?.deliveryCount).toBe(attempt);
      await receiver.abandonMessage(message!, { lastAttempt: attempt });
    }
    expect(emulator.counts('orders')).toEqual({ active: 0, deadLetter: 1, scheduled: 0 });
    const dead = client.createReceiver('orders', { subQueueType: 'deadLetter' });
    const [message] = await dead.receiveMessages(1, { maxWaitTimeInMs: 1000 });
    expect(message).toMatchObject({
      messageId: 'p',
      deadLetterReason: 'MaxDeliveryCountExceeded',
      applicationProperties: { lastAttempt: 2 },
    });
    await dead.completeMessage(message!);
    expect(emulator.counts('orders')?.deadLetter).toBe(0);
  });

  it('can be dead-lettered with a reason', async () => {
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const [message] = await receiver.receiveMessages(1);
    await receiver.deadLetterMessage(message!, {
      deadLetterReason: 'bad',
      deadLetterErrorDescription: 'no such customer',
    });
    const [dead] = await client.createReceiver('orders', { subQueueType: 'deadLetter' }).receiveMessages(1);
    expect(dead).toMatchObject({ deadLetterReason: 'bad', deadLetterErrorDescription: 'no such customer' });
  });

  it('can be deferred and fetched by number', async () => {
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('orders');
    const [first] = await receiver.receiveMessages(1);
    await receiver.deferMessage(first!);
    const [deferred] = await receiver.receiveDeferredMessages(first!.sequenceNumber!);
    expect(deferred).toMatchObject({ body: 1 });
    await receiver.completeMessage(deferred!);
    expect(emulator.counts('orders')?.active).toBe(1);
  });

  it('can be scheduled, cancelled and peeked', async () => {
    const sender = client.createSender('orders');
    const soon = new Date(systemClock.now() + 400);
    const later = new Date(systemClock.now() + 60_000);
    await sender.sendMessages({ body: 'annotated', scheduledEnqueueTimeUtc: soon });
    const [number] = await sender.scheduleMessages({ body: 'never' }, later);
    expect(emulator.counts('orders')).toEqual({ active: 0, deadLetter: 0, scheduled: 2 });
    const peeked = await client.createReceiver('orders').peekMessages(10, { fromSequenceNumber: Long.ONE });
    expect(peeked.map((message) => [message.body, message.state])).toEqual([
      ['annotated', 'scheduled'],
      ['never', 'scheduled'],
    ]);
    await sender.cancelScheduledMessages(number!);
    const [message] = await client.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(message).toMatchObject({ body: 'annotated', state: 'active' });
    expect(message!.enqueuedTimeUtc!.getTime()).toBeGreaterThanOrEqual(soon.getTime() - 5);
  });

  it('are handled once each by ten competing consumers', async () => {
    const total = 300;
    const sender = client.createSender('orders');
    await sender.sendMessages(Array.from({ length: total }, (_, i) => ({ body: i })));
    const seen: number[] = [];
    const turns = new Set<number>();
    const errors: unknown[] = [];
    const consumers = Array.from({ length: 10 }, (_, consumer) =>
      client.createReceiver('orders').subscribe({
        async processMessage({ body }) {
          turns.add(consumer);
          seen.push(body as number);
          await new Promise((resolve) => setTimeout(resolve, 1));
        },
        async processError({ error }) {
          errors.push(error);
        },
      }),
    );
    await eventually('the queue is empty', () => emulator.counts('orders')?.active === 0);
    await Promise.all(consumers.map((consumer) => consumer.close()));
    expect(errors).toEqual([]);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
    expect(turns.size).toBe(10);
  });

  it('keep their lock as long as it is renewed, and lose it otherwise', async () => {
    emulator.createQueue('short', { lockDurationMs: 400 });
    await client.createSender('short').sendMessages({ body: 1 });
    const receiver = client.createReceiver('short', { maxAutoLockRenewalDurationInMs: 0 });
    const [message] = await receiver.receiveMessages(1);
    const until = await receiver.renewMessageLock(message!);
    expect(until.getTime()).toBeGreaterThan(systemClock.now());
    const [again] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 2000 });
    expect(again).toMatchObject({ body: 1, deliveryCount: 1 });
    await expect(receiver.renewMessageLock(message!)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await receiver.completeMessage(again!);
  });

  it('an empty queue answers a receiver when its time is up', async () => {
    const receiver = client.createReceiver('orders');
    expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 200 })).toEqual([]);
    await client.createSender('orders').sendMessages({ body: 'later' });
    expect(await receiver.receiveMessages(5, { maxWaitTimeInMs: 500 })).toHaveLength(1);
  });

  it('a receiver learns that its queue was deleted', async () => {
    const errors: string[] = [];
    const receiver = client.createReceiver('orders');
    receiver.subscribe({
      async processMessage() {},
      async processError({ error }) {
        errors.push('code' in error ? error.code : error.name);
      },
    });
    await client.createSender('orders').sendMessages({ body: 1 });
    await eventually('the message is handled', () => emulator.counts('orders')?.active === 0);
    await connectAdmin(emulator.connectionString()).deleteQueue('orders');
    await eventually('the receiver is told', () => errors.includes('MessagingEntityNotFound'));
  });
});
