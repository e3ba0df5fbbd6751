// The RabbitMQ scaler against rabbitmq-server over AMQP, and what is the same over the management API.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { RABBIT_NAMES, startRabbitHarness } from '../support/rabbitmq.ts';
import { describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasRabbitMq, 'rabbitmq-server', describe) as typeof describe;

let broker: RabbitBroker;
beforeAll(async () => {
  if (hasRabbitMq) broker = await startRabbitMq();
}, 120_000);
afterAll(async () => {
  if (hasRabbitMq) await broker.stop();
});

describeScaler(
  'rabbitmq over amqp',
  {
    missingQueue: 'error',
    names: RABBIT_NAMES,
    watches: true,
    start: () => startRabbitHarness(broker, 'amqp', 'team%2Fa'),
  },
  describeHere,
);

describeHere('rabbitmq', () => {
  let connection: ChannelModel;
  const login = `${CREDENTIALS.username}:${CREDENTIALS.password}`;
  beforeAll(async () => {
    connection = await connect(`amqp://${login}@127.0.0.1:${broker.port}`);
    const channel = await connection.createConfirmChannel();
    for (const [queue, messages] of [
      ['eu-orders', 4],
      ['us-orders', 7],
      ['orders-old', 5],
    ] as const) {
      await channel.assertQueue(queue);
      for (let i = 0; i < messages; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
    }
    await channel.waitForConfirms();
    const consumer = await connection.createChannel();
    await consumer.prefetch(3);
    await consumer.consume('us-orders', () => {});
  });
  afterAll(() => connection.close());
  const read = async (scheme: 'amqp' | 'http', metadata: Record<string, string>): Promise<number> => {
    const port = scheme === 'amqp' ? broker.port : broker.managementPort;
    return (await readTrigger('rabbitmq', { metadata, auth: { host: `${scheme}://${login}@127.0.0.1:${port}/` } }))
      .value;
  };
  const settles = (metadata: Record<string, string>, value: number) =>
    eventually(`it is ${value}`, async () => expect(await read('http', metadata)).toBe(value), 25_000);

  it('counts waiting messages over amqp, and over http those that consumers hold as well', async () => {
    expect(await read('amqp', { queueName: 'us-orders' })).toBe(4);
    await settles({ queueName: 'us-orders' }, 7);
    await settles({ queueName: 'us-orders', excludeUnacknowledged: 'true' }, 4);
  }, 60_000);

  it.each([
    ['sum', 16],
    ['max', 7],
    ['avg', 5],
  ])(
    'combines the queues that match a pattern by %s, over several pages',
    async (operation, value) => {
      await settles({ queueName: 'orders', useRegex: 'true', operation, pageSize: '1' }, value);
    },
    60_000,
  );

  it('takes a pattern that matches nothing for 0', () => settles({ queueName: '^asia', useRegex: 'true' }, 0), 60_000);

  it.each(['amqp', 'http'] as const)(
    'takes a virtual host that does not exist for an error over %s',
    async (scheme) => {
      await expect(read(scheme, { queueName: 'eu-orders', vhostName: 'nowhere' })).rejects.toMatchObject({
        code: 'SOURCE_NOT_FOUND',
      });
    },
  );

  it('does not speak to a port that speaks another protocol', async () => {
    const wrong = (host: string) => readTrigger('rabbitmq', { metadata: { queueName: 'q' }, auth: { host } });
    await expect(wrong(`http://${login}@127.0.0.1:${broker.port}/`)).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
    await expect(wrong(`amqp://${login}@127.0.0.1:${broker.managementPort}/`)).rejects.toMatchObject({
      code: expect.stringMatching(/^SOURCE_/),
    });
  }, 20_000);
});
