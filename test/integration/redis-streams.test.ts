// A worker on a Redis stream, by lag and by pending entries: from zero before there is a group, awake while entries are worked on, and back.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { KubeObject } from '../../src/kube/client.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a worker on a Redis stream', () => {
  let world: World;
  let broker: Broker;
  let redis: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
    world = await startWorld();
    const parameters = ['username', 'password'];
    await world.apply(aSecret('redis', CREDENTIALS), {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'redis' },
      spec: { secretTargetRef: parameters.map((parameter) => ({ parameter, name: 'redis', key: parameter })) },
    } as KubeObject);
    const trigger = (target: Record<string, string>) => ({
      type: 'redis-streams',
      metadata: { address: `127.0.0.1:${broker.port}`, stream: 'orders', consumerGroup: 'billing', ...target },
      authenticationRef: { name: 'redis' },
    });
    const triggers = [trigger({ lagCount: '5' }), trigger({ pendingEntriesCount: '5' })];
    await world.apply(...aScaledWorker('billing', { spec: { triggers } }));
  });
  afterAll(async () => {
    await world.stop();
    redis.disconnect();
    await broker.stop();
  });

  const condition = (type: string) => world.condition('billing', type);

  it('wakes for entries that no group has read, though nothing can be pending yet', async () => {
    await eventually('the missing group is told', async () => {
      expect((await condition('Ready')).message).toContain('stream "orders" has no consumer group "billing"');
    });
    for (let i = 0; i < 12; i++) await redis.xadd('orders', '*', 'n', i);
    await eventually('it is awake', async () => (await world.replicas('billing')) === 3);
  });

  it('stays awake while what was delivered is not acknowledged, and sleeps once it is, with all entries still there', async () => {
    await redis.xgroup('CREATE', 'orders', 'billing', '0');
    const [[, entries]] = (await redis.xreadgroup('GROUP', 'billing', 'pod', 'STREAMS', 'orders', '>')) as [
      [string, [string, unknown][]],
    ];
    await eventually('it is in order', async () => (await condition('Ready')).status === 'True');
    await world.looks('billing', 3);
    expect(await world.replicas('billing')).toBe(3);
    await redis.xack('orders', 'billing', ...entries.map(([id]) => id));
    await eventually('it sleeps', async () => (await world.replicas('billing')) === 0);
    expect(await redis.xlen('orders')).toBe(12);
  });
});
