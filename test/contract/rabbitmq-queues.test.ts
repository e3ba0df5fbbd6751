// The RabbitMQ scaler and what there is at a broker: kinds of queues, virtual hosts, many queues, traffic, and passwords that change.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';

const { username, password } = CREDENTIALS;
const authorization = `Basic ${btoa(`${username}:${password}`)}`;
const never = new AbortController().signal;
/** The management plugin tells a new count after five seconds at most, and a rate after some more. */
const PATIENCE_MS = 40_000;

whereInstalled(
  hasRabbitMq,
  'rabbitmq-server',
  describe,
)('RabbitMQ', () => {
  let broker: RabbitBroker;
  let connection: ChannelModel;
  let channel: ConfirmChannel;
  beforeAll(async () => {
    broker = await startRabbitMq();
    connection = await connect(host('amqp'));
    channel = await connection.createConfirmChannel();
  }, 120_000);
  afterAll(async () => {
    await connection?.close();
    await broker?.stop();
  });

  const host = (protocol: 'amqp' | 'http', vhost = '', login = `${username}:${password}`) =>
    `${protocol}://${login}@127.0.0.1:${protocol === 'amqp' ? broker.port : broker.managementPort}/${vhost}`;
  const ask = (protocol: 'amqp' | 'http', metadata: Readonly<Record<string, string>>, vhost?: string) =>
    readTrigger('rabbitmq', { metadata, auth: { host: host(protocol, vhost) } });
  const read = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).value;
  const settles = (value: number, ...asked: Parameters<typeof ask>) =>
    eventually(`it is ${value}`, async () => expect(await read(...asked)).toBe(value), PATIENCE_MS);
  const send = async (queue: string, messages: number, on = channel): Promise<void> => {
    for (let i = 0; i < messages; i++) on.sendToQueue(queue, Buffer.from(String(i)), { persistent: true });
    await on.waitForConfirms();
  };
  async function manage(method: 'PUT' | 'GET', path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`http://127.0.0.1:${broker.managementPort}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the management API answered ${response.status}`);
    return response;
  }

  it.each(['classic', 'quorum', 'stream'] as const)(
    'counts the messages of a %s queue',
    async (kind) => {
      const queue = `kind-${kind}`;
      await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': kind } });
      await send(queue, 6);
      await settles(6, 'http', { queueName: queue });
      await settles(6, 'amqp', { queueName: queue });
    },
    PATIENCE_MS,
  );

  it.each(['team/a', 'größe 100%', '队列/#1?'])(
    'enters the virtual host %s however it is written',
    async (vhost) => {
      const encoded = encodeURIComponent(vhost);
      await manage('PUT', `vhosts/${encoded}`);
      await manage('PUT', `permissions/${encoded}/${username}`, { configure: '.*', write: '.*', read: '.*' });
      const there = await connect(host('amqp', encoded));
      const theirs = await there.createConfirmChannel();
      await theirs.assertQueue('jobs');
      await send('jobs', 2, theirs);
      await there.close();
      for (const protocol of ['amqp', 'http'] as const) {
        await settles(2, protocol, { queueName: 'jobs' }, encoded);
        await settles(2, protocol, { queueName: 'jobs', vhostName: vhost });
        await settles(2, protocol, { queueName: 'jobs', vhostName: vhost }, 'team%2Fb');
      }
      await settles(2, 'http', { queueName: '^jo', useRegex: 'true' }, encoded);
    },
    PATIENCE_MS,
  );

  it.each(['', '/', '%2F', '%2f'])(
    'enters the virtual host / by the path /%s',
    async (path) => {
      await channel.assertQueue('default');
      await channel.purgeQueue('default');
      await send('default', 3);
      for (const protocol of ['amqp', 'http'] as const) await settles(3, protocol, { queueName: 'default' }, path);
    },
    PATIENCE_MS,
  );

  it(
    'goes through all pages of a pattern, however large a page is asked for',
    async () => {
      await Promise.all(Array.from({ length: 120 }, (_, i) => channel.assertQueue(`page/${i}`)));
      for (let i = 0; i < 120; i++) channel.sendToQueue(`page/${i}`, Buffer.from('x'));
      await channel.waitForConfirms();
      const pattern = { queueName: '^page/[0-9]+$', useRegex: 'true' };
      await settles(120, 'http', { ...pattern, pageSize: '7' });
      await settles(120, 'http', pattern);
      await settles(120, 'http', { ...pattern, pageSize: '100000' });
      await settles(1, 'http', { ...pattern, operation: 'max' });
    },
    PATIENCE_MS,
  );

  it('says which parameter is wrong when the broker does not take the pattern', async () => {
    await expect(read('http', { queueName: '(', useRegex: 'true' })).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringContaining('queueName'),
    });
  });

  it(
    'tells each mode by the traffic there is',
    async () => {
      await Promise.all(['busy', 'stuck'].map((queue) => channel.assertQueue(queue)));
      await channel.consume('busy', (message) => message && channel.ack(message));
      const traffic = setInterval(() => {
        for (const queue of ['busy', 'stuck'])
          for (let i = 0; i < 10; i++) channel.sendToQueue(queue, Buffer.from('x'));
      }, 250);
      const measure = (queueName: string, mode: string) =>
        ask('http', { queueName, mode, value: '5', activationValue: '3' });
      try {
        await eventually(
          'forty messages a second come and go',
          async () => {
            const [came, went, ratio, time] = await Promise.all(
              ['MessageRate', 'DeliverGetRate', 'PublishedToDeliveredRatio', 'ExpectedQueueConsumptionTime'].map(
                (mode) => measure('busy', mode),
              ),
            );
            for (const rate of [came, went]) {
              expect(Math.abs((rate?.value ?? 0) - 40)).toBeLessThan(10);
              expect(rate?.active).toBe(true);
            }
            expect(Math.abs((ratio?.value ?? 0) - 1)).toBeLessThan(0.3);
            expect(ratio?.active).toBe(false);
            expect(Math.abs(time?.value ?? 9)).toBeLessThan(1);
            expect(time?.active).toBe(false);
          },
          PATIENCE_MS,
        );
        await eventually('the other queue has a rate, too', async () => {
          expect((await measure('stuck', 'MessageRate')).value).toBeGreaterThan(25);
        });
        expect(await measure('stuck', 'DeliverGetRate')).toEqual({ value: 0, active: false });
        // Nobody takes what comes: what can't be divided is at its threshold, and active.
        expect(await measure('stuck', 'PublishedToDeliveredRatio')).toEqual({ value: 3, active: true });
        expect(await measure('stuck', 'ExpectedQueueConsumptionTime')).toEqual({ value: 3, active: true });
      } finally {
        clearInterval(traffic);
      }
    },
    2 * PATIENCE_MS,
  );

  it.each(['amqp', 'http'] as const)(
    'is another source with another password over %s',
    async (protocol) => {
      const user = `clerk-${protocol}`;
      const be = async (secret: string) => {
        await manage('PUT', `users/${user}`, { password: secret, tags: 'management' });
        await manage('PUT', `permissions/%2F/${user}`, { configure: '', write: '', read: '.*' });
      };
      await channel.assertQueue('rotated');
      const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
      const open = (secret: string) =>
        polled('rabbitmq', {
          metadata: { queueName: 'rotated' },
          auth: { host: host(protocol, '', `${user}:${secret}`) },
        }).connect({ clients, clock: systemClock });
      await be('first');
      const before = await open('first');
      await eventually('it is let in', () => before.read(never).then(() => true), PATIENCE_MS);
      await be('second');
      const after = await open('second');
      expect(clients.size()).toBe(2);
      expect(await after.read(never)).toMatchObject({ value: 0 });
      await before.close();
      await eventually('its connection is closed', () => clients.size() === 1);
      const late = await open('first');
      await expect(late.read(never)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
      await Promise.all([after.close(), late.close()]);
      await clients.close();
    },
    PATIENCE_MS,
  );

  it(
    'needs no more than the permission that its page names',
    async () => {
      await channel.assertQueue('guarded');
      await manage('PUT', 'users/reader', { password: 'pw', tags: 'management' });
      await manage('PUT', 'users/plain', { password: 'pw', tags: '' });
      for (const user of ['reader', 'plain']) {
        await manage('PUT', `permissions/%2F/${user}`, { configure: '^$', write: '^$', read: '^$' });
      }
      const as = (protocol: 'amqp' | 'http', user: string) =>
        readTrigger('rabbitmq', {
          metadata: { queueName: 'guarded' },
          auth: { host: host(protocol, '', `${user}:pw`) },
        });
      expect((await as('amqp', 'plain')).value).toBe(0);
      await eventually('it is known', async () => expect((await as('http', 'reader')).value).toBe(0), PATIENCE_MS);
      await expect(as('http', 'plain')).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    },
    PATIENCE_MS,
  );
});
