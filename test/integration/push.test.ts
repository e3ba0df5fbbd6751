// Polled every half minute, and awake in a moment: brokers that say when there is work, and an object that does not want to hear it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelModel, connect } from 'amqplib';
import { Redis } from 'ioredis';
import { scaledObjects } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import {
  type Broker,
  CREDENTIALS,
  hasRabbitMq,
  hasRedis,
  startRabbitMq,
  startRedis,
  whereInstalled,
} from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

/** Far less than the time to the next poll. */
const AT_ONCE_MS = 5_000;
const POLL_S = 30;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** A Secret and a TriggerAuthentication of one name, with one parameter for each key. */
const access = (name: string, parameters: Readonly<Record<string, string>>): readonly KubeObject[] => [
  aSecret(name, parameters),
  {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name },
    spec: { secretTargetRef: Object.keys(parameters).map((key) => ({ parameter: key, name, key })) },
  } as KubeObject,
];

async function apply(
  name: string,
  trigger: { type: string; metadata: Record<string, string>; authenticationRef: { name: string } },
  sluice: { push?: boolean } = {},
): Promise<void> {
  const advanced = { sluice };
  await world.apply(...aScaledWorker(name, { spec: { pollingInterval: POLL_S, advanced, triggers: [trigger] } }));
  await eventually('it is in order', async () => (await world.condition(name, 'Ready')).status === 'True');
}

const isAtSize = (name: string, replicas: number) => async () => (await world.replicas(name)) === replicas;

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a worker that is pushed by Redis', () => {
  let broker: Broker;
  let redis: Redis;
  beforeAll(async () => {
    broker = await startRedis(['notify-keyspace-events Kl']);
    redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
    await world.apply(...access('redis', CREDENTIALS));
  });
  afterAll(async () => {
    redis.disconnect();
    await broker.stop();
  });
  const trigger = (listName: string) => ({
    type: 'redis',
    metadata: { address: `127.0.0.1:${broker.port}`, listName, listLength: '5' },
    authenticationRef: { name: 'redis' },
  });

  it('wakes at once, and sleeps again when all is done', async () => {
    await apply('pushed', trigger('pushed'));
    await redis.rpush('pushed', ...Array.from({ length: 20 }, String));
    await eventually('it is awake', isAtSize('pushed', 4), AT_ONCE_MS);
    await redis.del('pushed');
    await eventually('it sleeps', isAtSize('pushed', 0), 30_000);
  });

  it('does not listen when the object wants no push, and does when it wants it after all', async () => {
    const listeners = async () => ((await redis.call('PUBSUB', 'NUMSUB', '__keyspace@0__:quiet')) as unknown[])[1];
    await apply('quiet', trigger('quiet'), { push: false });
    expect(await listeners()).toBe(0);
    await world.change(scaledObjects, 'quiet', { spec: { advanced: { sluice: { push: true } } } });
    await eventually('it listens', async () => (await listeners()) === 1);
    await world.change(scaledObjects, 'quiet', { spec: { advanced: { sluice: { push: false } } } });
    await eventually('it does not listen any more', async () => (await listeners()) === 0);
  });

  it('goes on by polls and by push when the broker comes back', async () => {
    await apply('back', trigger('back'));
    const clients = String(await redis.client('LIST'));
    const listening = clients.split('\n').find((line) => / sub=[1-9]/.test(line));
    await redis.client('KILL', 'ID', Number(/^id=(\d+)/.exec(listening ?? '')?.[1]));
    await redis.rpush('back', 1);
    await eventually('it is awake', isAtSize('back', 1), AT_ONCE_MS);
  });
});

whereInstalled(
  hasRabbitMq,
  'rabbitmq-server',
  describe,
)('a worker that is woken by quick looks at RabbitMQ', () => {
  let broker: Broker;
  let connection: ChannelModel;
  let host = '';
  beforeAll(async () => {
    broker = await startRabbitMq();
    host = `amqp://${CREDENTIALS.username}:${CREDENTIALS.password}@127.0.0.1:${broker.port}`;
    connection = await connect(host);
    await world.apply(...access('rabbitmq', { host }));
  }, 120_000);
  afterAll(async () => {
    await connection.close();
    await broker.stop();
  });

  it('wakes at once, and sleeps again when all is done', async () => {
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('orders');
    await apply('orders', {
      type: 'rabbitmq',
      metadata: { queueName: 'orders', mode: 'QueueLength', value: '5' },
      authenticationRef: { name: 'rabbitmq' },
    });
    for (let i = 0; i < 20; i++) channel.sendToQueue('orders', Buffer.from(String(i)));
    await channel.waitForConfirms();
    await eventually('it is awake', isAtSize('orders', 4), AT_ONCE_MS);
    await channel.purgeQueue('orders');
    await eventually('it sleeps', isAtSize('orders', 0), 30_000);
  });
});
