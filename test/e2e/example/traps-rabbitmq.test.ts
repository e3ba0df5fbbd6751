// Ways to lose or stall messages with RabbitMQ behind a real daprd, each with the manifest that avoids it.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hasRabbitMq } from '../../support/brokers.ts';
import { eventually } from '../../support/eventually.ts';
import { readTrigger } from '../../support/read-trigger.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { aBinding, aComponent, anApp, onBroker } from './trap-manifests.ts';
import { startTrapWorld, type TrapWorld } from './trap-world.ts';
import { warningsOf } from './warnings.ts';

jest.setTimeout(60_000);

const describeHere = hasRabbitMq ? whereBuildable(describe, 'kubernetes-1.36', 'etcd', 'dapr') : describe.skip;

describeHere('traps of RabbitMQ behind daprd', () => {
  let world: TrapWorld;
  beforeAll(async () => {
    world = await startTrapWorld('rabbitmq');
  }, 1_200_000);
  afterAll(() => world?.stop());

  /** What Sluice sees: over AMQP the messages that wait, over HTTP those that a consumer holds as well. */
  const length = async (protocol: 'amqp' | 'http', queueName: string): Promise<number> => {
    const host = world.broker.secret.stringData[protocol] ?? '';
    return (await readTrigger('rabbitmq', { metadata: { queueName, protocol }, auth: { host } })).value;
  };
  const becomes = (protocol: 'amqp' | 'http', queue: string, value: number): Promise<void> =>
    eventually(`${queue} has ${value} messages over ${protocol}`, async () => {
      expect(await length(protocol, queue)).toBe(value);
    });
  const producer = anApp('producer');
  const output = (queue: string, metadata = {}) =>
    aBinding('rabbitmq', 'out', queue, { metadata: { direction: 'output', ...metadata }, scopes: ['producer'] });
  const input = (queue: string, metadata = {}) =>
    aBinding('rabbitmq', 'jobs', queue, {
      metadata: { direction: 'input', route: '/jobs', ...metadata },
      scopes: ['consumer'],
    });
  const consumer = (env = {}) => anApp('consumer', { replicas: 0, env: { ROUTES: '/jobs', ...env } });

  describe('T1: a sidecar without prefetchCount takes the whole queue', () => {
    it('so nothing waits for a second replica, and a length that counts what waits is 0 in mid-work', async () => {
      expect(await warningsOf(input('t1-trap'))).toEqual([expect.stringContaining('prefetchCount')]);
      const place = await world.place('t1-trap');
      await place.apply(output('t1-trap'), input('t1-trap'), producer, consumer({ WORK_MS: '1000' }));
      await place.ready('producer', 1);
      await place.send('producer', 'out', 20);
      await place.scale('consumer', 1);
      await place.ready('consumer', 1);
      await becomes('amqp', 't1-trap', 0);
      const [first] = await place.pods('consumer');
      await place.scale('consumer', 2);
      await place.ready('consumer', 2);
      await eventually('most of them are in progress', async () => (await length('http', 't1-trap')) > 5);
      const all = (await place.pods('consumer')).map(({ metadata }) => metadata.name);
      const second = all.find((name) => name !== first?.metadata.name) ?? '';
      expect(place.lines('consumer', second).filter((line) => line.startsWith('POST'))).toEqual([]);
      expect(place.lines('consumer', first?.metadata.name).some((line) => line.startsWith('200'))).toBe(true);
    });

    it('with prefetchCount 1 the rest waits for whoever comes', async () => {
      expect(await warningsOf(input('t1', { prefetchCount: '1' }))).toEqual([]);
      const place = await world.place('t1');
      await place.apply(output('t1'), input('t1', { prefetchCount: '1' }), producer, consumer({ WORK_MS: '5000' }));
      await place.ready('producer', 1);
      await place.send('producer', 'out', 20);
      await place.scale('consumer', 1);
      await place.ready('consumer', 1);
      await becomes('amqp', 't1', 19);
      await place.scale('consumer', 2);
      await becomes('amqp', 't1', 18);
    });
  });

  it('T2: over AMQP a message in progress does not count, over HTTP it does', async () => {
    const place = await world.place('t2');
    await place.apply(output('t2'), input('t2', { prefetchCount: '1' }), producer, consumer({ WORK_MS: '8000' }));
    await place.ready('producer', 1);
    await place.send('producer', 'out', 1);
    await place.scale('consumer', 1);
    await eventually('the consumer works', () => place.lines('consumer').some((line) => line.startsWith('POST /jobs')));
    await becomes('amqp', 't2', 0);
    await becomes('http', 't2', 1);
  });

  describe('T4: a subscription deletes its queue with its last consumer', () => {
    const pubsub = (metadata = {}) => onBroker('rabbitmq', aComponent('events', 'pubsub.rabbitmq', { metadata }));
    const subscription = { pubsubname: 'events', topic: 'orders', route: '/orders' };
    const play = async (name: string, metadata: Readonly<Record<string, string>>) => {
      const place = await world.place(name);
      const app = `${name}-app`;
      const env = { ROUTES: '/orders', SUBSCRIPTIONS: JSON.stringify([{ ...subscription, topic: name }]) };
      await place.apply(pubsub(metadata), producer, anApp(app, { env }));
      await place.ready('producer', 1);
      await place.ready(app, 1);
      const queue = `${app}-${name}`;
      await eventually('the subscription has its queue', async () => (await length('amqp', queue)) === 0);
      await place.scale(app, 0);
      await place.gone(app);
      for (let n = 0; n < 5; n++) {
        expect(await place.sidecar('producer', `/v1.0/publish/events/${name}`, { n })).toMatchObject({ status: 204 });
      }
      return { place, app, queue };
    };

    it('and what is published at zero is lost; the scaler calls it an error, never 0', async () => {
      expect(await warningsOf(pubsub())).toEqual([expect.stringContaining('deletedWhenUnused')]);
      const { place, app, queue } = await play('t4-trap', {});
      for (const protocol of ['amqp', 'http'] as const) {
        await expect(length(protocol, queue)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
      }
      await place.scale(app, 1);
      await place.ready(app, 1);
      await eventually('the queue is there again', async () => (await length('amqp', queue)) === 0);
      expect(place.lines(app).filter((line) => line.startsWith('POST'))).toEqual([]);
    });

    it('with deletedWhenUnused false they wait', async () => {
      const metadata = { deletedWhenUnused: 'false', prefetchCount: '1' };
      expect(await warningsOf(pubsub(metadata))).toEqual([]);
      const { place, app, queue } = await play('t4', metadata);
      await becomes('http', queue, 5);
      await place.scale(app, 1);
      await eventually('all five arrive', () => place.lines(app).filter((l) => l.startsWith('200')).length === 5);
    });
  });

  describe('T5: two Components that declare one queue differently', () => {
    it('make the second sidecar fail, while the scaler goes on counting, as it declares nothing', async () => {
      const place = await world.place('t5-trap');
      await place.apply(output('t5-trap', { durable: 'true' }), producer);
      await place.ready('producer', 1);
      await place.send('producer', 'out', 3);
      await place.apply(input('t5-trap', { durable: 'false', prefetchCount: '1' }), consumer());
      await place.scale('consumer', 1);
      await eventually('daprd says why', () => place.lines('daprd').some((l) => /PRECONDITION_FAILED|406/.test(l)));
      await becomes('http', 't5-trap', 3);
      await becomes('amqp', 't5-trap', 3);
      expect(place.lines('consumer').filter((line) => line.startsWith('POST'))).toEqual([]);
    });

    it('work when they agree', async () => {
      const place = await world.place('t5');
      await place.apply(output('t5', { durable: 'true' }), input('t5', { durable: 'true', prefetchCount: '1' }));
      await place.apply(producer, consumer());
      await place.ready('producer', 1);
      await place.send('producer', 'out', 3);
      await place.scale('consumer', 1);
      await becomes('http', 't5', 0);
      expect(place.lines('consumer').filter((line) => line.startsWith('200'))).toHaveLength(3);
    });
  });

  describe('T16: a message that always fails', () => {
    it('is delivered again at once, for ever, by the binding', async () => {
      const place = await world.place('t16-trap');
      await place.apply(output('t16-trap'), input('t16-trap', { prefetchCount: '1' }));
      await place.apply(producer, consumer({ STATUS: '500' }));
      await place.ready('producer', 1);
      await place.send('producer', 'out', 1);
      await place.scale('consumer', 1);
      const tries = (): number => place.lines('consumer').filter((line) => line.startsWith('500')).length;
      await eventually('it has come a hundred times', () => tries() > 100);
      await becomes('http', 't16-trap', 1);
    });

    it('is set aside by a subscription with enableDeadLetter', async () => {
      const place = await world.place('t16');
      const metadata = { deletedWhenUnused: 'false', prefetchCount: '1', enableDeadLetter: 'true' };
      await place.apply(onBroker('rabbitmq', aComponent('events', 'pubsub.rabbitmq', { metadata })));
      const subscriptions = JSON.stringify([{ pubsubname: 'events', topic: 't16', route: '/jobs' }]);
      await place.apply(
        producer,
        anApp('t16-app', { env: { ROUTES: '/jobs', STATUS: '500', SUBSCRIPTIONS: subscriptions } }),
      );
      await place.ready('producer', 1);
      await place.ready('t16-app', 1);
      await eventually('the subscription has its queue', async () => (await length('amqp', 't16-app-t16')) === 0);
      await place.sidecar('producer', '/v1.0/publish/events/t16', { n: 1 });
      await becomes('http', 'dlq-t16-app-t16', 1);
      await becomes('http', 't16-app-t16', 0);
    });
  });
});
