// The Celery scaler against queues that the real library filled, on Redis.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  CREDENTIALS,
  hasRedis,
  type RestartableBroker,
  startRedis,
  startSentinel,
  whereInstalled,
} from '../support/brokers.ts';
import { type CeleryApp, hasCelery, startCelery } from '../support/celery.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { type BrokerHarness, describeScaler } from './scaler-contract.ts';

const describeHere = whereInstalled(hasCelery && hasRedis, 'Celery or redis-server', describe) as typeof describe;

const { username, password: right } = CREDENTIALS;
/** Celery sends about so many in a moment; of more it sends one, and the rest are copies. */
const FEW = 50;

const urlOf = (scheme: string, port: number, password: string = right) =>
  `${scheme}://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/`;

describeScaler(
  'celery on Redis',
  {
    missingQueue: 'zero',
    watches: true,
    async start(): Promise<BrokerHarness> {
      const broker = await startRedis(['notify-keyspace-events Kl']);
      const client = new Redis({ port: broker.port, ...CREDENTIALS });
      let celery = await startCelery(urlOf('redis', broker.port));
      const input = (scheme: string) => (queueName: string, port: number, password?: string) => ({
        metadata: { queueName },
        auth: { brokerUrl: urlOf(scheme, port, password) },
      });
      return {
        type: 'celery',
        port: broker.port,
        secrets: [right],
        async fill(queue, messages) {
          const missing = messages - (await client.llen(queue));
          if (missing <= 0) return;
          await celery.send(queue, Math.min(missing, FEW));
          const [task = ''] = await client.lrange(queue, 0, 0);
          for (let left = missing - FEW; left > 0; left -= 1_000) {
            await client.lpush(queue, ...Array.from({ length: Math.min(left, 1_000) }, () => task));
          }
        },
        async empty(queue) {
          await client.del(queue);
        },
        async contents() {
          const keys = (await client.keys('*')).sort();
          return Promise.all(keys.map(async (key) => [key, (await client.dumpBuffer(key))?.toString('hex')]));
        },
        input: input('redis'),
        tls: {
          input: (queue, port, ca) => {
            const { metadata, auth } = input('rediss')(queue, port);
            return { metadata, auth: { ...auth, ...(ca === undefined ? {} : { ca }) } };
          },
        },
        async restart() {
          await celery.stop();
          await broker.restart();
          celery = await startCelery(urlOf('redis', broker.port));
        },
        async stop() {
          await celery.stop();
          await client.quit();
          await broker.stop();
        },
      };
    },
  },
  describeHere,
);

describeHere('celery on Redis', () => {
  let broker: RestartableBroker;
  let client: Redis;
  let celery: CeleryApp;
  beforeAll(async () => {
    broker = await startRedis();
    client = new Redis({ port: broker.port, ...CREDENTIALS });
    celery = await startCelery(urlOf('redis', broker.port));
  }, 60_000);
  afterAll(async () => {
    await celery.stop();
    await client.quit();
    await broker.stop();
  });
  const read = async (metadata: Record<string, string>) =>
    (await readTrigger('celery', { metadata: { brokerUrl: urlOf('redis', broker.port), ...metadata } })).value;

  it('measures the queue celery when none is named, and several together', async () => {
    await celery.send('celery', 2);
    await celery.send('mail', 3);
    expect(await read({})).toBe(2);
    expect(await read({ queueName: 'celery, mail,mail' })).toBe(5);
  });

  it('counts tasks of every priority, or of those that are asked for', async () => {
    for (const [tasks, priority] of [
      [1, 0],
      [2, 3],
      [4, 5],
      [8, 9],
    ] as const) {
      await celery.send('ranked', tasks, { priority });
    }
    // The priority 5 belongs to the step 3.
    expect(await read({ queueName: 'ranked' })).toBe(15);
    expect(await read({ queueName: 'ranked', priorities: '3' })).toBe(6);
    expect(await read({ queueName: 'ranked', priorities: '0,9' })).toBe(9);
    expect(await client.llen('ranked')).toBe(1);
  });

  it('follows the transport options of the application', async () => {
    const options = { priority_steps: [0, 1, 2], sep: ':', global_keyprefix: 'shop-' };
    const app = await startCelery(urlOf('redis', broker.port), { broker_transport_options: options });
    for (const priority of [0, 1, 2]) await app.send('ranked', 2, { priority });
    const settings = { queueName: 'ranked', prioritySteps: '0-2', sep: ':', globalKeyPrefix: 'shop-' };
    expect(await read(settings)).toBe(6);
    expect(await read({ ...settings, priorities: '2' })).toBe(2);
    await app.stop();
  });

  it('counts what workers hold only when it is asked to', async () => {
    // By default a worker acknowledges what it begins with.
    const app = await startCelery(urlOf('redis', broker.port), { task_acks_late: true });
    await app.send('held', 3, { args: [600] });
    const worker = await app.work('held');
    await eventually('the worker has taken them', async () => (await client.hlen('unacked')) === 3);
    expect(await read({ queueName: 'held' })).toBe(0);
    expect(await read({ queueName: 'held', includeUnacked: 'true' })).toBe(3);
    await worker.stop();
    await app.stop();
    await client.del('unacked', 'unacked_index');
  }, 60_000);

  it('finds the master that sentinels name', async () => {
    const sentinel = await startSentinel('orders', broker.port);
    await celery.send('watched', 4);
    const brokerUrl = `sentinel://${username}:${right}@127.0.0.1:${sentinel.port}/0;sentinel://127.0.0.1:${sentinel.port}`;
    expect(await read({ brokerUrl, sentinelMaster: 'orders', queueName: 'watched' })).toBe(4);
    await sentinel.stop();
  });

  it('tells which permissions a user lacks, needs no more than those, and wants lists', async () => {
    await client.call('ACL', 'SETUSER', 'narrow', 'on', '>pw', '%R~held*', '%R~unacked', '+llen', '+hlen');
    await client.call('ACL', 'SETUSER', 'blind', 'on', '>pw', '~*', '+ping');
    const as = (user: string) => ({ queueName: 'held', username: user, password: 'pw', includeUnacked: 'true' });
    expect(await read(as('narrow'))).toBe(0);
    await expect(read(as('blind'))).rejects.toThrow('allow LLEN and HLEN on it');
    await client.set('odd', 'text');
    await expect(read({ queueName: 'odd' })).rejects.toThrow('expected the keys of queue "odd" to be Celery\'s');
  });
});
