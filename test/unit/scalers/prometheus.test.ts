import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf, type Written } from '../../support/written-trigger.ts';

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
    [{ ...base, awsRegion: 'eu-west-1' }, {}, /^awsRoleArn: is required: give awsRoleArn, or awsAccessKeyID/],
    [{ ...base, identityOwner: 'operator' }, {}, /^awsRegion: is required for Amazon Managed Prometheus$/],
    [
      { ...base, identityOwner: 'operator', awsRegion: 'x.evil.example/' },
      {},
      /^awsRegion: expected a region such as eu-west-1, found "x.evil.example\/"$/,
    ],
    [
      { ...base, awsRegion: 'eu-west-1' },
      { awsAccessKeyID: 'a' },
      /^awsSecretAccessKey: is required: awsAccessKeyID and awsSecretAccessKey belong together$/,
    ],
    [
      base,
      { GoogleApplicationCredentials: '{}' },
      /^GoogleApplicationCredentials: expected the key of a service account/,
    ],
    [
      base,
      { GoogleApplicationCredentials: '{"type":"external_account","credential_source":{"file":"/etc/passwd"}}' },
      /^GoogleApplicationCredentials: expected the key of a service account/,
    ],
    [{ ...base, credentialsFromEnvFile: 'KEY_FILE' }, {}, /^credentialsFromEnvFile: is not supported/],
  ])('refuses %j with %j', (metadata, auth, expected) => {
    expect(
      problems('prometheus', {
        metadata: metadata as Record<string, string>,
        auth: auth as unknown as Record<string, string>,
      }),
    ).toEqual([expect.stringMatching(expected)]);
  });

  const azure = { ...base, serverAddress: 'https://shop.eastus.prometheus.monitor.azure.com' };
  const google = {
    ...base,
    serverAddress: 'https://monitoring.googleapis.com/v1/projects/shop/location/global/prometheus',
  };
  it.each([
    ['azure-workload', azure, []],
    ['gcp', google, []],
    ['aws', { ...base, awsRegion: 'eu-west-1' }, []],
    ['vault', base, ['podIdentity: expected one of azure-workload, gcp, aws, aws-eks, found "vault"']],
    ['gcp', { ...google, authModes: 'bearer' }, ['authModes: expected none beside the pod identity gcp']],
    ['aws', base, ['awsRegion: is required for Amazon Managed Prometheus']],
    [
      'azure-workload',
      { ...azure, cloud: 'Moon' },
      [expect.stringMatching(/^cloud: expected AzurePublicCloud, .* found "Moon"$/)],
    ],
    [
      'azure-workload',
      { ...azure, cloud: 'Private' },
      ['azureManagedPrometheusResourceURL: is required with cloud Private, as an https URL'],
    ],
  ])('with the pod identity %s and %j has the problems %j', (provider, metadata, expected) => {
    const written = { metadata, podIdentity: { provider }, auth: { bearerToken: 't' } };
    expect(problems('prometheus', written as Written)).toEqual(expected);
  });

  it.each([
    ['gcp', 'https://prometheus.evil.example', 'googleapis.com'],
    ['gcp', 'https://evilgoogleapis.com', 'googleapis.com'],
    ['gcp', 'http://monitoring.googleapis.com', 'googleapis.com'],
    ['azure-workload', 'https://prometheus.monitor.azure.com.evil.example', 'prometheus.monitor.azure.com'],
    ['azure-workload', 'http://shop.eastus.prometheus.monitor.azure.com', 'prometheus.monitor.azure.com'],
  ])('shows our own identity %s to no server at %s', (provider, serverAddress, domain) => {
    const written = { metadata: { ...base, serverAddress }, podIdentity: { provider } };
    expect(problems('prometheus', written)).toEqual([
      `serverAddress: expected an https address under ${domain} with pod identity ${provider}`,
    ]);
  });

  it('shows our identity for a resource of the user’s to nobody but that resource', () => {
    const azureManagedPrometheusResourceURL = 'https://management.azure.com';
    const metadata = {
      ...base,
      serverAddress: 'https://evil.example',
      cloud: 'Private',
      azureManagedPrometheusResourceURL,
    };
    expect(problems('prometheus', { metadata, podIdentity: { provider: 'azure-workload' } })).toEqual([
      'serverAddress: expected an https address under management.azure.com with pod identity azure-workload',
    ]);
  });

  it('takes a tenant of Cortex for what KEDA takes it for: nothing', () => {
    expect(warningsOf('prometheus', { metadata: { ...base, cortexOrgID: 'a' } })).toEqual([
      'cortexOrgID: has no effect: give customHeaders X-Scope-OrgID=…',
    ]);
  });

  it('believes no certificate that is not trusted where it shows the identity of a cloud', () => {
    const metadata = { ...google, unsafeSsl: 'true' };
    expect(warningsOf('prometheus', { metadata, podIdentity: { provider: 'gcp' } })).toEqual([
      'unsafeSsl: has no effect with ca, authModes tls or the identity of a cloud',
    ]);
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
