import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const api = { url: 'http://api.shop/queue', valueLocation: 'n', targetValue: '5' };
const id = (metadata: Readonly<Record<string, string>>, auth = {}) =>
  polled('metrics-api', { metadata, auth }).sourceId;

describe('metrics-api', () => {
  it.each([
    ['a.b', 'metric-api-a-b'],
    ['items.#(name=="a").v', 'metric-api-items-#-name=="a"--v'],
  ])('names the metric of %s as KEDA does', (valueLocation, name) => {
    expect(polled('metrics-api', { metadata: { ...api, valueLocation } }).metric).toEqual({
      name,
      target: 5,
      type: 'AverageValue',
      activation: 0,
    });
  });

  it.each([
    [{ ...api, url: 'api.shop:80/x' }, ['url: expected a URL such as http://api.shop:8080/queue']],
    [{ ...api, targetValue: '0' }, ['targetValue: expected at least 0.001']],
    [{ ...api, format: 'csv' }, ['format: expected one of json, xml, yaml, prometheus, found "csv"']],
    [{ ...api, valueLocation: 'a.#(b' }, ['valueLocation: expected a GJSON path: a query has no closing bracket']],
    [
      { ...api, url: 'http://api:8080/queue', aggregateFromKubeServiceEndpoints: 'true' },
      ['url: expected a Service with its namespace, such as http://api.shop:8080/queue, to ask its endpoints'],
    ],
    [
      { ...api, aggregateFromKubeServiceEndpoints: 'true', aggregationType: 'median' },
      ['aggregationType: expected one of average, sum, max, min, found "median"'],
    ],
    [
      { ...api, authModes: 'digest' },
      ['authModes: expected any of apiKey, basic, tls, bearer, custom, oauth, found "digest"'],
    ],
    [
      { ...api, authModes: 'basic,bearer' },
      [
        'authModes: expected at most one of bearer, basic and oauth',
        'username: is required with authModes basic',
        'bearerToken: is required with authModes bearer',
      ],
    ],
    [{ ...api, authModes: 'tls' }, ['cert: is required with authModes tls', 'key: is required with authModes tls']],
    [
      { ...api, authModes: 'apiKey', apiKey: 'k', keyParamName: 'X Key' },
      ['keyParamName: expected the name of a header that a request may have'],
    ],
  ])('refuses %j', (metadata, expected) =>
    expect(problems('metrics-api', { metadata: metadata as Record<string, string> })).toEqual(expected),
  );

  it('refuses a token that no header can carry, and shows nothing of it', () => {
    const found = problems('metrics-api', { metadata: { ...api, authModes: 'bearer' }, auth: { token: 'a\nhunter2' } });
    expect(found).toEqual([expect.stringMatching(/^bearerToken: expected one line/)]);
    expect(found.join()).not.toContain('hunter2');
  });

  it('warns of what has no effect', () => {
    expect(
      warningsOf('metrics-api', { metadata: { ...api, aggregationType: 'sum' }, auth: { password: 'p' } }),
    ).toEqual([
      'aggregationType: has no effect without aggregateFromKubeServiceEndpoints',
      'password: has no effect without authModes basic',
    ]);
  });

  it('is one source for each address and identity', () => {
    expect(id({ ...api, valueLocation: 'm', targetValue: '7' })).toBe(id(api));
    expect(id({ ...api, url: 'http://api.shop/other' })).not.toBe(id(api));
    expect(id({ ...api, aggregateFromKubeServiceEndpoints: 'true' })).not.toBe(id(api));
    const basic = { ...api, authModes: 'basic' };
    expect(id(basic, { username: 'u', password: 'a' })).not.toBe(id(basic, { username: 'u', password: 'b' }));
    expect(id({ ...api, url: 'http://u:hunter2@api.shop/?key=hunter2' })).toMatch(
      /^metrics-api:api\.shop#[0-9a-f]{16}$/,
    );
  });
});
