// Workers on Kafka topics, with either trigger type: from zero to what waits, held where it is, and back when the group has committed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { CREDENTIALS, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { aScaledWorker, aSecret } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

const PARTITIONS = 6;

whereInstalled(
  hasKafka,
  'Kafka',
  describe,
)('a worker on a Kafka topic', () => {
  let world: World;
  let kafka: KafkaCluster;
  beforeAll(async () => {
    kafka = await startKafka();
    world = await startWorld();
    const parameters = ['username', 'password'];
    await world.apply(aSecret('kafka', CREDENTIALS), {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: { name: 'kafka' },
      spec: { secretTargetRef: parameters.map((parameter) => ({ parameter, name: 'kafka', key: parameter })) },
    } as KubeObject);
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    await kafka?.stop();
  });

  const scale = (type: string, name: string, metadata: Record<string, string>, spec = {}): Promise<void> => {
    const bootstrapServers = `127.0.0.1:${kafka.ports.sasl}`;
    const trigger = {
      type,
      metadata: { bootstrapServers, consumerGroup: name, sasl: 'scram_sha512', ...metadata },
      authenticationRef: { name: 'kafka' },
    };
    return world.apply(...aScaledWorker(name, { spec: { triggers: [trigger], ...spec } }));
  };
  const all = (offset: number): readonly number[] => Array.from({ length: PARTITIONS }, () => offset);
  const produce = async (topic: string, each: number): Promise<void> => {
    for (let partition = 0; partition < PARTITIONS; partition++) await kafka.produce(topic, each, partition);
  };
  const isAt = (name: string, replicas: number) =>
    eventually(`${name} has ${replicas} replicas`, async () => (await world.replicas(name)) === replicas);

  it('goes from zero to the size that the lag asks for, and back when all is committed', async () => {
    await kafka.createTopic('orders', PARTITIONS);
    await kafka.commit('billing', 'orders', all(0));
    await scale('kafka', 'billing', { topic: 'orders' });
    await eventually('it is in force', async () => (await world.condition('billing', 'Ready')).status === 'True');
    expect(await world.replicas('billing')).toBe(0);
    await produce('orders', 6);
    await isAt('billing', 4);
    await kafka.commit('billing', 'orders', all(6));
    await isAt('billing', 0);
  });

  it('has no more replicas than partitions', async () => {
    await produce('orders', 50);
    await isAt('billing', PARTITIONS);
    await kafka.commit('billing', 'orders', all(56));
    await isAt('billing', 0);
  });

  it('says that there is no such topic, holds what runs, and wakes a group that has committed nothing once there is one', async () => {
    await scale('kafka', 'shipping', { topic: 'parcels' });
    await eventually('the missing topic is told', async () => {
      expect((await world.condition('shipping', 'Ready')).message).toContain('there is no topic "parcels"');
    });
    expect(await world.replicas('shipping')).toBe(0);
    await kafka.createTopic('parcels', 1);
    await isAt('shipping', 1);
    await kafka.commit('shipping', 'parcels', [0]);
    await isAt('shipping', 0);
  });

  it('counts several topics together with the type apache-kafka', async () => {
    for (const topic of ['bills', 'refunds']) {
      await kafka.createTopic(topic, PARTITIONS);
      await kafka.commit('ledger', topic, all(0));
    }
    await scale('apache-kafka', 'ledger', { topic: 'bills,refunds' });
    await produce('bills', 2);
    await produce('refunds', 3);
    await isAt('ledger', 3);
    await kafka.commit('ledger', 'bills', all(2));
    await world.looks('ledger');
    expect(await world.replicas('ledger')).toBeGreaterThan(0);
    await kafka.commit('ledger', 'refunds', all(3));
    await isAt('ledger', 0);
  });

  it('wakes at once for a message, however seldom it is polled', async () => {
    await kafka.createTopic('letters', PARTITIONS);
    await kafka.commit('mail', 'letters', all(0));
    await scale('kafka', 'mail', { topic: 'letters' }, { pollingInterval: 600 });
    await eventually('it is in force', async () => (await world.condition('mail', 'Ready')).status === 'True');
    await produce('letters', 3);
    await eventually('it is awake', async () => (await world.replicas('mail')) > 0, 5_000);
  });
});
