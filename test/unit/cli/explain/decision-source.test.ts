// What a Sluice that is named by its address may answer, or not.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decisionsAt } from '../../../../src/cli/explain/decision-source.ts';
import { createFakeClock } from '../../../support/clock.ts';

const { signal } = new AbortController();
const STATUS = 'this is what the object’s status says'.replace('’', "'");
let server: Server;
let address: string;
let answer: (response: ServerResponse) => void;
let arrived: () => void;
beforeAll(async () => {
  server = createServer((_request, response) => {
    answer(response);
    arrived();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

describe('sluice explain --address', () => {
  const clock = createFakeClock();
  const ask = (text: string | undefined): { found: Promise<unknown>; heard: Promise<void> } => {
    answer = (response) => text !== undefined && response.end(text);
    const heard = new Promise<void>((resolve) => (arrived = resolve));
    return { found: decisionsAt(address, clock)({ path: 'shop/worker', signal }), heard };
  };

  it('takes a decision', async () => {
    const record = { namespace: 'shop', name: 'worker', at: 1, decision: {}, seen: {}, policy: {} };
    expect(await ask(JSON.stringify(record)).found).toEqual({ is: record });
  });

  it('is told who acts on the object, where that is another replica', async () => {
    const { found } = ask(JSON.stringify({ namespace: 'shop', name: 'worker', owner: 'sluice-2' }));
    expect(await found).toEqual({
      isNot: `the Sluice at ${address} does not act on it, sluice-2 does: ${STATUS}`,
    });
  });

  it.each(['<html>s3cret', '{"at":1}', '[]', 'null'])('takes %s for no decision', async (text) => {
    expect(await ask(text).found).toEqual({ isNot: `${address} answers with no decision: ${STATUS}` });
  });

  it('waits ten seconds at the most', async () => {
    const { found, heard } = ask(undefined);
    await heard;
    await clock.advance(10_000);
    expect(await found).toEqual({ isNot: `nobody answers at ${address} (SOURCE_TIMEOUT): ${STATUS}` });
  });
});
