// A worker on a number that HTTP servers tell: of one server behind a login, and of all endpoints of a Service as they come and go.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { ENDPOINT_SLICES } from '../../src/kube/resources.ts';
import { isReal } from '../support/cluster-server.ts';
import { NAMESPACE } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { describeQueueStory, type StagedQueue } from '../support/queue-story.ts';
import { aScaledWorker } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

/** Kubernetes takes no loopback address for an endpoint. */
const ADDRESS = isReal
  ? Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
  : '127.0.0.1';

interface Counter {
  readonly port: number;
  waiting: number;
  stop(): Promise<void>;
}

async function startCounter(address: string, isLoggedIn: (authorization?: string) => boolean): Promise<Counter> {
  const counter = { waiting: 0 };
  const server: Server = createServer(({ headers }, response) => {
    response.writeHead(isLoggedIn(headers.authorization) ? 200 : 401);
    response.end(JSON.stringify({ queues: [{ name: 'orders', waiting: counter.waiting }] }));
  });
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return Object.assign(counter, {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}

async function stage(): Promise<StagedQueue> {
  const counter = await startCounter('127.0.0.1', (authorization) => authorization === 'Bearer horse');
  const url = `http://127.0.0.1:${counter.port}/`;
  return {
    type: 'metrics-api',
    metadata: { url, valueLocation: 'queues.#(name=="orders").waiting', targetValue: '10', authModes: 'bearer' },
    auth: { token: 'horse' },
    put: async (jobs) => (counter.waiting += jobs),
    empty: async () => (counter.waiting = 0),
    stop: () => counter.stop(),
  };
}

describeQueueStory('a worker on an HTTP server', { 'number behind a login': stage });

describe('a worker on the endpoints of a Service', () => {
  let world: World;
  const counters: Counter[] = [];
  beforeAll(async () => {
    world = await startWorld();
    for (let i = 0; i < 2; i++) counters.push(await startCounter(ADDRESS ?? '', () => true));
    const metadata = {
      url: `http://api.${NAMESPACE}:8080/`,
      valueLocation: 'queues.0.waiting',
      targetValue: '10',
      aggregateFromKubeServiceEndpoints: 'true',
      aggregationType: 'sum',
    };
    await world.apply(
      ...counters.map(({ port }, i) => aSlice(`api-${i}`, port)),
      ...aScaledWorker('orders', { spec: { triggers: [{ type: 'metrics-api', metadata }] } }),
    );
    await eventually('it is in force', async () => (await world.condition('orders', 'Ready')).status === 'True');
  });
  afterAll(async () => {
    await world.stop();
    await Promise.all(counters.map((counter) => counter.stop()));
  });

  const aSlice = (name: string, port: number): KubeObject =>
    ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': 'api' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
      ports: [{ name: 'http', port }],
    }) as KubeObject;
  const setWaiting = (...figures: readonly number[]): void =>
    counters.forEach((counter, i) => (counter.waiting = figures[i] ?? 0));
  const sizeOf = (replicas: number): Promise<unknown> =>
    eventually(`it has ${replicas} replicas`, async () => (await world.replicas('orders')) === replicas);

  it('goes from zero to the size that their sum asks for', async () => {
    setWaiting(15, 30);
    await sizeOf(5);
  });

  it('holds its size while one of them does not answer, and goes on without it when it is gone', async () => {
    await counters[1]?.stop();
    await eventually('the condition says so', async () => {
      expect((await world.condition('orders', 'Ready')).message).toContain(
        `metrics-api:api.${NAMESPACE}:8080 at ${ADDRESS}:${counters[1]?.port}: the connection was refused`,
      );
    });
    setWaiting(0, 0);
    await world.looks('orders', 3);
    expect(await world.replicas('orders')).toBe(5);
    await world.remove(ENDPOINT_SLICES, 'api-1');
    await sizeOf(0);
  });
});
