// Seconds instead of messages: a stream with one old entry and another with many young ones, and drain time at a measured rate.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { TriggerOptions } from '../../src/api/trigger-options.ts';
import { type Broker, hasRedis, startRedis, whereInstalled, CREDENTIALS } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('workers whose size follows seconds', () => {
  let world: World;
  let broker: Broker;
  let redis: Redis;
  beforeAll(async () => {
    broker = await startRedis();
    redis = new Redis(broker.port, '127.0.0.1', CREDENTIALS);
    world = await startWorld();
    await world.apply(aSecret('redis', CREDENTIALS), {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'redis', namespace: NAMESPACE },
      spec: { secretTargetRef: ['username', 'password'].map((key) => ({ parameter: key, name: 'redis', key })) },
    } as never);
  });
  afterAll(async () => {
    await world.stop();
    redis.disconnect();
    await broker.stop();
  });

  /** A hundred entries are one replica's work by the depth. */
  const worker = (name: string, options: TriggerOptions, triggerName = 'jobs') => {
    const metadata = { address: `127.0.0.1:${broker.port}`, stream: name, consumerGroup: 'all', lagCount: '100' };
    const trigger = { type: 'redis-streams', name: 'jobs', metadata, authenticationRef: { name: 'redis' } };
    return aScaledWorker(name, {
      spec: {
        maxReplicaCount: 6,
        triggers: [trigger],
        advanced: { sluice: { triggers: { [triggerName]: options } } },
      },
    });
  };
  const secondsAgo = (seconds: number): string => `${Date.now() - seconds * 1_000}-*`;

  it('grows for an entry that waits for long, although it is alone, and sleeps when it is gone', async () => {
    await world.apply(...worker('old', { scaleOn: 'oldestAge', targetSeconds: 1_000 }));
    await redis.xadd('old', secondsAgo(1_900), 'n', 1);
    await eventually('it is awake', async () => (await world.replicas('old')) === 2);
    // Twice the target: twice the replicas, again and again while nobody takes the entry.
    await eventually('it grows', async () => (await world.replicas('old')) === 6, 60_000);
    await eventually('the HPA goes by the age as well', async () => {
      const metric = { name: 's0-redis-streams-old-oldest-age' };
      expect((await world.hpa('keda-hpa-old'))?.spec.metrics).toMatchObject([
        { external: { metric, target: { type: 'Value' } } },
      ]);
    });
    await redis.xtrim('old', 'MAXLEN', 0);
    await eventually('it sleeps', async () => (await world.replicas('old')) === 0);
  }, 120_000);

  it('stays as small as it can for entries that do not wait for long, however many there are', async () => {
    await world.apply(...worker('young', { scaleOn: 'oldestAge', targetSeconds: 1_000 }));
    for (let i = 0; i < 1_000; i++) await redis.xadd('young', '*', 'n', i);
    await eventually('it is awake', async () => (await world.replicas('young')) === 1);
    await world.looks('young', 3);
    expect(await world.replicas('young')).toBe(1);
    await redis.del('young');
    await eventually('it sleeps', async () => (await world.replicas('young')) === 0);
  }, 60_000);

  it('keeps its size until a rate is known, and grows when the rest would take too long', async () => {
    await redis.xgroup('CREATE', 'slow', 'all', '0', 'MKSTREAM');
    await world.apply(...worker('slow', { scaleOn: 'drainTime', targetSeconds: 10 }));
    for (let i = 0; i < 1_000; i++) await redis.xadd('slow', '*', 'n', i);
    await eventually('it is awake', async () => (await world.replicas('slow')) === 1);
    await world.looks('slow', 3);
    expect(await world.replicas('slow')).toBe(1);
    // One at each look: a thousand of them take minutes.
    await eventually(
      'it grows',
      async () => {
        await world.looks('slow');
        await redis.xreadgroup('GROUP', 'all', 'pod', 'COUNT', 1, 'STREAMS', 'slow', '>');
        return (await world.replicas('slow')) === 6;
      },
      60_000,
    );
    await redis.xtrim('slow', 'MAXLEN', 0);
    await eventually('it sleeps', async () => (await world.replicas('slow')) === 0);
  }, 120_000);

  it('says which trigger was meant', async () => {
    await world.apply(...worker('typo', { scaleOn: 'oldestAge', targetSeconds: 60 }, 'jbos'));
    await eventually('it is told', async () => {
      expect((await world.condition('typo', 'Ready')).message).toContain(
        'no trigger has the name "jbos": did you mean jobs?',
      );
    });
  });
});
