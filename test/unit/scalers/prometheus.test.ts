import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const base = { serverAddress: 'http://prom:9090', query: 'sum(x)', threshold: '2.5' };

describe('prometheus', () => {
  it('has the one metric name that KEDA has', () => {
    expect(polled('prometheus', { metadata: { ...base, activationThreshold: '1', timeout: '9s' } })).toMatchObject({
      metric: { name: 'prometheus', target: 2.5, activation: 1 },
      readTimeoutMs: 9_000,
    });
  });

  it.each([
    [{ ...base, serverAddress: 'prom:9090' }, {}, /^serverAddress: expected a URL/],
    [{ ...base, threshold: '0' }, {}, /^threshold: expected at least 0\.001$/],
    [{ ...base, customHeaders: 'X Y=1' }, {}, /^customHeaders: expected headers .* a bad "X Y"$/],
    [{ ...base, customHeaders: 'Connection=close' }, {}, /^customHeaders: expected headers/],
    [{ ...base, queryParameters: 'a=1,' }, {}, /^queryParameters: expected key=value pairs/],
    [{ ...base, awsRegion: 'eu-west-1' }, {}, /^awsRegion: is not supported yet/],
    [base, { GoogleApplicationCredentials: '{}' }, /^GoogleApplicationCredentials: is not supported yet/],
  ])('refuses %j with %j', (metadata, auth, expected) => {
    expect(problems('prometheus', { metadata: metadata as Record<string, string>, auth })).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  it.each([
    [base, 'podIdentity: "azure-workload" is not supported for prometheus yet; use authModes such as bearer or basic'],
    [{ ...base, authModes: 'bearer' }, 'authModes: expected none beside the pod identity azure-workload'],
  ])('refuses a pod identity', (metadata, expected) => {
    const podIdentity = { provider: 'azure-workload' };
    expect(problems('prometheus', { metadata, podIdentity, auth: { bearerToken: 't' } })).toEqual([expected]);
  });

  it('warns of what has no effect', () => {
    expect(
      warningsOf('prometheus', {
        metadata: { ...base, authModes: 'apiKey', apiKey: 'k', awsRegion: 'r' },
        auth: { token: 't' },
      }),
    ).toEqual(['bearerToken: has no effect without authModes bearer', 'awsRegion: has no effect with authModes']);
  });

  it('is one source for each server and identity, whatever is asked', () => {
    const id = (metadata: Readonly<Record<string, string>>) => polled('prometheus', { metadata }).sourceId;
    expect(id({ ...base, query: 'y', customHeaders: 'X-Scope-OrgID=a' })).toBe(id(base));
    expect(id({ ...base, unsafeSsl: 'true' })).not.toBe(id(base));
    expect(id({ ...base, serverAddress: 'https://prom:9090' })).not.toBe(id(base));
  });
});
