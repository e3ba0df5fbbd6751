// Ways to lose, stall or oversleep messages with Redis behind a real daprd, each with the manifest that avoids it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { HAS } from './broker-files.ts';
import { aComponent, anApp, onBroker } from './trap-manifests.ts';
import { type Place, startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(60_000);

const describeHere = HAS.redis ? whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'dapr') : describe.skip;

type Measured = 'lagCount' | 'pendingEntriesCount' | 'streamLength';

describeHere('traps of Redis behind daprd', () => {
  let world: TrapWorld;
  let redis: Redis;
  beforeAll(async () => {
    world = await startTrapWorld('redis');
    const { host = '', password = '' } = world.broker.secret.stringData as Record<string, string>;
    const [name = '', port] = host.split(':');
    redis = new Redis({ host: name, port: Number(port), password });
  }, 1_200_000);
  afterAll(async () => {
    redis?.disconnect();
    await world?.stop();
  });

  /** What Sluice sees of the stream and of the group that daprd makes: the subscriber's app-id. */
  const read = async (stream: string, by: Measured): Promise<number> => {
    const { host = '', password = '' } = world.broker.secret.stringData as Record<string, string>;
    const group = by === 'streamLength' ? {} : { consumerGroup: 'consumer' };
    const written = { metadata: { stream, ...group, [by]: '5' }, auth: { address: host, password } };
    return (await readTrigger('redis-streams', written)).value;
  };
  const ONE = { concurrency: '1', queueDepth: '1' };
  const topicOf = (metadata: Readonly<Record<string, string>> = ONE) =>
    onBroker('redis', aComponent('events', 'pubsub.redis', { metadata }));
  const subscription = (topic: string, more = {}) => ({
    apiVersion: 'dapr.io/v2alpha1',
    kind: 'Subscription',
    metadata: { name: 'jobs' },
    spec: { pubsubname: 'events', topic, routes: { default: '/jobs' }, ...more },
    scopes: ['consumer'],
  });
  const consumer = (env = {}) => anApp('consumer', { replicas: 0, env: { ROUTES: '/jobs', ...env } });
  const publish = async (place: Place, count: number): Promise<void> => {
    for (let n = 1; n <= count; n++) {
      const path = `/v1.0/publish/events/${place.namespace}`;
      expect(await place.sidecar('producer', path, { n })).toMatchObject({ status: 204 });
    }
  };
  const linesOf = (place: Place, start: string, pod?: string): number =>
    place.lines('consumer', pod).filter((line) => line.startsWith(start)).length;
  const begin = async (
    name: string,
    { component = topicOf(), env = {}, spec = {} }: { component?: object; env?: object; spec?: object } = {},
  ): Promise<Place> => {
    const place = await world.place(name);
    await place.apply(component, subscription(name, spec), anApp('producer'), consumer(env));
    await place.ready('producer', 1);
    return place;
  };

  describe('T1: a sidecar that reads ahead', () => {
    it('takes up to a hundred messages, and a second replica finds none', async () => {
      expect(await warningsOf(topicOf({}))).toEqual([expect.stringContaining('queueDepth')]);
      const place = await begin('ahead-trap', { component: topicOf({}), env: { WORK_MS: '3000' } });
      await publish(place, 30);
      await place.scale('consumer', 1);
      await eventually('nothing waits', async () => (await read('ahead-trap', 'lagCount')) === 0);
      const [first] = await place.pods('consumer');
      await place.scale('consumer', 2);
      await place.ready('consumer', 2);
      const second = (await place.pods('consumer')).find((pod) => pod.metadata.name !== first?.metadata.name);
      expect(linesOf(place, 'POST', second?.metadata.name)).toBe(0);
    });

    it('takes three at most with queueDepth and concurrency 1', async () => {
      expect(await warningsOf(topicOf())).toEqual([]);
      const place = await begin('ahead', { env: { WORK_MS: '8000' } });
      await publish(place, 30);
      await place.scale('consumer', 1);
      await eventually('it works', () => linesOf(place, 'POST') === 1);
      expect(await read('ahead', 'lagCount')).toBeGreaterThanOrEqual(27);
    });
  });

  it('T6, T8: what waits is not pending and what is held is no lag, so that a target at zero takes both', async () => {
    const place = await begin('t6', { env: { WORK_MS: '3000' } });
    await publish(place, 1);
    // Nobody has ever subscribed: no group, which is no zero either.
    await expect(read('t6', 'pendingEntriesCount')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    expect(await read('t6', 'lagCount')).toBe(1);
    await place.scale('consumer', 1);
    await eventually('it works', () => linesOf(place, 'POST') === 1);
    expect([await read('t6', 'lagCount'), await read('t6', 'pendingEntriesCount')]).toEqual([0, 1]);
    await eventually('it is done', async () => (await read('t6', 'pendingEntriesCount')) === 0);
    await place.scale('consumer', 0);
    await place.gone('consumer');
    await publish(place, 2);
    expect([await read('t6', 'lagCount'), await read('t6', 'pendingEntriesCount')]).toEqual([2, 0]);
  });

  it('T7: a stream keeps what is done, so that its length never lets a target go to zero', async () => {
    const place = await begin('t7');
    await publish(place, 3);
    await place.scale('consumer', 1);
    await eventually('all are done', () => linesOf(place, '200') === 3);
    await eventually('nothing is held', async () => (await read('t7', 'pendingEntriesCount')) === 0);
    expect([await read('t7', 'streamLength'), await read('t7', 'lagCount')]).toEqual([3, 0]);
  });

  it('T9: an entry that was deleted unread hides the lag, which is no reason for a zero', async () => {
    const place = await begin('t9', { env: { WORK_MS: '8000' } });
    await place.scale('consumer', 1);
    await place.ready('consumer', 1);
    await publish(place, 1);
    await eventually('the group has read', () => linesOf(place, 'POST') === 1);
    await place.scale('consumer', 0);
    await place.gone('consumer');
    await publish(place, 4);
    const [, second] = await redis.xrevrange('t9', '+', '-', 'COUNT', 2);
    await redis.xdel('t9', second?.[0] ?? '');
    expect(await read('t9', 'lagCount')).toBeGreaterThanOrEqual(3);
  });

  it('T11: a trigger for lists is refused on a stream', async () => {
    await redis.xadd('t11', '*', 'data', '1');
    const { host = '', password = '' } = world.broker.secret.stringData as Record<string, string>;
    const written = { metadata: { listName: 't11', listLength: '5' }, auth: { address: host, password } };
    await expect(readTrigger('redis', written)).rejects.toMatchObject({ message: expect.stringContaining('t11') });
  });

  describe('an event that fails', () => {
    it('is acknowledged after one try, and lost', async () => {
      const place = await begin('fails-trap', { env: { STATUS: '500' } });
      await publish(place, 1);
      await place.scale('consumer', 1);
      await eventually('it was tried', () => linesOf(place, '500') === 1);
      await eventually('nothing is held', async () => (await read('fails-trap', 'pendingEntriesCount')) === 0);
      expect(await read('fails-trap', 'lagCount')).toBe(0);
    });

    it('is kept in a stream of its own with deadLetterTopic', async () => {
      const place = await begin('fails', { env: { STATUS: '500' }, spec: { deadLetterTopic: 'fails-dead' } });
      await publish(place, 1);
      await place.scale('consumer', 1);
      await eventually('it is set aside', async () => (await redis.xlen('fails-dead')) === 1);
      await eventually('it no longer counts', async () => (await read('fails', 'pendingEntriesCount')) === 0);
    });
  });

  it('what a replica held that was killed is no lag, and is given to another after processingTimeout', async () => {
    const component = topicOf({ ...ONE, processingTimeout: '6s', redeliverInterval: '1000' });
    const place = await begin('held', { component, env: { WORK_MS: '4000' } });
    await publish(place, 1);
    await place.scale('consumer', 1);
    await eventually('it works', () => linesOf(place, 'POST') === 1);
    const [pod] = await place.pods('consumer');
    const containers = pod?.status?.containerStatuses ?? [];
    // The sidecar first: one that sees its app die takes that for a failed try, and acknowledges.
    for (const { containerID = '' } of containers.toSorted(
      (a, b) => Number(b.name === 'daprd') - Number(a.name === 'daprd'),
    )) {
      process.kill(-Number(containerID.replace('process://', '')), 'SIGKILL');
    }
    await place.scale('consumer', 0);
    await place.gone('consumer');
    expect([await read('held', 'lagCount'), await read('held', 'pendingEntriesCount')]).toEqual([0, 1]);
    await place.scale('consumer', 1);
    await eventually('it comes again', () => linesOf(place, 'POST') > 1, 30_000);
    await eventually('it is done', async () => (await read('held', 'pendingEntriesCount')) === 0);
  });

  it('a redeliverInterval with a unit is ignored: what was held waits for a look every 15 s', async () => {
    const left = async (name: string, redeliverInterval: string): Promise<Place> => {
      const component = topicOf({ ...ONE, processingTimeout: '1s', redeliverInterval });
      const place = await begin(name, { component });
      await place.scale('consumer', 1);
      await eventually('the group is there', () =>
        redis.xinfo('GROUPS', name).then((groups) => (groups as unknown[]).length === 1),
      );
      await place.ready('consumer', 1);
      await publish(place, 1);
      await eventually('it is done', () => linesOf(place, '200') === 1);
      // As if somebody who has gone held it.
      const [entry] = await redis.xrange(name, '-', '+');
      await redis.xclaim(name, 'consumer', 'gone', 0, entry?.[0] ?? '', 'FORCE');
      return place;
    };
    expect(await warningsOf(topicOf({ ...ONE, redeliverInterval: '1s' }))).toEqual([
      expect.stringContaining('milliseconds'),
    ]);
    const [ignored, heeded] = await Promise.all([left('unit-trap', '1s'), left('unit', '1000')]);
    await eventually('it comes again within some looks', () => linesOf(heeded, '200') === 2, 5000);
    expect(linesOf(ignored, '200')).toBe(1);
    await eventually('it comes at last', () => linesOf(ignored, '200') === 2, 20_000);
  });
});
