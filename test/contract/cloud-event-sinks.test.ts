// Destinations of CloudEvents over real HTTP: what arrives there, and what each answer means.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { cloudEventOf } from '../../src/cloud-events/cloud-event.ts';
import { createDestination } from '../../src/cloud-events/create-destination.ts';
import type { Credentials, Destination } from '../../src/cloud-events/destination.ts';
import { isAboutEvents } from '../../src/cloud-events/refusal.ts';
import { SluiceError } from '../../src/errors.ts';
import { type AzureCloud, CLIENT_ID, startAzureCloud, TENANT_ID } from '../support/azure-cloud.ts';

const { signal } = new AbortController();
const regarding = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', namespace: 'shop', name: 'orders' };
const anEvent = (id: string) =>
  cloudEventOf(
    {
      id,
      at: Date.UTC(2026, 0, 1),
      type: 'keda.scaledobject.ready.v1',
      event: { regarding, reason: 'ScaledObjectReady', note: 'bereit – €' },
    },
    { clusterName: 'prod', namespace: 'keda' },
  );
const attributes = {
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': '/prod/keda/keda',
  'ce-subject': '/prod/shop/scaledobject/orders',
  'ce-type': 'keda.scaledobject.ready.v1',
  'ce-time': '2026-01-01T00:00:00.000Z',
  'content-type': 'application/json',
};

interface Arrival {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

let arrivals: Arrival[] = [];
let answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
async function receive(request: IncomingMessage): Promise<typeof answer> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  arrivals.push({ url: request.url, headers: request.headers, body: JSON.parse(text) });
  return answer;
}
const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
const answering = (request: IncomingMessage, response: ServerResponse): void =>
  void receive(request).then(({ status, headers, body }) => response.writeHead(status, headers).end(body));

let destination: Destination | undefined;
afterEach(async () => {
  await destination?.close();
  destination = undefined;
  arrivals = [];
  answer = { status: 200 };
});

type Spec = Parameters<typeof createDestination>[0]['spec'];
const aDestination = (spec: Spec, credentials: Credentials = { auth: {} }): Destination => {
  const metadata = { name: 'a', namespace: 'shop' };
  const source = { apiVersion: 'eventing.keda.sh/v1alpha1', kind: 'CloudEventSource', metadata, spec };
  destination = createDestination(source, {
    clock: systemClock,
    clusterObjectNamespace: 'keda',
    authenticate: async () => credentials,
  });
  return destination;
};
const failureOf = async (send: Promise<void>): Promise<SluiceError> => {
  const error: unknown = await send.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof SluiceError) return error;
  throw new Error(`expected an error of the taxonomy, found ${String(error)}`);
};

describe('destination http', () => {
  const server = createServer(answering);
  let port = 0;
  beforeAll(async () => {
    port = await listen(server);
  });
  afterAll(() => close(server));
  const http = (path = '/events?code=s3cret', user = ''): Destination =>
    aDestination({ destination: { http: { uri: `http://${user}127.0.0.1:${port}${path}` } } });

  it('gets each event in binary mode', async () => {
    await http().send([anEvent('1'), anEvent('2')], signal);
    expect(arrivals.map(({ headers }) => headers['ce-id'])).toEqual(['1', '2']);
    expect(arrivals[0]).toMatchObject({
      url: '/events?code=s3cret',
      headers: attributes,
      body: { reason: 'ScaledObjectReady', message: 'bereit – €' },
    });
  });

  it('gets name and password of the address in a header', async () => {
    await http('/', 'me:p%40ss@').send([anEvent('1')], signal);
    expect(arrivals[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it.each<[number, SluiceError['code'], boolean]>([
    [400, 'SOURCE_ANSWER', true],
    [413, 'SOURCE_ANSWER', true],
    [500, 'SOURCE_ANSWER', true],
    [307, 'SOURCE_ANSWER', true],
    [401, 'AUTH_FAILED', false],
    [403, 'AUTH_FAILED', false],
    [404, 'SOURCE_NOT_FOUND', false],
    [408, 'SOURCE_UNAVAILABLE', false],
    [429, 'SOURCE_THROTTLED', false],
    [502, 'SOURCE_UNAVAILABLE', false],
    [503, 'SOURCE_UNAVAILABLE', false],
  ])('that answers %i gives %s, and tells nothing of address or answer', async (status, code, isEvents) => {
    answer = { status, body: 'the body is s3cret', headers: { location: 'http://s3cret/' } };
    const error = await failureOf(http('/events?code=s3cret', 'me:s3cret@').send([anEvent('1')], signal));
    expect(error.code).toBe(code);
    expect(isAboutEvents(error)).toBe(isEvents);
    expect(error.message).toContain(`http sink 127.0.0.1:${port}`);
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain('s3cret');
  });

  it('that asks for a pause gets it', async () => {
    answer = { status: 429, headers: { 'retry-after': '7' } };
    expect(await failureOf(http().send([anEvent('1')], signal))).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('that is not there is told of by its name', async () => {
    const sink = aDestination({ destination: { http: { uri: 'http://127.0.0.1:1/x?code=s3cret' } } });
    const error = await failureOf(sink.send([anEvent('1')], signal));
    expect(error.message).toMatch(/^http sink 127\.0\.0\.1:1: the connection was refused/);
    expect(isAboutEvents(error)).toBe(false);
  });

  it.each([
    [{}, /spec\.destination: expected http or azureEventGridTopic/],
    [{ http: { uri: 'ftp://x' } }, /spec\.destination\.http\.uri: expected an absolute http or https URL/],
    [{ azureEventGridTopic: { endpoint: 'topic' } }, /azureEventGridTopic\.endpoint: expected an absolute/],
  ])('cannot be made of %j', (given, message) => expect(() => aDestination({ destination: given })).toThrow(message));
});

describe('destination azureEventGridTopic', () => {
  const HOST = 'grid-1.westeurope-1.eventgrid.azure.net';
  let azure: AzureCloud;
  let server: Server;
  beforeAll(async () => {
    azure = await startAzureCloud();
    const { certPem, keyPem } = await azure.certificateFor(HOST);
    server = createHttpsServer({ cert: certPem, key: keyPem }, answering);
    azure.lead(HOST, await listen(server));
  });
  afterAll(async () => {
    await close(server);
    await azure.stop();
  });
  const topic = (credentials: Credentials, endpoint = `https://${HOST}/api/events`): Destination =>
    aDestination(
      { destination: { azureEventGridTopic: { endpoint } }, authenticationRef: { name: 'grid' } },
      credentials,
    );

  it('gets a batch of CloudEvents with the topic’s key', async () => {
    await topic({ auth: { accessKey: 'k3y==' } }).send([anEvent('1'), anEvent('2')], signal);
    expect(arrivals).toHaveLength(1);
    expect(arrivals[0]).toMatchObject({
      url: '/api/events?api-version=2018-01-01',
      headers: { 'aeg-sas-key': 'k3y==', 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
      body: [
        {
          specversion: '1.0',
          id: '1',
          source: '/prod/keda/keda',
          subject: '/prod/shop/scaledobject/orders',
          type: 'keda.scaledobject.ready.v1',
          time: '2026-01-01T00:00:00.000Z',
          datacontenttype: 'application/json',
          data: { reason: 'ScaledObjectReady', message: 'bereit – €' },
        },
        { id: '2' },
      ],
    });
  });

  it('keeps a version of the API that the endpoint names', async () => {
    await topic({ auth: { accessKey: 'k' } }, `https://${HOST}/api/events?api-version=2023-11-01`).send(
      [anEvent('1')],
      signal,
    );
    expect(arrivals[0]?.url).toBe('/api/events?api-version=2023-11-01');
  });

  it('gets a token of the workload identity, which one exchange is enough for', async () => {
    const sink = topic({ auth: {}, podIdentity: { provider: 'azure-workload' } });
    await sink.prepare(signal);
    await sink.send([anEvent('1')], signal);
    await sink.send([anEvent('2')], signal);
    const tokens = arrivals.map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? '');
    expect(tokens.map((token) => azure.vouches(token, 'https://eventgrid.azure.net'))).toEqual([true, true]);
    expect(azure.exchanges.filter(({ scope }) => scope.startsWith('https://eventgrid.azure.net/'))).toEqual([
      expect.objectContaining({ clientId: CLIENT_ID, tenant: TENANT_ID }),
    ]);
  });

  it.each([`http://${HOST}/api/events`, 'https://evil.example/api/events', 'https://xeventgrid.azure.net/api/events'])(
    'sees no token of ours when it is no topic of Azure’s (%s)',
    async (endpoint) => {
      const sink = topic({ auth: {}, podIdentity: { provider: 'azure-workload' } }, endpoint);
      const error = await failureOf(sink.prepare(signal));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(error.message).toContain('expected https and a host under eventgrid.azure.net');
    },
  );

  it('is not asked while the directory refuses us', async () => {
    azure.setDirectory('refuses');
    const identityId = '33333333-3333-4333-8333-333333333333';
    const sink = topic({ auth: {}, podIdentity: { provider: 'azure-workload', identityId } });
    expect(await failureOf(sink.prepare(signal))).toMatchObject({ code: 'AUTH_FAILED' });
    expect(arrivals).toEqual([]);
    azure.setDirectory('gives');
    await sink.prepare(signal);
  });

  it('that refuses the key is told of without it', async () => {
    answer = { status: 401, body: 'k3y' };
    const error = await failureOf(topic({ auth: { accessKey: 'k3y' } }).send([anEvent('1')], signal));
    expect(error.message).toBe(`Event Grid topic ${HOST} refuses us (HTTP 401); check the credentials`);
  });

  it.each([
    ['', /needs one that gives accessKey, or has pod identity azure-workload/],
    ['k3y\nx', /accessKey is no key/],
  ])('does without no key (%j)', async (accessKey, message) => {
    const error = await failureOf(topic({ auth: { accessKey } }).prepare(signal));
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('k3y');
  });
});
