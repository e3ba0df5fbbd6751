// Services that are asked over HTTP or gRPC, with thousands of queues, for the bench.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasAzurite, startAzurite } from '../support/azurite.ts';
import { CREDENTIALS, hasPrometheus, startPrometheus } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { startExternalScaler } from '../support/external-scaler.ts';
import { startEmulator } from '../support/service-bus.ts';
import { inTurns, queueNames, type SourceBroker } from './source-brokers.ts';

/** Fewer than elsewhere: Azurite is filled request by request. */
const STORAGE_QUEUES = 1_000;
/** Behind one address: each trigger parses the whole answer. */
const QUEUES_TOGETHER = 1_000;

export const SOURCE_SERVERS: readonly SourceBroker[] = [
  {
    name: 'azure-servicebus',
    isInstalled: true,
    async fill() {
      const emulator = await startEmulator();
      for (const queue of queueNames()) emulator.createQueue(queue);
      const auth = { connection: emulator.connectionString() };
      const triggers = queueNames().map((queueName) => ({ metadata: { queueName }, auth }));
      return {
        // Azure's client takes minutes to put a message into each.
        targets: [{ what: 'azure-servicebus (emulator)', type: 'azure-servicebus', triggers, value: 0 }],
        stop: emulator.stop,
      };
    },
  },
  {
    name: 'azure-queue',
    isInstalled: hasAzurite,
    async fill() {
      const azurite = await startAzurite();
      const client = azurite.connect();
      const queues = queueNames(STORAGE_QUEUES);
      await inTurns(queues, async (name) => {
        const queue = client.getQueueClient(name);
        await queue.create();
        await queue.sendMessage('1');
      });
      const auth = { connection: azurite.connectionString() };
      const triggers = queues.map((queueName) => ({ metadata: { queueName }, auth }));
      return { targets: [{ what: 'azure-queue (Azurite)', type: 'azure-queue', triggers }], stop: azurite.stop };
    },
  },
  {
    name: 'prometheus',
    isInstalled: hasPrometheus,
    async fill() {
      const samples = queueNames().map((queue) => `queue_messages{queue="${queue}"} 1\n`);
      const exporter = await serve((_, response) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4');
        response.end(samples.join(''));
      });
      const broker = await startPrometheus(exporter.port);
      const server = { serverAddress: `http://127.0.0.1:${broker.port}`, threshold: '5', authModes: 'basic' };
      const triggers = queueNames().map((queue) => ({
        metadata: { ...server, query: `queue_messages{queue="${queue}"}` },
        auth: CREDENTIALS,
      }));
      await eventually('prometheus has read the exporter', () => exporter.asked() > 1);
      return {
        targets: [{ what: 'prometheus', type: 'prometheus', triggers }],
        async stop() {
          await broker.stop();
          exporter.stop();
        },
      };
    },
  },
  {
    name: 'metrics-api',
    isInstalled: true,
    async fill() {
      const queues = queueNames(QUEUES_TOGETHER);
      const all = JSON.stringify({ queues: Object.fromEntries(queues.map((queue) => [queue, 1])) });
      const server = await serve(({ url }, response) => {
        response.end(url === '/queues' ? all : JSON.stringify({ messages: 1 }));
      });
      const address = `http://127.0.0.1:${server.port}/queues`;
      const single = queueNames().map((queue) => ({
        metadata: { url: `${address}/${queue}`, valueLocation: 'messages', targetValue: '5' },
      }));
      const together = queues.map((queue) => ({
        metadata: { url: address, valueLocation: `queues.${queue}`, targetValue: '5' },
      }));
      return {
        targets: [
          { what: 'metrics-api, an address each', type: 'metrics-api', triggers: single },
          { what: 'metrics-api, one address for all', type: 'metrics-api', triggers: together },
        ],
        async stop() {
          server.stop();
        },
      };
    },
  },
  {
    name: 'external',
    isInstalled: true,
    async fill() {
      const scaler = await startExternalScaler();
      for (const queue of queueNames()) scaler.queues.set(queue, 1);
      const scalerAddress = `127.0.0.1:${scaler.port}`;
      const triggers = queueNames().map((queueName) => ({ metadata: { scalerAddress, queueName } }));
      return { targets: [{ what: 'external', type: 'external', triggers }], stop: scaler.stop };
    },
  },
];

interface SmallServer {
  readonly port: number;
  /** Requests so far. */
  asked(): number;
  stop(): void;
}

async function serve(answer: RequestListener): Promise<SmallServer> {
  let asked = 0;
  const server: Server = createServer((request, response) => {
    asked++;
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
