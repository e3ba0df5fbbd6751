// A client that asks for leave before it writes.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { NODES } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const { signal } = new AbortController();
const refusal = new KubeError('not sent', { code: 'KUBE_CONFLICT', retry: 'backoff' });
let stub: KubeStub;
let connection: Connection;
let client: KubeClient;
/** How many writes are allowed yet. */
let leave: number;

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  leave = 0;
  client = createKubeClient(connection, {
    clock: systemClock,
    log: silentLogger,
    userAgent: 'sluice/test',
    beforeWrite() {
      if (leave-- <= 0) throw refusal;
    },
  });
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});

describe('src/kube/http-client with beforeWrite', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a patch', () => client.patch(NODES, { name: 'n' }, { type: 'merge', body: {} }, { signal })],
    ['a deletion', () => client.delete(NODES, { name: 'n' }, { signal })],
    ['a question that is a POST', () => client.request('POST', '/apis/x', {}, { signal })],
  ])('does not send %s without leave', async (_what, write) => {
    await expect(write()).rejects.toBe(refusal);
    expect(stub.requests).toEqual([]);
  });

  it('reads without leave', async () => {
    await client.list(NODES, { signal });
    expect(stub.requests).toHaveLength(1);
  });

  it('asks again before each retry', async () => {
    leave = 1;
    stub.fail({ status: 503 });
    await expect(client.patch(NODES, { name: 'n' }, { type: 'merge', body: {} }, { signal })).rejects.toBe(refusal);
    expect(stub.requests).toHaveLength(1);
  });
});
