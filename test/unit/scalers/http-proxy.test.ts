// The variables that name a proxy, as every program of a cluster obeys them.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/scalers/http.ts';

const { signal } = new AbortController();
const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

let source: Server;
let proxy: Server;
const asked: string[] = [];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  source = createServer((_request, response) => response.end('42')).listen(0, '127.0.0.1');
  // Whatever host is meant: it leads to the source. Only what is asked for by CONNECT needs a name that nobody knows.
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('42');
  }).listen(0, '127.0.0.1');
  proxy.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    const there = connect(portOf(source), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    for (const end of [there, socket]) end.on('error', () => end.destroy());
  });
  await Promise.all([source, proxy].map(async (server) => server.listening || once(server, 'listening')));
});
afterEach(() => {
  asked.length = 0;
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});
afterAll(() => {
  for (const server of [source, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});

async function ask(url: string, variables: Readonly<Record<string, string>>): Promise<string> {
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, variables);
  const client = createHttpClient({ silenceMs: 2_000 });
  try {
    return (await client.request(new URL(url), 'source', {}, signal)).text;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.close();
  }
}

describe('a source behind a proxy', () => {
  it('is asked through HTTP_PROXY, or HTTPS_PROXY where it speaks TLS', async () => {
    const address = `http://127.0.0.1:${portOf(proxy)}`;
    expect(await ask('http://source.invalid/value', { HTTP_PROXY: address })).toBe('42');
    expect(asked).toEqual([expect.stringContaining('source.invalid')]);
    asked.length = 0;
    await ask('https://source.invalid/value', { HTTPS_PROXY: address });
    expect(asked).toEqual(['CONNECT source.invalid:443']);
  });

  it('is asked directly where NO_PROXY names it, or it is on this host', async () => {
    const HTTP_PROXY = `http://127.0.0.1:${portOf(proxy)}`;
    expect(await ask('http://source.invalid/value', { HTTP_PROXY, NO_PROXY: '.invalid' })).toBe('SOURCE_UNAVAILABLE');
    expect(await ask(`http://127.0.0.1:${portOf(source)}/value`, { HTTP_PROXY })).toBe('42');
    expect(asked).toEqual([]);
  });
});
