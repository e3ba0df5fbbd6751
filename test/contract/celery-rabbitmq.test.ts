// The Celery scaler against queues that the real library filled on RabbitMQ, over AMQP and over the management API.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { hasCelery, startCelery } from '../support/celery.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { type BrokerHarness, describeScaler } from './scaler-contract.ts';

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
const urlOf = (scheme: string, port: number, password: string, vhost = '') =>
  `${scheme}://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/${vhost}`;
/** Celery sends about so many in a moment; the others of a crowd are copies. */
const FEW = 50;

/** Each protocol has a virtual host of its own. */
async function startHarness(protocol: 'amqp' | 'http', vhost: string): Promise<BrokerHarness> {
  const brokerUrl = urlOf('amqp', broker.port, right, vhost);
  const authorization = `Basic ${Buffer.from(`${username}:${right}`).toString('base64')}`;
  const open = async () => {
    const connection = await connect(brokerUrl);
    connection.on('error', () => {});
    return { connection, channel: await connection.createConfirmChannel(), celery: await startCelery(brokerUrl) };
  };
  let opened = await open();
  const input = (queueName: string, secure: '' | 's', port: number, password: string) =>
    protocol === 'amqp'
      ? { metadata: { queueName }, auth: { brokerUrl: urlOf(`amqp${secure}`, port, password, vhost) } }
      : {
          metadata: { queueName, includeUnacked: 'true' },
          auth: { brokerUrl, managementUrl: urlOf(`http${secure}`, port, password) },
        };
  return {
    type: 'celery',
    port: protocol === 'amqp' ? broker.port : broker.managementPort,
    secrets: [right, authorization],
    async fill(queue, messages) {
      const { channel, celery } = opened;
      await celery.send(queue, 0);
      const missing = messages - (await channel.checkQueue(queue)).messageCount;
      if (missing > 0) await celery.send(queue, Math.min(missing, FEW));
      for (let left = missing - FEW; left > 0; left--) channel.sendToQueue(queue, Buffer.from('a copy'));
      await channel.waitForConfirms();
    },
    async contents() {
      const url = `http://127.0.0.1:${broker.managementPort}/api/queues?columns=vhost,name,messages`;
      return (await fetch(url, { headers: { authorization } })).json();
    },
    input: (queue, port, password = right) => input(queue, '', port, password),
    tls: {
      input(queue, port, ca) {
        const { metadata, auth } = input(queue, 's', port, right);
        return { metadata, auth: { ...auth, ...(ca === undefined ? {} : { ca }) } };
      },
    },
    async restart() {
      await opened.celery.stop();
      await broker.restart();
      opened = await open();
    },
    async stop() {
      await opened.celery.stop();
      await opened.connection.close();
    },
  };
}

/** AMQP's short strings have 255 bytes. */
const names = ['größe/a b%2F?#[x]', '队列 🐇', '../a+b&c=d;e', `long-${'n'.repeat(250)}`];

describeScaler(
  'celery on RabbitMQ',
  { missingQueue: 'error', names, watches: true, start: () => startHarness('amqp', 'team%2Fa') },
  describeHere,
);
describeScaler(
  'celery on RabbitMQ, by its management API',
  { missingQueue: 'error', names, speaks: 'http', start: () => startHarness('http', 'team%2Fb') },
  describeHere,
);

describeHere('celery on RabbitMQ', () => {
  it('counts every priority of a queue together, and what workers hold when the management API is given', async () => {
    const celery = await startCelery(urlOf('pyamqp', broker.port, right), {
      task_queue_max_priority: 10,
      task_acks_late: true,
    });
    await celery.send('ranked', 2, { priority: 0 });
    await celery.send('ranked', 3, { priority: 9 });
    const read = async (metadata: Record<string, string> = {}) => {
      const where = { brokerUrl: urlOf('pyamqp', broker.port, right), queueName: 'ranked' };
      return (await readTrigger('celery', { metadata: { ...where, ...metadata } })).value;
    };
    await eventually('all wait', async () => expect(await read()).toBe(5));
    await celery.send('ranked', 1, { args: [600], priority: 10 });
    const worker = await celery.work('ranked');
    await eventually('the worker holds what it prefetched', async () => expect(await read()).toBeLessThan(6), 30_000);
    const held = { includeUnacked: 'true', managementUrl: urlOf('http', broker.managementPort, right) };
    await eventually('those count as well', async () => expect(await read(held)).toBe(6), 30_000);
    await worker.stop();
    await celery.stop();
  }, 90_000);

  it('needs a user who may enter the virtual host, and no right in it', async () => {
    const celery = await startCelery(urlOf('amqp', broker.port, right));
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
