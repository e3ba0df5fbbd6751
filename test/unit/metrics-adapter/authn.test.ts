import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestOptions } from 'node:https';
import { type AdapterPki, as, createAdapterPki, startAdapter, type TestAdapter } from '../../support/adapter.ts';

const QUEUE = '/apis/external.metrics.k8s.io/v1beta1/namespaces/shop/queue';

let pki: AdapterPki;
let t: TestAdapter;
beforeAll(async () => {
  pki = await createAdapterPki();
});
afterEach(() => t.close());

describe('src/metrics-adapter/authn', () => {
  it('lets everybody look at its health, and nobody at more', async () => {
    t = await startAdapter(pki, { notReady: () => 'not ready: controller\n' });
    expect(await t.get('/healthz')).toMatchObject({ status: 200, body: 'ok' });
    expect(await t.get('/livez')).toMatchObject({ status: 200 });
    expect(await t.get('/readyz')).toMatchObject({ status: 503, body: 'not ready: controller\n' });
    for (const path of [QUEUE, '/apis', '/nowhere', '/openapi/v2']) {
      expect(await t.get(path)).toMatchObject({ status: 401 });
    }
  });

  it('believes the front proxy whom it speaks for', async () => {
    t = await startAdapter(pki);
    const headers = {
      'X-Remote-User': 'system:serviceaccount:kube-system:hpa',
      'X-Remote-Uid': '42',
      'X-Remote-Group': ['a, b', 'system:serviceaccounts'],
      'X-Remote-Extra-Scopes.example.com%2Fkey': ['one', 'two'],
    };
    expect(await t.get(QUEUE, as(pki.proxy, headers))).toMatchObject({ status: 200 });
    expect(t.asked[0]).toEqual({
      name: 'system:serviceaccount:kube-system:hpa',
      uid: '42',
      groups: ['a, b', 'system:serviceaccounts', 'system:authenticated'],
      extra: { 'scopes.example.com/key': ['one', 'two'] },
    });
  });

  it('lets everybody who is known read what it is, without a review', async () => {
    t = await startAdapter(pki);
    t.allowed = false;
    expect(await t.get('/openapi/v2', as(pki.proxy, { 'x-remote-user': 'system:aggregator' }))).toMatchObject({
      status: 200,
    });
    expect(t.asked).toEqual([]);
  });

  it.each<[string, () => RequestOptions]>([
    ['a proxy whose name is not allowed', () => as(pki.strangerProxy, { 'x-remote-user': 'admin' })],
    ['a proxy that names nobody', () => as(pki.proxy)],
    [
      'headers without a certificate',
      () => ({ headers: { 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' } }),
    ],
    ['a certificate of another CA of the same name', () => as(pki.forged)],
    ['a serving certificate', () => as(pki.serving[1])],
    ['a bad token', () => ({ headers: { authorization: 'Bearer bad' } })],
    ['a password', () => ({ headers: { authorization: 'Basic YTpi' } })],
  ])('does not believe %s', async (_, options) => {
    t = await startAdapter(pki);
    expect(await t.get(QUEUE, options())).toMatchObject({ status: 401 });
    expect(t.queries).toEqual([]);
  });

  it('does not take proxy headers from a client certificate', async () => {
    t = await startAdapter(pki);
    await t.get(QUEUE, as(pki.admin, { 'x-remote-user': 'somebody-else' }));
    expect(t.asked).toEqual([]); // still admin, of system:masters
  });

  it('asks whether the bearer of a token may read', async () => {
    t = await startAdapter(pki);
    const bearer = { headers: { authorization: 'Bearer good' } };
    expect(await t.get(QUEUE, bearer)).toMatchObject({ status: 200 });
    expect(t.asked[0]).toMatchObject({ name: 'robot', groups: ['system:authenticated'] });
    t.allowed = false;
    const { status, body } = await t.get(QUEUE, as(pki.proxy, { 'x-remote-user': 'bob' }));
    expect([status, JSON.parse(body).message]).toEqual([
      403,
      'bob may not list queue.external.metrics.k8s.io in the namespace shop',
    ]);
  });

  it('says that it cannot tell, when it cannot', async () => {
    t = await startAdapter(pki);
    expect(await t.get(QUEUE, { headers: { authorization: 'Bearer broken' } })).toMatchObject({ status: 503 });
  });
});
