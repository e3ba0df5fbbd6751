// The same job with a real Redis: a list that fills and empties, a password that changes, a server that dies and comes back.
import { describe, afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { KubeObject } from '../../src/kube/client.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('a worker on a Redis list', () => {
  let world: World;
  let broker: Broker;
  let proxy: FaultProxy;
  let redis: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    proxy = await startFaultProxy(broker.port);
    redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
    world = await startWorld();
    const parameters = ['username', 'password'];
    await world.apply(aSecret('redis', CREDENTIALS), {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'redis' },
      spec: { secretTargetRef: parameters.map((parameter) => ({ parameter, name: 'redis', key: parameter })) },
    } as KubeObject);
    const trigger = {
      type: 'redis',
      metadata: { address: `127.0.0.1:${proxy.port}`, listName: 'jobs', listLength: '10' },
      authenticationRef: { name: 'redis' },
    };
    await world.apply(...aScaledWorker('jobs', { spec: { triggers: [trigger] } }));
  });
  afterAll(async () => {
    await world.stop();
    redis.disconnect();
    await proxy.close();
    await broker.stop();
  });

  const fill = (count: number): Promise<number> => redis.rpush('jobs', ...Array.from({ length: count }, String));

  it('goes from zero to the size that the list asks for, and back', async () => {
    await eventually('it is in force', async () => (await world.condition('jobs', 'Ready')).status === 'True');
    await fill(45);
    await eventually('it is awake', async () => (await world.replicas('jobs')) === 5);
    expect(world.scaleWrites('jobs')).toHaveLength(1);
    await redis.del('jobs');
    await eventually('it sleeps', async () => (await world.replicas('jobs')) === 0);
  });

  it('holds its replicas while the server is away, and while the password is wrong', async () => {
    await fill(45);
    await eventually('it is awake', async () => (await world.replicas('jobs')) === 5);
    const since = world.cluster.requests.length;
    await proxy.setMode('refuse');
    await eventually('the condition says so', async () => {
      expect(await world.condition('jobs', 'Ready')).toMatchObject({
        status: 'False',
        reason: 'TriggerError',
        message: expect.stringContaining(`127.0.0.1:${proxy.port}`),
      });
    });
    await proxy.setMode('pass');
    await eventually('it is in order', async () => (await world.condition('jobs', 'Ready')).status === 'True');

    await redis.call('ACL', 'SETUSER', CREDENTIALS.username, 'resetpass', '>another-horse');
    await proxy.setMode('refuse');
    await proxy.setMode('pass');
    await eventually('the Event says so', async () =>
      (await world.events('jobs')).some(
        (event) => event.startsWith('Warning KEDAScalerFailed') && event.endsWith('[AUTH_FAILED]'),
      ),
    );
    await world.apply(aSecret('redis', { ...CREDENTIALS, password: 'another-horse' }));
    await eventually('it is in order', async () => (await world.condition('jobs', 'Ready')).status === 'True');
    expect(world.scaleWrites('jobs', since)).toEqual([]);
    expect(JSON.stringify([world.log, await world.events('jobs')])).not.toContain('horse');
  });
});
