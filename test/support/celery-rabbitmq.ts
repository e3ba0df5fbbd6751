// What the contract suite needs to know of Celery on RabbitMQ, over either protocol.
import { connect } from 'amqplib';
import type { BrokerHarness } from '../contract/promises/harness.ts';
import { CREDENTIALS, type RabbitBroker } from './brokers.ts';
import { startCelery } from './celery.ts';

const { username, password: right } = CREDENTIALS;
export const rabbitUrl = (scheme: string, port: number, password: string, vhost = '') =>
  `${scheme}://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/${vhost}`;
/** Celery sends about so many in a moment; the others of a crowd are copies. */
const FEW = 50;

/** `vhost` as it stands in a URL. Stopping it leaves the broker as it is. */
export async function startCeleryHarness(
  broker: RabbitBroker,
  protocol: 'amqp' | 'http',
  vhost: string,
): Promise<BrokerHarness> {
  const brokerUrl = rabbitUrl('amqp', broker.port, right, vhost);
  const authorization = `Basic ${Buffer.from(`${username}:${right}`).toString('base64')}`;
  const open = async () => {
    const connection = await connect(brokerUrl);
    connection.on('error', () => {});
    return { connection, channel: await connection.createConfirmChannel(), celery: await startCelery(brokerUrl) };
  };
  let opened = await open();
  const input = (queueName: string, secure: '' | 's', port: number, password: string) =>
    protocol === 'amqp'
      ? { metadata: { queueName }, auth: { brokerUrl: rabbitUrl(`amqp${secure}`, port, password, vhost) } }
      : {
          metadata: { queueName, includeUnacked: 'true' },
          auth: { brokerUrl, managementUrl: rabbitUrl(`http${secure}`, port, password) },
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
    async empty(queue) {
      await opened.channel.purgeQueue(queue);
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
