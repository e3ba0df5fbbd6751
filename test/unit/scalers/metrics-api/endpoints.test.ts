import { describe, expect, it } from '@jest/globals';
import type { ClusterChange } from '../../../../src/scalers/cluster.ts';
import {
  createEndpoints,
  serviceOf,
  type SliceFacts,
  sliceFacts,
} from '../../../../src/scalers/metrics-api/endpoints.ts';

describe('serviceOf', () => {
  it.each([
    ['http://api.shop/', { name: 'api', namespace: 'shop' }],
    ['https://api.shop.svc.cluster.local:8443/x?y=z', { name: 'api', namespace: 'shop' }],
    ['http://api/', undefined],
    ['http://10.0.0.1/', undefined],
    ['http://[::1]/', undefined],
    ['http://api_1.shop/', undefined],
  ])('%s is the Service %j', (url, expected) => expect(serviceOf(new URL(url))).toEqual(expected));
});

describe('sliceFacts', () => {
  it('keeps the addresses that are ready, or of which nothing is known, and the ports', () => {
    const endpoints = [
      { addresses: ['10.0.0.1', '10.0.0.2'] },
      { addresses: ['10.0.0.3'], conditions: { ready: true } },
      { addresses: ['10.0.0.4'], conditions: { ready: false } },
      { addresses: ['10.0.0.5'], conditions: {} },
    ];
    expect(sliceFacts({ endpoints, ports: [{ name: 'http', port: 8_080 }, { name: 'any' }] })).toEqual({
      addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.5'],
      ports: [8_080],
    });
  });

  it('takes a slice without endpoints for an empty one', () => {
    expect(sliceFacts({ endpoints: null, ports: null })).toEqual({ addresses: [], ports: [] });
    expect(sliceFacts({})).toEqual({ addresses: [], ports: [] });
  });
});

describe('createEndpoints', () => {
  function watched(url: string) {
    let tell: (change: ClusterChange<SliceFacts>) => void = () => {};
    const subscribe = (listener: typeof tell) => {
      tell = listener;
      return () => (tell = () => {});
    };
    const endpoints = createEndpoints(new URL(url), { subscribe }, 'api');
    return { ...endpoints, tell: (change: ClusterChange<SliceFacts>) => tell(change) };
  }
  const hrefs = (endpoints: { urls(): readonly URL[] }) => endpoints.urls().map(({ href }) => href);

  it('puts each address in the place of the host, and keeps path and query', () => {
    const endpoints = watched('http://u:p@api.shop:8080/a%20b?q=1');
    endpoints.tell({ name: 'v4', after: { addresses: ['10.0.0.1', '10.0.0.2'], ports: [8_080] } });
    endpoints.tell({ name: 'v6', after: { addresses: ['fd00::1'], ports: [9_090, 8_080] } });
    endpoints.tell({ name: 'again', after: { addresses: ['10.0.0.1'], ports: [8_080] } });
    expect(hrefs(endpoints)).toEqual([
      'http://u:p@10.0.0.1:8080/a%20b?q=1',
      'http://u:p@10.0.0.2:8080/a%20b?q=1',
      'http://u:p@[fd00::1]:8080/a%20b?q=1',
    ]);
    endpoints.tell({ name: 'v4', before: { addresses: [], ports: [] } });
    endpoints.tell({ name: 'again', after: { addresses: [], ports: [8_080] } });
    expect(hrefs(endpoints)).toEqual(['http://u:p@[fd00::1]:8080/a%20b?q=1']);
  });

  it.each([
    ['the port of the pods', 'http://api.shop:8080/', [9_090, 8_080], 'http://10.0.0.1:8080/'],
    [
      'the only one that the pods have, for the one of the Service',
      'http://api.shop/',
      [8_080],
      'http://10.0.0.1:8080/',
    ],
    ['the usual one', 'https://api.shop/', [443, 80], 'https://10.0.0.1/'],
    ['the one of the URL, where the slice names none', 'http://api.shop:81/', [], 'http://10.0.0.1:81/'],
  ])('takes %s', (_, url, ports, expected) => {
    const endpoints = watched(url);
    endpoints.tell({ name: 'a', after: { addresses: ['10.0.0.1'], ports } });
    expect(hrefs(endpoints)).toEqual([expected]);
  });

  it('guesses no port', () => {
    const endpoints = watched('http://api.shop/');
    endpoints.tell({ name: 'a', after: { addresses: ['10.0.0.1'], ports: [8_080, 9_090] } });
    expect(() => endpoints.urls()).toThrow(
      'api: expected in url one of the ports that the pods have (8080, 9090), found 80',
    );
  });

  it('has none for a Service that is not there', () => {
    expect(() => watched('http://api.shop/').urls()).toThrow('api: the Service has no endpoint that is ready');
  });
});
