import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { KubeError } from '../../../src/errors.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, NODES } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { type Fault, type KubeStub, type StubRequest, startKubeStub } from '../../support/kube-stub.ts';
import { createFakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { plainConnection } from '../../support/kube-connection.ts';

const MAPS = '/api/v1/configmaps';
const aMap = (name: string, data = {}): KubeObject & { data: object } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});
const kubeError = (properties: object): unknown => expect.objectContaining({ constructor: KubeError, ...properties });

let stub: KubeStub;
let connection: Connection;
let client: KubeClient;
const { signal } = new AbortController();

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  client = createKubeClient(connection, {
    clock: systemClock,
    log: silentLogger,
    userAgent: 'sluice/test',
    deadlineMs: 3_000,
  });
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});

describe('src/kube/http-client', () => {
  it('creates, reads, replaces, patches and deletes', async () => {
    const made = await client.create(CONFIG_MAPS, aMap('one', { a: '1' }), { signal });
    expect(await client.get(CONFIG_MAPS, { namespace: 'shop', name: 'one' }, { signal })).toEqual(made);
    const replaced = await client.replace(CONFIG_MAPS, { ...made, data: { a: '2' } }, { signal });
    expect(replaced.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
    const patch = { type: 'merge', body: { data: { b: '3' } } } as const;
    const key = { namespace: 'shop', name: 'one' };
    expect(await client.patch(CONFIG_MAPS, key, patch, { signal })).toMatchObject({ data: { a: '2', b: '3' } });
    await client.delete(CONFIG_MAPS, key, { signal, propagation: 'Background' });
    await expect(client.get(CONFIG_MAPS, key, { signal })).rejects.toEqual(kubeError({ code: 'KUBE_NOT_FOUND' }));
  });

  it('takes the deletion of an absent object for done', async () => {
    await expect(client.delete(CONFIG_MAPS, { namespace: 'shop', name: 'none' }, { signal })).resolves.toBeUndefined();
  });

  it.each<[string, (c: KubeClient) => Promise<unknown>, Partial<StubRequest>, Record<string, string>]>([
    [
      'server-side apply',
      (c) => c.apply(CONFIG_MAPS, aMap('one'), { signal, fieldManager: 'me', force: true }),
      { method: 'PATCH', path: '/api/v1/namespaces/shop/configmaps/one' },
      { fieldManager: 'me', force: 'true' },
    ],
    [
      'a dry run',
      (c) => c.replace(CONFIG_MAPS, aMap('one'), { signal, dryRun: true }),
      { method: 'PUT', path: '/api/v1/namespaces/shop/configmaps/one' },
      { fieldManager: 'sluice', dryRun: 'All' },
    ],
    [
      'a subresource of a name that needs encoding',
      (c) => c.get(NODES, { name: 'a/b ü' }, { signal, subresource: 'status' }),
      { method: 'GET', path: '/api/v1/nodes/a%2Fb%20%C3%BC/status' },
      {},
    ],
  ])('asks as the API wants it: %s', async (_, ask, request, parameters) => {
    stub.fail({ raw: '{}' });
    await ask(client);
    expect(stub.requests).toEqual([expect.objectContaining(request)]);
    expect(Object.fromEntries(stub.requests[0]!.query)).toEqual(parameters);
  });

  it.each<[number, string, string]>([
    [400, 'KUBE_BAD_REQUEST', 'never'],
    [401, 'KUBE_UNAUTHORIZED', 'backoff'],
    [403, 'KUBE_FORBIDDEN', 'backoff'],
    [404, 'KUBE_NOT_FOUND', 'backoff'],
    [409, 'KUBE_CONFLICT', 'now'],
    [410, 'KUBE_GONE', 'now'],
    [415, 'KUBE_BAD_REQUEST', 'never'],
    [422, 'KUBE_INVALID', 'never'],
    [429, 'KUBE_THROTTLED', 'backoff'],
    [500, 'KUBE_UNAVAILABLE', 'backoff'],
    [503, 'KUBE_UNAVAILABLE', 'backoff'],
  ])('turns HTTP %i into %s', async (status, code, retry) => {
    stub.fail({ status, reason: 'Why', message: 'the server said so', retryAfter: 30 }, undefined, 9);
    await expect(client.get(DEPLOYMENTS, { namespace: 'shop', name: 'web' }, { signal })).rejects.toEqual(
      kubeError({
        code,
        retry,
        status,
        reason: 'Why',
        retryAfterMs: 30_000,
        message: `get deployments.apps shop/web: the server said so (HTTP ${status})`,
      }),
    );
  });

  it.each<[string, Fault, (c: KubeClient) => Promise<unknown>, number]>([
    ['a read after a 500', { status: 500 }, (c) => c.get(NODES, { name: 'n' }, { signal }), 2],
    ['a read after a reset', 'reset', (c) => c.get(NODES, { name: 'n' }, { signal }), 2],
    [
      'a merge patch after a 503',
      { status: 503 },
      (c) => c.patch(NODES, { name: 'n' }, { type: 'merge', body: {} }, { signal }),
      2,
    ],
    ['any write after a 429', { status: 429, retryAfter: 0 }, (c) => c.create(NODES, aNode('m'), { signal }), 2],
  ])('repeats %s', async (_, fault, ask, requests) => {
    stub.put('/api/v1/nodes', aNode('n'));
    stub.fail(fault);
    await ask(client);
    expect(stub.requests).toHaveLength(requests);
  });

  it.each<[string, Fault, (c: KubeClient) => Promise<unknown>]>([
    ['a creation after a 500', { status: 500 }, (c) => c.create(NODES, aNode('m'), { signal })],
    ['a creation after a reset', 'reset', (c) => c.create(NODES, aNode('m'), { signal })],
    ['a replacement without a version', { status: 500 }, (c) => c.replace(NODES, aNode('m'), { signal })],
    ['a JSON patch', { status: 500 }, (c) => c.patch(NODES, { name: 'm' }, { type: 'json', body: [] }, { signal })],
    ['a conflict', { status: 409 }, (c) => c.get(NODES, { name: 'm' }, { signal })],
    [
      'what must wait beyond the deadline',
      { status: 429, retryAfter: 60 },
      (c) => c.get(NODES, { name: 'm' }, { signal }),
    ],
  ])('does not repeat %s', async (_, fault, ask) => {
    stub.fail(fault);
    await expect(ask(client)).rejects.toBeInstanceOf(KubeError);
    expect(stub.requests).toHaveLength(1);
  });

  it('asks for new credentials once when it is refused', async () => {
    stub.put('/api/v1/nodes', aNode('n'));
    stub.fail({ status: 401 });
    await client.get(NODES, { name: 'n' }, { signal });
    expect(stub.requests.map((r) => r.headers.authorization)).toEqual(['Bearer token-0', 'Bearer token-1']);
  });

  it('waits as long as Retry-After says', async () => {
    stub.put('/api/v1/nodes', aNode('n'));
    stub.fail({ status: 429, retryAfter: 1 });
    const startedAt = performance.now();
    await client.get(NODES, { name: 'n' }, { signal });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it('keeps to as many calls at once as the server let in', async () => {
    stub.put('/api/v1/nodes', aNode('n'));
    stub.fail({ status: 429, retryAfter: 0 }, undefined, 19);
    const ask = (): Promise<unknown> => client.get(NODES, { name: 'n' }, { signal });
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(stub.requests).toHaveLength(20 + 19);
  });

  it('gives up at the deadline when nothing comes, naming the server', async () => {
    const hasty = createKubeClient(connection, {
      clock: systemClock,
      log: silentLogger,
      userAgent: 'sluice/test',
      deadlineMs: 50,
    });
    stub.fail('silence');
    await expect(hasty.get(NODES, { name: 'n' }, { signal })).rejects.toEqual(
      kubeError({
        code: 'KUBE_UNAVAILABLE',
        status: undefined,
        message: `get nodes n: no answer from the API server ${stub.url}: nothing came within 50 ms`,
      }),
    );
  });

  it('rejects with the reason of the signal, not with a KubeError', async () => {
    stub.fail('silence');
    const stop = new AbortController();
    const reading = client.get(NODES, { name: 'n' }, { signal: stop.signal });
    stop.abort(new Error('shutting down'));
    await expect(reading).rejects.toThrow('shutting down');
  });

  it('says when the answer is no JSON, and keeps the body to itself', async () => {
    stub.fail({ raw: '<html>secret</html>' });
    const failure = await client.get(NODES, { name: 'n' }, { signal }).catch((error: unknown) => error);
    expect(failure).toEqual(kubeError({ code: 'KUBE_UNAVAILABLE' }));
    expect(String(failure)).not.toContain('secret');
  });

  it('lists in pages and says what each item is', async () => {
    for (let i = 0; i < 1_203; i++) stub.put(MAPS, aMap(`map-${i}`));
    const page = await client.list(CONFIG_MAPS, { signal });
    expect(page.items).toHaveLength(1_203);
    expect(page.items[1_202]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map-1202' } });
    expect(stub.requests.map((r) => r.query.get('limit'))).toEqual(['500', '500', '500']);
  });

  it('starts a list again when its snapshot expires between two pages, but not for ever', async () => {
    for (let i = 0; i < 700; i++) stub.put(MAPS, aMap(`map-${i}`));
    const second = (r: StubRequest): boolean => r.query.has('continue');
    stub.fail({ status: 410, reason: 'Expired' }, second);
    expect((await client.list(CONFIG_MAPS, { signal })).items).toHaveLength(700);
    expect(stub.requests).toHaveLength(4);
    stub.fail({ status: 410, reason: 'Expired' }, second, 9);
    await expect(client.list(CONFIG_MAPS, { signal })).rejects.toEqual(kubeError({ code: 'KUBE_GONE' }));
  });

  it('takes a watch for dead that outlives its own time limit', async () => {
    const clock = createFakeClock();
    const watcher = createKubeClient(connection, { clock, log: silentLogger, userAgent: 'sluice/test' });
    const events = watcher.watch(NODES, { resourceVersion: '100', timeoutSeconds: 300, signal });
    const next = events[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    await eventually('the watch', () => stub.watches() === 1);
    await clock.advance(330_000);
    expect(await next).toEqual(kubeError({ code: 'KUBE_UNAVAILABLE' }));
    await eventually('the connection to go', () => stub.watches() === 0);
    expect(clock.pending()).toBe(0);
  });

  it('leaves a watch behind when its reader goes', async () => {
    stub.put('/api/v1/nodes', aNode('n'));
    for await (const event of client.watch(NODES, { resourceVersion: '100', timeoutSeconds: 300, signal })) {
      expect(event.object.metadata.name).toBe('n');
      break;
    }
    await eventually('the connection to go', () => stub.watches() === 0);
  });

  it('uses few connections for many calls', async () => {
    stub.put('/api/v1/nodes', aNode('n'));
    await Promise.all(Array.from({ length: 300 }, () => client.get(NODES, { name: 'n' }, { signal })));
    expect(stub.connections()).toBeLessThanOrEqual(16);
  });
});

function aNode(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name } };
}
