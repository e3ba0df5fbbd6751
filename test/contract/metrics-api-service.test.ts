// A metrics-api trigger that asks every endpoint of a Service: real servers, each on an address of its own.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { ENDPOINT_SLICES } from '../../src/kube/resources.ts';
import { systemClock } from '../../src/async.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { type ClusterTriggers, createClusterTriggers } from '../support/cluster-triggers.ts';
import type { Scaler } from '../../src/scalers/scaler.ts';

const never = new AbortController().signal;
const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

describe('metrics-api over the endpoints of a Service', () => {
  let world: ClusterTriggers;
  let servers: Server[] = [];
  let port = 0;
  let answers: Record<string, number | 'fails' | 'silent'> = {};
  const answer: RequestListener = ({ socket, url }, response) => {
    const value = answers[socket.localAddress ?? ''];
    if (value === 'silent') return;
    if (value === 'fails' || url !== '/queue?of=orders') response.writeHead(503).end();
    else response.end(JSON.stringify({ n: value }));
  };

  async function serve(create: (listener: RequestListener) => Server): Promise<void> {
    port = 0;
    for (const address of ADDRESSES) {
      const server = create(answer);
      await new Promise<void>((listening) => server.listen(port, address, listening));
      port = (server.address() as AddressInfo).port;
      servers.push(server);
    }
  }
  async function put(name: string, addresses: readonly string[], service = 'api'): Promise<void> {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [{ port }],
    } as KubeObject;
    await world.kube.create(ENDPOINT_SLICES, slice, { signal: never });
    await world.clock.advance(0);
  }
  const connect = (metadata: Record<string, string> = {}): Promise<Scaler> =>
    world.connect('metrics-api', {
      url: `http://api.shop.svc:${port}/queue?of=orders`,
      valueLocation: 'n',
      targetValue: '5',
      aggregateFromKubeServiceEndpoints: 'true',
      ...metadata,
    });

  beforeEach(() => {
    world = createClusterTriggers();
    answers = { '127.0.0.2': 2, '127.0.0.3': 3, '127.0.0.4': 10 };
  });
  afterEach(async () => {
    await world.stop();
    for (const server of servers) (server as ReturnType<typeof createServer>).closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    servers = [];
  });

  it.each([
    ['average', 5],
    ['sum', 15],
    ['max', 10],
    ['min', 2],
  ])('gives the %s of what they say', async (aggregationType, expected) => {
    await serve((listener) => createServer(listener));
    await put('a', ADDRESSES.slice(0, 2));
    await put('b', ADDRESSES.slice(1));
    await put('other', ['127.0.0.9'], 'web');
    const scaler = await connect({ aggregationType });
    expect(await scaler.read(never)).toEqual({ value: expected });
    await scaler.close();
  });

  it('follows the endpoints as they come and go', async () => {
    await serve((listener) => createServer(listener));
    const scaler = await connect({ aggregationType: 'sum' });
    await expect(scaler.read(never)).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: `metrics-api:api.shop.svc:${port}: the Service has no endpoint that is ready`,
    });
    await put('a', ADDRESSES.slice(0, 1));
    expect(await scaler.read(never)).toEqual({ value: 2 });
    await put('b', ADDRESSES.slice(1));
    expect(await scaler.read(never)).toEqual({ value: 15 });
    await world.kube.delete(ENDPOINT_SLICES, { namespace: 'shop', name: 'a' }, { signal: never });
    await world.clock.advance(0);
    expect(await scaler.read(never)).toEqual({ value: 13 });
    await scaler.close();
  });

  it('names the endpoint that fails, and makes an average without it', async () => {
    await serve((listener) => createServer(listener));
    answers['127.0.0.3'] = 'fails';
    await put('a', [...ADDRESSES, '127.0.0.5']);
    const [sum, average] = [await connect({ aggregationType: 'sum' }), await connect()];
    await expect(sum.read(never)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: `metrics-api:api.shop.svc:${port} at 127.0.0.3:${port}: the server can't answer now (HTTP 503)`,
    });
    expect(await average.read(never)).toEqual({ value: 6 });
    await Promise.all([sum.close(), average.close()]);
  });

  it('leaves one that says nothing after a while, in time for the others', async () => {
    await serve((listener) => createServer(listener));
    answers['127.0.0.4'] = 'silent';
    await put('a', ADDRESSES);
    const scaler = await connect();
    const reading = scaler.read(never);
    for (let i = 0; i < 50; i++) await new Promise((turn) => setImmediate(turn));
    await world.clock.advance(1_500);
    expect(await reading).toEqual({ value: 2.5 });
    await scaler.close();
  });

  it('expects the certificate of the Service, and not one for an address', async () => {
    const authority = await createAuthority({ commonName: 'shop', now: systemClock.now(), days: 1 });
    const { certPem: cert, keyPem: key } = await issueCertificate(authority, {
      commonName: 'api',
      dnsNames: ['api.shop.svc'],
      ipAddresses: [],
      usages: ['server'],
      now: systemClock.now(),
      days: 1,
    });
    await serve((listener) => createHttpsServer({ cert, key }, listener));
    await put('a', ADDRESSES);
    const metadata = { authModes: 'apiKey', apiKey: 'k', method: 'header', aggregationType: 'sum' };
    for (const [host, ca, expected] of [
      ['api.shop.svc', authority.certPem, { value: 15 }],
      ['api.shop.svc.cluster.local', authority.certPem, 'certificate is for another host name (ERR_TLS_CERT_ALTNAME'],
      ['api.shop.svc', undefined, 'unknown CA'],
    ] as const) {
      const url = `https://${host}:${port}/queue?of=orders`;
      const scaler = await world.connect(
        'metrics-api',
        { valueLocation: 'n', targetValue: '5', aggregateFromKubeServiceEndpoints: 'true', url, ...metadata },
        ca === undefined ? {} : { ca },
      );
      if (typeof expected === 'string') await expect(scaler.read(never)).rejects.toThrow(expected);
      else expect(await scaler.read(never)).toEqual(expected);
      await scaler.close();
    }
  });
});
