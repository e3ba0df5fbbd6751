// The Celery scaler against queues that the real library filled on RabbitMQ: over AMQP, and what is the same over the management API.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { hasCelery, startCelery } from '../support/celery.ts';
import { rabbitUrl, startCeleryHarness } from '../support/celery-rabbitmq.ts';
import { eventually } from '../support/eventually.ts';
import { RABBIT_NAMES } from '../support/rabbitmq.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const isHere = hasCelery && hasRabbitMq;
const describeHere = whereInstalled(isHere, 'Celery or rabbitmq-server', describe) as typeof describe;

let broker: RabbitBroker;
beforeAll(async () => {
  if (isHere) broker = await startRabbitMq();
}, 120_000);
afterAll(async () => {
  if (isHere) await broker.stop();
});

const { username, password: right } = CREDENTIALS;

describeScaler(
  'celery on RabbitMQ',
  {
    missingQueue: 'error',
    names: RABBIT_NAMES,
    watches: true,
    start: () => startCeleryHarness(broker, 'amqp', 'team%2Fa'),
  },
  describeHere,
);

describeHere('celery on RabbitMQ', () => {
  it('counts every priority of a queue together, and what workers hold when the management API is given', async () => {
    const celery = await startCelery(rabbitUrl('pyamqp', broker.port, right), {
      task_queue_max_priority: 10,
      task_acks_late: true,
    });
    await celery.send('ranked', 2, { priority: 0 });
    await celery.send('ranked', 3, { priority: 9 });
    const read = async (metadata: Record<string, string> = {}) => {
      const where = { brokerUrl: rabbitUrl('pyamqp', broker.port, right), queueName: 'ranked' };
      return (await readTrigger('celery', { metadata: { ...where, ...metadata } })).value;
    };
    await eventually('all wait', async () => expect(await read()).toBe(5));
    await celery.send('ranked', 1, { args: [600], priority: 10 });
    const worker = await celery.work('ranked');
    await eventually('the worker holds what it prefetched', async () => expect(await read()).toBeLessThan(6), 30_000);
    const held = { includeUnacked: 'true', managementUrl: rabbitUrl('http', broker.managementPort, right) };
    await eventually('those count as well', async () => expect(await read(held)).toBe(6), 30_000);
    await worker.stop();
    await celery.stop();
  }, 90_000);

  it('needs a user who may enter the virtual host, and no right in it', async () => {
    const celery = await startCelery(rabbitUrl('amqp', broker.port, right));
    await celery.send('seen', 2);
    await celery.stop();
    const authorization = `Basic ${Buffer.from(`${username}:${right}`).toString('base64')}`;
    const put = (path: string, body: unknown) =>
      fetch(`http://127.0.0.1:${broker.managementPort}/api/${path}`, {
        method: 'PUT',
        headers: { authorization },
        body: JSON.stringify(body),
      });
    const read = async (user: string, metadata: Record<string, string> = {}) => {
      const brokerUrl = `amqp://${user}:pw@127.0.0.1:${broker.port}//`;
      return (await readTrigger('celery', { metadata: { brokerUrl, queueName: 'seen', ...metadata } })).value;
    };
    for (const [user, tags] of Object.entries({ narrow: '', watcher: 'management', stranger: '' })) {
      expect((await put(`users/${user}`, { password: 'pw', tags })).ok).toBe(true);
      if (user === 'stranger') continue;
      const none = { configure: '^$', write: '^$', read: '^$' };
      expect((await put(`permissions/%2F/${user}`, none)).ok).toBe(true);
    }
    expect(await read('narrow')).toBe(2);
    await expect(read('stranger')).rejects.toThrow('there is no such virtual host, or the user may not enter it');
    const unacked = { includeUnacked: 'true', managementUrl: `http://127.0.0.1:${broker.managementPort}/` };
    await eventually('the watcher sees them', async () => expect(await read('watcher', unacked)).toBe(2), 30_000);
    await expect(read('narrow', unacked)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  }, 60_000);
});
