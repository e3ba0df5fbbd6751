// What a server may send, and what it may ask for: nobody makes us keep gigabytes, or stay away for a year.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/scalers/http.ts';
import { eventually } from '../../support/eventually.ts';

const { signal } = new AbortController();
let server: Server;
let sent = 0;
let url: URL;
async function answer({ url: path }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (path === '/large') return begin(response);
  if (path === '/small') return void response.end('small');
  if (path === '/busy') return void response.writeHead(429, { 'retry-after': '31536000' }).end();
  const piece = Buffer.alloc(64 * 1024);
  for (sent = 0; sent < 512 && !response.destroyed; sent++) {
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** Answers that have begun, and go on when they are told to. */
const begun: ServerResponse[] = [];
function begin(response: ServerResponse): void {
  response.write(Buffer.alloc(1.5 * 2 ** 20, 'a'));
  begun.push(response);
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe('src/scalers/http', () => {
  it('breaks off an answer that is larger than a client wants', async () => {
    const http = createHttpClient({ silenceMs: 5_000, mostBytes: 2 ** 20 });
    const asked = http.request(url, 'store', {}, signal);
    await expect(asked).rejects.toThrow('store: expected an answer in HTTP of at most 1 MiB, found something else');
    await http.close();
    expect(sent).toBeLessThan(256);
  });

  it('takes large answers a few at a time, and small ones meanwhile', async () => {
    const http = createHttpClient({ silenceMs: 5_000 });
    const ask = async (path: string) => (await http.request(new URL(path, url), 'store', {}, signal)).text.length;
    const large = Array.from({ length: 7 }, () => ask('/large'));
    await eventually('all have begun', async () => begun.length === 7);
    expect(await ask('/small')).toBe(5);
    for (const response of begun) response.end('b');
    expect(await Promise.all(large)).toEqual(Array(7).fill(1.5 * 2 ** 20 + 1));
    await http.close();
  });

  it('stays away for five minutes at the most, whatever a server asks for', async () => {
    const http = createHttpClient({ silenceMs: 5_000 });
    expect(await http.request(new URL('/busy', url), 'store', {}, signal)).toMatchObject({ retryAfterMs: 300_000 });
    await http.close();
  });
});
