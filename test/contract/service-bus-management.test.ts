// The emulator's management API, topics and faults with the unmodified client of Azure.
import { get } from 'node:https';
import type { ServiceBusClient } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { silentLogger } from '../../src/log.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { type ServiceBusEmulator, startServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';
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

describe('topics', () => {
  it('copy each message to every subscription whose rules take it', async () => {
    emulator.createTopic('events');
    emulator.createSubscription('events', 'all');
    emulator.createSubscription('events', 'paid');
    const admin = connectAdmin(emulator.connectionString());
    await admin.deleteRule('events', 'paid', '$Default');
    await admin.createRule('events', 'paid', 'onlyPaid', { subject: 'paid', applicationProperties: { region: 'eu' } });
    const sender = client.createSender('events');
    await sender.sendMessages([
      { body: 1, subject: 'paid', applicationProperties: { region: 'eu' } },
      { body: 2, subject: 'paid', applicationProperties: { region: 'us' } },
      { body: 3 },
    ]);
    expect(emulator.counts('events/Subscriptions/all')?.active).toBe(3);
    expect(emulator.counts('events/Subscriptions/paid')?.active).toBe(1);
    const [message] = await client.createReceiver('events', 'paid').receiveMessages(1);
    expect(message?.body).toBe(1);
    const names: string[] = [];
    for await (const rule of admin.listRules('events', 'paid')) names.push(rule.name);
    expect(names).toEqual(['onlyPaid']);
  });
});

describe('management', () => {
  it('creates, reads, changes, counts and deletes entities', async () => {
    const admin = connectAdmin(emulator.connectionString());
    await admin.createQueue('Made-Here', { lockDuration: 'PT30S', maxDeliveryCount: 4, userMetadata: '<&"ü>' });
    const queue = await admin.getQueue('made-here');
    expect(queue).toMatchObject({
      name: 'Made-Here',
      lockDuration: 'PT30S',
      maxDeliveryCount: 4,
      userMetadata: '<&"ü>',
    });
    await admin.updateQueue({ ...queue, maxDeliveryCount: 5 });
    expect((await admin.getQueue('made-here')).maxDeliveryCount).toBe(5);
    await expect(admin.createQueue('made-here')).rejects.toMatchObject({ code: 'MessageEntityAlreadyExistsError' });
    await client.createSender('made-here').sendMessages([{ body: 1 }, { body: 2 }]);
    expect(await admin.getQueueRuntimeProperties('made-here')).toMatchObject({
      name: 'Made-Here',
      totalMessageCount: 2,
      activeMessageCount: 2,
      deadLetterMessageCount: 0,
      scheduledMessageCount: 0,
    });
    await admin.deleteQueue('made-here');
    await expect(admin.deleteQueue('made-here')).rejects.toMatchObject({ code: 'MessageEntityNotFoundError' });
    await admin.createTopic('events');
    await admin.createSubscription('events', 'audit');
    expect(await admin.getSubscriptionRuntimeProperties('events', 'audit')).toMatchObject({
      topicName: 'events',
      subscriptionName: 'audit',
      activeMessageCount: 0,
    });
    expect(await admin.getTopicRuntimeProperties('events')).toMatchObject({ subscriptionCount: 1 });
    expect(await admin.getNamespaceProperties()).toMatchObject({ messagingSku: 'Standard' });
  });

  it('lists in pages of at most 100', async () => {
    for (let i = 0; i < 250; i++) emulator.createQueue(`q${i}`);
    const pages: number[] = [];
    for await (const page of connectAdmin(emulator.connectionString())
      .listQueuesRuntimeProperties()
      .byPage({ maxPageSize: 500 })) {
      pages.push(page.length);
    }
    expect(pages).toEqual([100, 100, 51]);
  });

  it('says that an entity is missing as the service does', async () => {
    await expect(connectAdmin(emulator.connectionString()).getQueueRuntimeProperties('nope')).rejects.toMatchObject({
      code: 'MessageEntityNotFoundError',
    });
    await expect(client.createSender('nope').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'MessagingEntityNotFound',
    });
    await expect(client.createReceiver('nope').receiveMessages(1)).rejects.toMatchObject({
      code: 'MessagingEntityNotFound',
    });
  });

  it('refuses what it does not support by name', async () => {
    await expect(
      connectAdmin(emulator.connectionString()).createQueue('dup', { requiresDuplicateDetection: true }),
    ).rejects.toThrow('The emulator does not support RequiresDuplicateDetection.');
    emulator.createTopic('t');
    emulator.createSubscription('t', 's');
    await expect(
      connectAdmin(emulator.connectionString()).createRule('t', 's', 'sql', { sqlExpression: "colour = 'red'" }),
    ).rejects.toThrow('CorrelationFilter');
  });
});

describe('faults', () => {
  const wrongKey = (): string =>
    emulator.connectionString().replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=bm90IHRoZSBrZXk=');

  it('refuses a wrong key on both protocols', async () => {
    await expect(connectAdmin(wrongKey()).getQueueRuntimeProperties('orders')).rejects.toMatchObject({
      code: 'UnauthorizedRequestError',
    });
    const stranger = connectClient(wrongKey());
    await expect(stranger.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'UnauthorizedAccess',
    });
    await stranger.close();
  });

  it('takes a new key at once, and the old one no more', async () => {
    const before = connectAdmin(emulator.connectionString());
    await before.getQueue('orders');
    emulator.setKey('bmV3IGtleQ==');
    await expect(before.getQueue('orders')).rejects.toMatchObject({ code: 'UnauthorizedRequestError' });
    await connectAdmin(emulator.connectionString()).getQueue('orders');
  });

  it('throttles, answers rubbish, hangs and refuses on demand, and recovers', async () => {
    const admin = connectAdmin(emulator.connectionString());
    emulator.setFault({ type: 'status', status: 429, retryAfterSeconds: 2 });
    await expect(admin.getQueue('orders')).rejects.toMatchObject({ statusCode: 429 });
    await expect(client.createSender('orders').sendMessages({ body: 1 })).rejects.toMatchObject({
      code: 'ServiceBusy',
    });
    emulator.setFault({ type: 'rubbish' });
    await expect(admin.getQueue('orders')).rejects.toThrow();
    emulator.setFault({ type: 'refuse' });
    await expect(admin.getQueue('orders')).rejects.toThrow();
    emulator.setFault({ type: 'hang' });
    await expect(admin.getQueue('orders', { abortSignal: AbortSignal.timeout(300) })).rejects.toThrow();
    emulator.setFault(undefined);
    expect(await admin.getQueue('orders')).toMatchObject({ name: 'orders' });
  });
});

describe('TLS', () => {
  it('is taken on the same port when there is a certificate', async () => {
    const now = systemClock.now();
    const authority = await createAuthority({ commonName: 'test authority', now, days: 1 });
    const certificate = await issueCertificate(authority, {
      commonName: 'localhost',
      dnsNames: ['localhost'],
      usages: ['server'],
      now,
      days: 1,
    });
    const secured = await startServiceBusEmulator({
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      certificate,
    });
    const status = await new Promise((resolve, reject) => {
      get({ host: 'localhost', port: secured.port, path: '/orders', ca: authority.certPem, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).once('error', reject);
    });
    expect(status).toBe(401);
    await secured.stop();
  });
});
