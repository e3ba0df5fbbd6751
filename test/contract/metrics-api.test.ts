// The metrics-api scaler against an HTTP server that tells the lengths of its queues.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled } from '../support/written-trigger.ts';
import { describeScaler } from './scaler-contract.ts';

const username = 'sluice';
const right = 'correct-horse';
const basic = (password: string) => `Basic ${btoa(`${username}:${password}`)}`;

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

const written = (scheme: string, queue: string, port: number) => ({
  url: `${scheme}://127.0.0.1:${port}/queues`,
  valueLocation: `queues.${queue.replaceAll(/[.|#@*?\\[\]{}()!]/g, '\\$&')}`,
  targetValue: '5',
  authModes: 'basic',
});

describeScaler('metrics-api', {
  missingQueue: 'error',
  speaks: 'http',
  async start() {
    const queues = new Map<string, number>();
    const server = await listen((request, response) => {
      if (request.headers.authorization !== basic(right)) response.writeHead(401).end(request.headers.authorization);
      else response.end(JSON.stringify({ queues: Object.fromEntries(queues) }));
    });
    return {
      type: 'metrics-api',
      port: portOf(server),
      secrets: [right, btoa(`${username}:${right}`)],
      fill: async (queue, messages) => void queues.set(queue, Math.max(messages, queues.get(queue) ?? 0)),
      contents: async () => [...queues],
      input: (queue, port, password = right) => ({
        metadata: written('http', queue, port),
        auth: { username, password },
      }),
      tls: {
        input: (queue, port, ca) => ({
          metadata: written('https', queue, port),
          auth: { username, password: right, ...(ca === undefined ? {} : { ca }) },
        }),
      },
      // It holds nothing but what the test gives it, and goes on with that.
      async restart() {
        const { port } = server.address() as AddressInfo;
        await stop(server);
        await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
      },
      stop: () => stop(server),
    };
  },
});

describe('metrics-api', () => {
  let server: Server;
  let seen: IncomingMessage | undefined;
  let answers: Record<string, { readonly status?: number; readonly body?: string; readonly location?: string }>;
  beforeAll(async () => {
    server = await listen((request, response) => {
      seen = request;
      const { status = 200, body = '{"n":5}', location } = answers[request.url ?? ''] ?? {};
      response.writeHead(status, { ...(location === undefined ? {} : { location }), 'retry-after': '7' }).end(body);
    });
  });
  afterAll(() => stop(server));

  const read = async (
    path: string,
    metadata: Readonly<Record<string, string>> = {},
    auth: Readonly<Record<string, string>> = {},
  ): Promise<number> => {
    const url = `http://127.0.0.1:${portOf(server)}${path}`;
    const written = { url, valueLocation: 'n', targetValue: '5', ...metadata };
    return (await readTrigger('metrics-api', { metadata: written, auth })).value;
  };

  it.each([
    ['json', '{"a":[{"n":"1500m"}]}', 'a.0.n', 1.5],
    ['yaml', 'a:\n- n: 12\n', 'a.0.n', 12],
    ['xml', '<a><b n="3"> 4Ki </b></a>', 'a.b.#text', 4096],
    ['prometheus', '# TYPE n gauge\nn{q="a"} 1\nn{q="b",z="c"} 2.5 1700000000000\n', 'n{q="b"}', 2.5],
  ])('reads %s', async (format, body, valueLocation, value) => {
    answers = { '/x': { body } };
    expect(await read('/x', { format, valueLocation })).toBe(value);
  });

  it.each([
    ['a key in a header', { authModes: 'apiKey', apiKey: 'k 1' }, {}, { 'x-api-key': 'k 1' }, '/x?q=1'],
    ['a header by name', { authModes: 'apiKey', apiKey: 'k', keyParamName: 'X-K' }, {}, { 'x-k': 'k' }, '/x?q=1'],
    ['a key in the query', { authModes: 'apiKey', method: 'query' }, { apiKey: 'k&1' }, {}, '/x?q=1&api_key=k%261'],
    [
      'a key in place of one in the address',
      { authModes: 'apiKey', method: 'query', keyParamName: 'q' },
      { apiKey: 'k' },
      {},
      '/x?q=k',
    ],
    ['a token', { authModes: 'bearer' }, { token: 't' }, { authorization: 'Bearer t' }, '/x?q=1'],
    ['a login', { authModes: 'basic' }, { username: 'u' }, { authorization: `Basic ${btoa('u:')}` }, '/x?q=1'],
    [
      'a header of its own, and a key',
      { authMode: 'custom,apiKey' },
      { customAuthHeader: 'X-Team', customAuthValue: 'a', apiKey: 'k' },
      { 'x-team': 'a', 'x-api-key': 'k' },
      '/x?q=1',
    ],
  ])('sends %s', async (_, metadata, auth, headers, url) => {
    answers = {};
    expect(await read('/x?q=1', metadata as Record<string, string>, auth as Record<string, string>)).toBe(5);
    expect(seen?.headers).toMatchObject(headers);
    expect(seen?.url).toBe(url);
  });

  it('exchanges OAuth2 client credentials for a token', async () => {
    answers = { '/token': { body: '{"access_token":"t1"}' } };
    const oauthTokenURI = `http://127.0.0.1:${portOf(server)}/token`;
    await read('/x', { authModes: 'oauth' }, { oauthTokenURI, clientID: 'c', clientSecret: 's' });
    expect(seen?.headers.authorization).toBe('Bearer t1');
  });

  it('gets another token when the one it has is refused', async () => {
    const oauthTokenURI = `http://127.0.0.1:${portOf(server)}/token`;
    const url = `http://127.0.0.1:${portOf(server)}/x`;
    const metadata = { url, valueLocation: 'n', targetValue: '5', authModes: 'oauth' };
    const trigger = polled('metrics-api', { metadata, auth: { oauthTokenURI, clientID: 'c', clientSecret: 's' } });
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const scaler = await trigger.connect({ clients, clock: systemClock });
    const { signal } = new AbortController();
    for (const [token, status, used] of [
      ['t1', 200, 't1'],
      ['t2', 401, 't1'],
      ['t2', 200, 't2'],
      ['t3', 403, 't2'],
      ['t3', 200, 't2'],
    ] as const) {
      answers = { '/token': { body: `{"access_token":"${token}","expires_in":3600}` }, '/x': { status } };
      const reading = scaler.read(signal);
      if (status === 200) expect(await reading).toEqual({ value: 5 });
      else await expect(reading).rejects.toMatchObject({ code: 'AUTH_FAILED' });
      expect(seen?.headers.authorization).toBe(`Bearer ${used}`);
    }
    await scaler.close();
    await clients.close();
  });

  it('takes the login from the address', async () => {
    answers = {};
    await read('/x', { url: `http://u:p%40ss@127.0.0.1:${portOf(server)}/x` });
    expect(seen?.headers.authorization).toBe(`Basic ${btoa('u:p@ss')}`);
  });

  it('follows redirects on the same host, and takes no credentials anywhere else', async () => {
    answers = { '/x': { status: 302, location: '/y' }, '/y': { body: '{"n":6}' } };
    expect(await read('/x')).toBe(6);
    answers = { '/x': { status: 302, location: '/x' } };
    await expect(read('/x')).rejects.toThrow('more than 10 redirects');
    answers = { '/y': { status: 302 } };
    await expect(read('/y')).rejects.toThrow('expected HTTP 200, found 302');
    answers = { '/x': { status: 302, location: `http://localhost:${portOf(server)}/y` } };
    await expect(read('/x')).rejects.toMatchObject({ code: 'SOURCE_ANSWER' });
  });

  it.each([
    [204, 'SOURCE_ANSWER'],
    [400, 'SOURCE_ANSWER'],
    [401, 'AUTH_FAILED'],
    [403, 'AUTH_FAILED'],
    [404, 'SOURCE_NOT_FOUND'],
    [429, 'SOURCE_THROTTLED'],
    [500, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
  ])('takes HTTP %i for %s, and keeps the answer to itself', async (status, code) => {
    answers = { '/x?s=secret': { status, body: '{"n":5,"why":"secret"}' } };
    const error: Error & { code?: string } = await read('/x?s=secret').catch((thrown) => thrown);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('secret');
  });

  it('waits as long as its own timeout says, and no longer', async () => {
    const silent = await listen(() => {});
    const started = performance.now();
    const metadata = { url: `http://127.0.0.1:${portOf(silent)}/`, timeout: '300ms' };
    await expect(read('/', metadata)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    expect(performance.now() - started).toBeLessThan(2_000);
    await stop(silent);
  });
});
