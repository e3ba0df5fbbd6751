// A Kafka of three brokers, some of which are away or dead in silence: what the others know is told all the same.
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, withDeadline } from '../../src/async.ts';
import type { Scaler } from '../../src/scalers/scaler.ts';
import { createSourcePool, type SourcePool } from '../../src/scalers/sources.ts';
import { whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { polled } from '../support/written-trigger.ts';

/** As long as a read may take by default. */
const READ_MS = 3_000;
const never = new AbortController().signal;

whereInstalled(
  hasKafka,
  'Kafka',
  describe,
)('Kafka in parts', () => {
  let kafka: KafkaCluster;
  let deaf: Server;
  let clients: SourcePool;

  beforeAll(async () => {
    deaf = createServer((socket) => void socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    clients = createSourcePool({ clock: systemClock });
    kafka = await startKafka({ brokers: 3 });
  }, 120_000);
  afterAll(async () => {
    await clients.close();
    await kafka.stop();
    await new Promise((resolve) => deaf.close(resolve));
  }, 60_000);

  const connect = (topic: string, consumerGroup: string, bootstrapServers = kafka.bootstrapServers): Promise<Scaler> =>
    polled('kafka', { metadata: { bootstrapServers, topic, consumerGroup } }).connect({ clients, clock: systemClock });
  const read = async (scaler: Scaler): Promise<number> =>
    (await withDeadline(systemClock, never, READ_MS, 'read', (signal) => scaler.read(signal))).value;

  it('is found through any of the brokers to begin with', async () => {
    await kafka.createTopic('begin');
    await kafka.produce('begin', 3);
    await kafka.commit('beginner', 'begin', [1]);
    const refused = '127.0.0.1:1';
    const silent = `127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    for (const others of [refused, silent, `${refused},${silent}`]) {
      expect(await read(await connect('begin', 'beginner', `${others},${kafka.bootstrapServers}`))).toBe(2);
    }
    await expect(read(await connect('begin', 'beginner', refused))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('the connection was refused'),
    });
  });

  it('is told but for what a broker leads that is dead in silence, at the first read already', async () => {
    const alive = 0;
    const group = await groupOf(alive);
    for (const [index, topic] of ['on-0', 'on-1', 'on-2'].entries()) {
      await kafka.createTopic(topic, 1, index);
      await kafka.produce(topic, 5);
      await kafka.commit(group, topic, [0]);
    }
    const scalers = await Promise.all(['on-0', 'on-1', 'on-2'].map((topic) => connect(topic, group)));
    expect(await Promise.all(scalers.map(read))).toEqual([5, 5, 5]);
    kafka.nodes[2]?.freeze();
    const [first, second, third] = await Promise.allSettled(scalers.map(read));
    expect([first, second]).toEqual([
      { status: 'fulfilled', value: 5 },
      { status: 'fulfilled', value: 5 },
    ]);
    expect(third).toMatchObject({ status: 'rejected', reason: { code: 'SOURCE_TIMEOUT' } });
    await eventually(
      'the cluster has noticed',
      async () => {
        const told = await Promise.allSettled(scalers.map(read));
        expect(told.slice(0, 2)).toEqual([first, second]);
        expect(told[2]).toMatchObject({ reason: { message: expect.stringContaining('LEADER_NOT_AVAILABLE') } });
      },
      60_000,
    );
    await kafka.nodes[2]?.stop();
    await kafka.nodes[2]?.start();
    await eventually(
      'the broker is back',
      async () => expect(await Promise.all(scalers.map(read))).toEqual([5, 5, 5]),
      60_000,
    );
  }, 150_000);

  /** A group that the broker with this index coordinates. */
  async function groupOf(index: number): Promise<string> {
    for (let i = 0; ; i++) {
      const group = `group-${i}`;
      if ((await kafka.coordinatorOf(group)) === index) return group;
    }
  }
});
