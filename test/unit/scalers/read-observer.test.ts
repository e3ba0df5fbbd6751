// What a scaler's read tells of itself on the way: requests over HTTP, and answers without a value.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/scalers/http.ts';
import { readInstantValue } from '../../../src/scalers/prometheus/answer.ts';
import { observeRead } from '../../../src/telemetry/read-observer.ts';

const server = createServer((request, response) => {
  if (request.url === '/cut') request.socket.destroy();
  else response.writeHead(Number(request.url?.slice(1))).end('answer');
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function seenWhile(work: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = [];
  const observer = {
    http(status: string, seconds: number) {
      expect(seconds).toBeGreaterThan(0);
      seen.push(status);
    },
    emptyAnswer: (isIgnored: boolean) => void seen.push(isIgnored ? 'empty, a 0' : 'empty, an error'),
  };
  await observeRead(observer, work).catch(() => {});
  return seen;
}

describe('a request of a read', () => {
  it.each([
    ['/200', '200'],
    ['/404', '404'],
    ['/503', '503'],
    ['/cut', 'error'],
  ])('%s is counted as %s', async (path, status) => {
    const client = createHttpClient({ silenceMs: 1_000 });
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    const { signal } = new AbortController();
    expect(await seenWhile(() => client.request(url, 'a server', {}, signal))).toEqual([status]);
    await client.close();
  });
});

describe('an answer of Prometheus', () => {
  const answer = (...result: readonly unknown[]) => JSON.stringify({ data: { resultType: 'vector', result } });
  const value = (text: string) => ({ value: [0, text] });
  it.each<[string, string, 'zero' | 'error', readonly string[]]>([
    ['without a result', answer(), 'zero', ['empty, a 0']],
    ['without a result', answer(), 'error', ['empty, an error']],
    ['that is no number', answer(value('NaN')), 'zero', ['empty, a 0']],
    ['with a value', answer(value('0')), 'zero', []],
  ])('%s is seen for what it is', async (_name, body, empty, expected) => {
    const read = async () => readInstantValue(body, { what: 'prometheus', query: 'up', empty });
    expect(await seenWhile(read)).toEqual(expected);
  });
});
