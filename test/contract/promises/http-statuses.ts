// What an HTTP server may answer instead of a figure, and who has to act then.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { Stage } from './stage.ts';

interface Canned {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** In every answer, to be found in no error. */
const PRIVATE = 'what-the-server-says';

const ANSWERS: readonly (readonly [string, RegExp, Canned])[] = [
  ['400', /^SOURCE_ANSWER$/, { status: 400 }],
  ['401', /^AUTH_FAILED$/, { status: 401 }],
  ['403', /^AUTH_FAILED$/, { status: 403 }],
  ['404', /^SOURCE_NOT_FOUND$/, { status: 404 }],
  ['429', /^SOURCE_THROTTLED$/, { status: 429, headers: { 'retry-after': '7' } }],
  ['500', /^SOURCE_UNAVAILABLE$/, { status: 500 }],
  ['503', /^SOURCE_(UNAVAILABLE|THROTTLED)$/, { status: 503, headers: { 'retry-after': '7' } }],
  ['200 and nothing', /^SOURCE_ANSWER$/, { body: '' }],
  ['200 and a web page', /^SOURCE_ANSWER$/, { body: `<html>12 ${PRIVATE}</html>` }],
  ['200 and JSON of another shape', /^SOURCE_(ANSWER|NOT_FOUND)$/, { body: `[{"messages":"${PRIVATE}"}]` }],
  [
    '200 and a part of an answer',
    /^SOURCE_UNAVAILABLE$/,
    { headers: { 'content-length': '900' }, body: '{"messages":5' },
  ],
];

export function promiseHttpStatuses(stage: Stage): void {
  it.each(ANSWERS)('takes HTTP %s for what it means', async (_, code, { status = 200, headers = {}, body }) => {
    const server = createServer((_request, response) => {
      const text = body ?? `{"error":"${PRIVATE}","messages":5}`;
      response.writeHead(status, headers).write(text, () => {
        if ('content-length' in headers) response.destroy();
        else response.end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const error = await stage.failure(await stage.connectInput(stage.broker.input('one', port)));
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(error.code).toMatch(code);
    expect(error.message).not.toContain(PRIVATE);
    if (error.code === 'SOURCE_THROTTLED') expect(error).toMatchObject({ retryAfterMs: 7_000 });
  });
}
