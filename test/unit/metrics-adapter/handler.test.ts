import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestOptions } from 'node:https';
import { MetricError, SourceUnavailableError } from '../../../src/errors.ts';
import { type AdapterPki, as, createAdapterPki, startAdapter, type TestAdapter } from '../../support/adapter.ts';
import { eventually } from '../../support/eventually.ts';

const BASE = '/apis/external.metrics.k8s.io/v1beta1';
const QUEUE = `${BASE}/namespaces/shop/queue?labelSelector=scaledobject.keda.sh%2Fname%3Dweb`;
const AT = Date.UTC(2026, 0, 1, 12, 0, 0, 789);

let pki: AdapterPki;
let t: TestAdapter;
beforeAll(async () => {
  pki = await createAdapterPki();
});
afterEach(() => t.close());

describe('src/metrics-adapter/handler', () => {
  it('answers a metric as the HPA reads it', async () => {
    t = await startAdapter(pki);
    t.read = async () => [{ name: 'queue', value: 12.5, at: AT }];
    const { status, headers, body } = await t.get(QUEUE, as(pki.admin));
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toEqual({
      kind: 'ExternalMetricValueList',
      apiVersion: 'external.metrics.k8s.io/v1beta1',
      metadata: {},
      items: [{ metricName: 'queue', metricLabels: null, timestamp: '2026-01-01T12:00:00Z', value: '12500m' }],
    });
    expect(t.queries).toEqual([
      { namespace: 'shop', metric: 'queue', labels: new Map([['scaledobject.keda.sh/name', 'web']]) },
    ]);
    await eventually('telemetry', () => t.answered.length === 1);
    expect(t.answered).toEqual([{ code: 200, seconds: expect.any(Number) }]);
    expect(t.ages).toHaveLength(1);
  });

  it.each<[string, () => Error, number, string, string]>([
    ['404', () => new MetricError('METRIC_NOT_FOUND', 'no such metric'), 404, 'NotFound', 'no such metric'],
    ['400', () => new MetricError('METRIC_BAD_REQUEST', 'what?'), 400, 'BadRequest', 'what?'],
    [
      '503 with the code of its cause',
      () =>
        new MetricError('METRIC_UNAVAILABLE', 'no value fresh enough', {
          cause: new SourceUnavailableError('redis does not answer', { code: 'SOURCE_TIMEOUT' }),
        }),
      503,
      'ServiceUnavailable',
      'no value fresh enough (SOURCE_TIMEOUT)',
    ],
    [
      '500 and keeps the rest to itself',
      () => new Error('password=secret'),
      500,
      'InternalError',
      'internal error; see the log of Sluice',
    ],
  ])('turns a failure into %s', async (_, failure, code, reason, message) => {
    t = await startAdapter(pki);
    t.read = () => Promise.reject(failure());
    const { status, body } = await t.get(QUEUE, as(pki.admin));
    expect(status).toBe(code);
    expect(JSON.parse(body)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code,
      reason,
      message,
    });
  });

  it.each<[string, RequestOptions, number]>([
    [`${BASE}/namespaces/shop/queue?labelSelector=a!%3Db`, {}, 400],
    [`${BASE}/namespaces/shop/%ff`, {}, 400],
    ['/nowhere', {}, 404],
    [QUEUE, { method: 'POST' }, 405],
    [QUEUE, { headers: { accept: 'application/vnd.kubernetes.protobuf' } }, 406],
  ])('refuses %s %j with %i', async (path, options, status) => {
    t = await startAdapter(pki);
    expect(await t.get(path, { ...as(pki.admin), ...options })).toMatchObject({ status });
  });

  it('gives up at the deadline, and tells the provider so', async () => {
    t = await startAdapter(pki, { requestTimeoutMs: 50 });
    let told: unknown;
    t.read = (_, signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          told = signal.reason;
        });
      });
    const { status, body } = await t.get(QUEUE, as(pki.admin));
    expect([status, JSON.parse(body).message]).toEqual([504, 'no answer within 50 ms']);
    expect(told).toBeInstanceOf(Error);
  });

  it('tells the provider when the client goes away', async () => {
    t = await startAdapter(pki);
    let told = false;
    t.read = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          told = true;
          reject(signal.reason);
        });
      });
    const impatient = new AbortController();
    const answer = t.get(QUEUE, { ...as(pki.admin), signal: impatient.signal }).catch(() => 'gone');
    await eventually('the question', () => t.queries.length === 1);
    impatient.abort();
    expect(await answer).toBe('gone');
    await eventually('the provider to hear', () => told);
  });

  it.each<[string, string, string]>([
    ['/apis', 'application/json', 'APIGroupList'],
    [
      '/apis',
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
      'APIGroupDiscoveryList',
    ],
    ['/apis/external.metrics.k8s.io', '*/*', 'APIGroup'],
    [BASE, '*/*', 'APIResourceList'],
  ])('describes itself at %s for %s', async (path, accept, kind) => {
    t = await startAdapter(pki);
    const { status, headers, body } = await t.get(path, as(pki.admin, { accept }));
    expect([status, JSON.parse(body).kind]).toEqual([200, kind]);
    const again = await t.get(path, as(pki.admin, { accept, 'if-none-match': headers['etag'] as string }));
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('leads from the OpenAPI index to its document', async () => {
    t = await startAdapter(pki);
    const index = JSON.parse((await t.get('/openapi/v3', as(pki.admin))).body);
    const { serverRelativeURL } = index.paths['apis/external.metrics.k8s.io/v1beta1'];
    expect(JSON.parse((await t.get(serverRelativeURL, as(pki.admin))).body).openapi).toBe('3.0.0');
    expect(JSON.parse((await t.get('/openapi/v2', as(pki.admin))).body).swagger).toBe('2.0');
  });
});
