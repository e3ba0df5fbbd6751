// What a thousand triggers on one broker cost it: connections, requests and time of a poll.
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { CREDENTIALS, hasRabbitMq, hasRedis, startRabbitMq, startRedis } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { connectClient, startEmulator } from '../support/service-bus.ts';
import { polled, type Written } from '../support/written-trigger.ts';
import type { Bench, Report } from './bench.ts';

const TRIGGERS = 1_000;
const POLLS = 5;
const never = new AbortController().signal;
const { username, password } = CREDENTIALS;
const queues = Array.from({ length: TRIGGERS }, (_, n) => `queue-${n}`);

export const sourcesBench: Bench = {
  name: 'sources',
  async run(report) {
    if (hasRedis) await onRedis(report);
    if (hasRabbitMq) await onRabbitMq(report);
    await onServiceBus(report);
  },
};

interface Upstream {
  readonly what: string;
  readonly type: string;
  readonly port: number;
  readonly aim: string;
  write(queue: string, port: number): Written;
}

/** Polls all triggers together, several times, through a proxy that counts. */
async function measure({ what, type, port, aim, write }: Upstream, report: Report): Promise<void> {
  const proxy = await startFaultProxy(port);
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const scalers = await Promise.all(
    queues.map((queue) => polled(type, write(queue, proxy.port)).connect({ clients, clock: systemClock })),
  );
  const poll = () => Promise.all(scalers.map((scaler) => scaler.read(never)));
  await eventually('every queue is known', async () => (await poll()).every(({ value }) => value === 1), 60_000);
  const before = { requests: proxy.requests(), cpu: process.cpuUsage(), at: performance.now() };
  for (let i = 0; i < POLLS; i++) await poll();
  const tookMs = performance.now() - before.at;
  const { user, system } = process.cpuUsage(before.cpu);
  const requests = proxy.requests() - before.requests;
  report({
    what: `${what}, ${TRIGGERS} triggers: connections${requests > 0 ? ', HTTP requests a poll' : ''}`,
    value: `${proxy.connections()}${requests > 0 ? `, ${(requests / POLLS).toFixed(1)}` : ''}`,
    aim,
  });
  report({
    what: `${what}: time of a poll; CPU of client and counting proxy`,
    value: `${(tookMs / POLLS).toFixed(0)} ms; ${((user + system) / 1_000 / POLLS).toFixed(0)} ms`,
  });
  await Promise.all(scalers.map((scaler) => scaler.close()));
  await clients.close();
  await proxy.close();
}

async function onRedis(report: Report): Promise<void> {
  const broker = await startRedis();
  const client = new Redis({ port: broker.port, username, password });
  const pipeline = client.pipeline();
  for (const queue of queues) pipeline.rpush(queue, 1);
  await pipeline.exec();
  const write = (listName: string, port: number): Written => ({
    metadata: { listName, address: `127.0.0.1:${port}` },
    auth: CREDENTIALS,
  });
  await measure({ what: 'redis', type: 'redis', port: broker.port, aim: '1', write }, report);
  await client.quit();
  await broker.stop();
}

async function onRabbitMq(report: Report): Promise<void> {
  const broker = await startRabbitMq();
  const connection = await connect(`amqp://${username}:${password}@127.0.0.1:${broker.port}`);
  const channel = await connection.createConfirmChannel();
  for (const queue of queues) {
    await channel.assertQueue(queue);
    channel.sendToQueue(queue, Buffer.from('1'));
  }
  await channel.waitForConfirms();
  for (const [scheme, upstream, aim] of [
    ['amqp', broker.port, '1'],
    ['http', broker.managementPort, '1 request'],
  ] as const) {
    const write = (queueName: string, port: number): Written => ({
      metadata: { queueName },
      auth: { host: `${scheme}://${username}:${password}@127.0.0.1:${port}/` },
    });
    await measure({ what: `rabbitmq over ${scheme}`, type: 'rabbitmq', port: upstream, aim, write }, report);
  }
  await connection.close();
  await broker.stop();
}

async function onServiceBus(report: Report): Promise<void> {
  const emulator = await startEmulator();
  const client = connectClient(emulator.connectionString());
  for (const queue of queues) {
    emulator.createQueue(queue);
    const sender = client.createSender(queue);
    await sender.sendMessages({ body: 1 });
    await sender.close();
  }
  await client.close();
  const write = (queueName: string, port: number): Written => ({
    metadata: { queueName },
    auth: { connection: emulator.connectionString().replace(`:${emulator.port}`, `:${port}`) },
  });
  const what = 'azure-servicebus (emulator in this process)';
  const aim = '≤ 11 requests';
  await measure({ what, type: 'azure-servicebus', port: emulator.port, aim, write }, report);
  await emulator.stop();
}
