import { describe, expect, it } from '@jest/globals';
import { type Route, routeOf } from '../../../src/metrics-adapter/routes.ts';

const BASE = '/apis/external.metrics.k8s.io/v1beta1';
const aMetric = (more: object = {}): Route => ({
  kind: 'metric',
  namespace: 'shop',
  metric: 'queue',
  labelSelector: '',
  ...more,
});

describe('src/metrics-adapter/routes', () => {
  it.each<[string, Route]>([
    ['/healthz', { kind: 'probe', probe: 'healthz' }],
    ['/livez', { kind: 'probe', probe: 'livez' }],
    ['/readyz?verbose', { kind: 'probe', probe: 'readyz' }],
    ['/apis', { kind: 'document', document: 'groups' }],
    ['/apis/', { kind: 'document', document: 'groups' }],
    ['/apis/external.metrics.k8s.io', { kind: 'document', document: 'group' }],
    [BASE, { kind: 'document', document: 'resources' }],
    [`${BASE}?timeout=32s`, { kind: 'document', document: 'resources' }],
    ['/openapi/v2', { kind: 'document', document: 'openapi-v2' }],
    ['/openapi/v3', { kind: 'document', document: 'openapi-v3-index' }],
    [`/openapi/v3${BASE}?hash=1`, { kind: 'document', document: 'openapi-v3' }],
    [`${BASE}/namespaces/shop/queue`, aMetric()],
    [`${BASE}/namespaces/shop/queue?labelSelector=a%3Db%2Cc+in+%28d%29`, aMetric({ labelSelector: 'a=b,c in (d)' })],
    [`${BASE}/namespaces/shop/s0-%C3%BC%2Fb`, aMetric({ metric: 's0-ü/b' })],
    [`${BASE}/namespaces/shop/%E0%A4%A`, { kind: 'malformed', path: `${BASE}/namespaces/shop/%E0%A4%A` }],
    [`${BASE}/namespaces/shop`, { kind: 'unknown', path: `${BASE}/namespaces/shop` }],
    [`${BASE}/namespaces/shop/a/b`, { kind: 'unknown', path: `${BASE}/namespaces/shop/a/b` }],
    ['/apis/external-metrics.k8s.io/v1beta1', { kind: 'unknown', path: '/apis/external-metrics.k8s.io/v1beta1' }],
    ['/', { kind: 'unknown', path: '/' }],
  ])('GET %s', (url, route) => {
    expect(routeOf('GET', url)).toEqual(route);
  });

  it('knows what is there but can only be read', () => {
    expect(routeOf('POST', `${BASE}/namespaces/shop/queue`)).toEqual({
      kind: 'method',
      method: 'POST',
      path: `${BASE}/namespaces/shop/queue`,
    });
    expect(routeOf('DELETE', '/nowhere')).toEqual({ kind: 'unknown', path: '/nowhere' });
  });
});
