// What the contract suite needs to know of a RabbitMQ, over either protocol.
import { connect } from 'amqplib';
import type { BrokerHarness } from '../contract/promises/harness.ts';
import { CREDENTIALS, type RabbitBroker } from './brokers.ts';

/** AMQP's short strings have 255 bytes. */
export const RABBIT_NAMES = ['größe/a b%2F?#[x]', '队列 🐇', '../a+b&c=d;e', `long-${'n'.repeat(250)}`];

/** `vhost` as it stands in a URL. Stopping it leaves the broker as it is. */
export async function startRabbitHarness(
  broker: RabbitBroker,
  protocol: 'amqp' | 'http',
  vhost: string,
): Promise<BrokerHarness> {
  const { username, password: right } = CREDENTIALS;
  const management = `http://127.0.0.1:${broker.managementPort}/api/queues`;
  const authorization = `Basic ${Buffer.from(`${username}:${right}`).toString('base64')}`;
  const open = async () => {
    const connection = await connect(`amqp://${username}:${right}@127.0.0.1:${broker.port}/${vhost}`);
    connection.on('error', () => {});
    return { connection, channel: await connection.createConfirmChannel() };
  };
  let { connection, channel } = await open();
  const host = (scheme: string, port: number, password: string) =>
    `${scheme}://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/${vhost}`;
  return {
    type: 'rabbitmq',
    port: protocol === 'amqp' ? broker.port : broker.managementPort,
    secrets: [right, authorization],
    async fill(queue, messages) {
      const { messageCount } = await channel.assertQueue(queue, { durable: true });
      for (let i = messageCount; i < messages; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
      await channel.waitForConfirms();
    },
    async empty(queue) {
      await channel.purgeQueue(queue);
    },
    async contents() {
      const response = await fetch(`${management}?columns=vhost,name,messages`, { headers: { authorization } });
      return response.json();
    },
    input: (queueName, port, password = right) => ({
      metadata: { queueName, mode: 'QueueLength', value: '5' },
      auth: { host: host(protocol, port, password) },
    }),
    tls: {
      input: (queueName, port, ca) => ({
        metadata: { queueName },
        auth: { host: host(`${protocol}s`, port, right), tls: 'enable', ...(ca === undefined ? {} : { ca }) },
      }),
    },
    async restart() {
      await broker.restart();
      ({ connection, channel } = await open());
    },
    async stop() {
      await connection.close();
    },
  };
}
