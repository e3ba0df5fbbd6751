// Ways to lose or stall messages with Kafka behind a real daprd, each with the manifest that avoids it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { HAS } from './broker-files.ts';
import { aBinding, anApp } from './trap-manifests.ts';
import { type Place, startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(90_000);

const describeHere = HAS.kafka ? whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'dapr') : describe.skip;

describeHere('traps of Kafka behind daprd', () => {
  let world: TrapWorld;
  beforeAll(async () => {
    world = await startTrapWorld('kafka');
  }, 1_200_000);
  afterAll(() => world?.stop());

  /** What Sluice sees of the topic and the group of that name. */
  const lag = async (name: string): Promise<number> => {
    const bootstrapServers = world.broker.addresses?.['kafka:9092'] ?? '';
    const metadata = { bootstrapServers, topic: name, consumerGroup: name, sasl: 'plaintext', lagThreshold: '5' };
    const written = { metadata: { ...metadata, offsetResetPolicy: 'earliest' }, auth: world.broker.secret.stringData };
    return (await readTrigger('kafka', written)).value;
  };
  const SAFE = { initialOffset: 'oldest', consumeRetryEnabled: 'true' };
  const producer = anApp('producer');
  const output = (topic: string) =>
    aBinding('kafka', 'out', topic, { metadata: { direction: 'output' }, scopes: ['producer'] });
  const input = (topic: string, metadata: Readonly<Record<string, string>>) =>
    aBinding('kafka', 'jobs', topic, {
      metadata: { direction: 'input', route: '/jobs', ...metadata },
      scopes: ['consumer'],
    });
  const consumer = (env = {}) => anApp('consumer', { replicas: 0, env: { ROUTES: '/jobs', ...env } });
  /** All of them go into one partition. */
  const send = async (place: Place, ...texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      const body = { operation: 'create', data: { text }, metadata: { partitionKey: 'one' } };
      expect(await place.sidecar('producer', '/v1.0/bindings/out', body)).toMatchObject({ status: 204 });
    }
  };
  const arrived = (place: Place, text: string, pod?: string): number =>
    place.lines('consumer', pod).filter((line) => line.startsWith('POST') && line.includes(text)).length;

  describe('a topic with messages in it before its first consumer ever starts', () => {
    it('is read from its end, so that they are skipped', async () => {
      const newest = input('kafka-newest-trap', { consumeRetryEnabled: 'true' });
      expect(await warningsOf(newest)).toEqual([expect.stringContaining('initialOffset')]);
      const place = await world.place('kafka-newest-trap');
      await place.apply(output('kafka-newest-trap'), newest, producer, consumer());
      await place.ready('producer', 1);
      await send(place, 'early', 'early');
      await place.scale('consumer', 1);
      await eventually(
        'later ones arrive',
        async () => {
          await send(place, 'later');
          return arrived(place, 'later') > 0;
        },
        40_000,
      );
      expect(arrived(place, 'early')).toBe(0);
    });

    it('is read from its beginning with initialOffset oldest', async () => {
      expect(await warningsOf(input('kafka-oldest', SAFE))).toEqual([]);
      const place = await world.place('kafka-oldest');
      await place.apply(output('kafka-oldest'), input('kafka-oldest', SAFE), producer, consumer());
      await place.ready('producer', 1);
      await send(place, 'early', 'early');
      await place.scale('consumer', 1);
      await eventually('both arrive', () => arrived(place, 'early') === 2, 40_000);
      await eventually('and are done', async () => (await lag('kafka-oldest')) === 0);
    });
  });

  describe('a message that fails', () => {
    it('is tried once, and skipped with the next one that does not', async () => {
      const once = input('kafka-skip-trap', { initialOffset: 'oldest' });
      expect(await warningsOf(once)).toEqual([expect.stringContaining('consumeRetryEnabled')]);
      const place = await world.place('kafka-skip-trap');
      await place.apply(output('kafka-skip-trap'), once, producer, consumer({ FAIL_TEXT: 'bad' }));
      await place.ready('producer', 1);
      await send(place, 'bad', 'good');
      await place.scale('consumer', 1);
      await eventually('the topic counts as done', async () => (await lag('kafka-skip-trap')) === 0, 40_000);
      expect([arrived(place, 'bad'), arrived(place, 'good')]).toEqual([1, 1]);
    });

    it('is tried again with consumeRetryEnabled, and what is behind it waits', async () => {
      const place = await world.place('kafka-skip');
      const retrying = input('kafka-skip', { ...SAFE, backOffDuration: '200ms' });
      await place.apply(output('kafka-skip'), retrying, producer, consumer({ FAIL_TEXT: 'bad' }));
      await place.ready('producer', 1);
      await send(place, 'bad', 'good');
      await place.scale('consumer', 1);
      await eventually('it has come three times', () => arrived(place, 'bad') > 2, 40_000);
      expect(arrived(place, 'good')).toBe(0);
      expect(await lag('kafka-skip')).toBe(2);
    });
  });

  it('a replica more than there are partitions has nothing to do, and the trigger does not ask for it', async () => {
    const name = 'kafka-partitions';
    const place = await world.place(name);
    await place.apply(output(name), input(name, SAFE), producer, consumer({ WORK_MS: '300' }));
    await place.ready('producer', 1);
    await place.send('producer', 'out', 40);
    // Of two partitions, five messages for a replica.
    expect(await lag(name)).toBe(10);
    await place.scale('consumer', 3);
    await place.ready('consumer', 3);
    await eventually('all are done', async () => (await lag(name)) === 0, 60_000);
    const pods = await place.pods('consumer');
    const busy = pods.filter(({ metadata }) => arrived(place, 'Hello', metadata.name) > 0);
    expect(busy.length).toBeLessThan(3);
  });

  it('a replica that joins interrupts the others: what they are at is done again, and nothing is lost', async () => {
    const name = 'kafka-rebalance';
    const place = await world.place(name);
    await place.apply(output(name), input(name, SAFE), producer, consumer({ WORK_MS: '8000' }));
    await place.ready('producer', 1);
    await send(place, 'long');
    await place.scale('consumer', 1);
    await eventually('it is at work', () => arrived(place, 'long') === 1, 40_000);
    await place.scale('consumer', 2);
    await eventually('it has come again', () => arrived(place, 'long') > 1, 40_000);
    await eventually('it is done in the end', async () => (await lag(name)) === 0, 40_000);
  });

  it('a consumer that stops when its sidecar hangs up does no message twice', async () => {
    const name = 'kafka-hang-up';
    const place = await world.place(name);
    const env = { WORK_MILLISECONDS: '5000' };
    const careful = anApp('consumer', { replicas: 0, env, image: 'ghcr.io/sluice-autoscaler/example-consumer' });
    await place.apply(output(name), input(name, { ...SAFE, route: '/message-queue' }), producer, careful);
    await place.ready('producer', 1);
    await send(place, 'one', 'two', 'three', 'four');
    await place.scale('consumer', 1);
    const done = (text: string): number =>
      place.lines('consumer').filter((line) => line.startsWith(`${text} -- Received at`)).length;
    await eventually('it is at work', () => done('one') === 1, 40_000);
    await place.scale('consumer', 2);
    await eventually('all are done', async () => (await lag(name)) === 0, 60_000);
    expect(place.lines('consumer').filter((line) => line.includes('Given up'))).not.toEqual([]);
    expect(['one', 'two', 'three', 'four'].map(done)).toEqual([1, 1, 1, 1]);
  });
});
