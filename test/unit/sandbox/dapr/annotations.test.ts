// What a pod's annotations mean, today's and those of 2019.
import { describe, expect, it } from '@jest/globals';
import { readAnnotations } from '../../../../src/sandbox/dapr/annotations.ts';
import { parseGoDuration } from '../../../../src/sandbox/dapr/go-duration.ts';

const read = (annotations: Record<string, string>) =>
  readAnnotations({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'consumer-7d-x', namespace: 'shop', annotations: { 'dapr.io/enabled': 'true', ...annotations } },
  });

describe('sandbox/dapr/annotations', () => {
  it.each([
    ['nothing', {}],
    ['enabled: false', { 'dapr.io/enabled': 'false' }],
  ])('give no sidecar for %s', (_, annotations) => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations } };
    expect(readAnnotations(pod)).toBeUndefined();
  });

  it("have Dapr's defaults", () => {
    expect(read({ 'dapr.io/app-id': 'consumer' })).toEqual({
      warnings: [],
      settings: {
        namespace: 'shop',
        podName: 'consumer-7d-x',
        appId: 'consumer',
        appPort: undefined,
        appMaxConcurrency: Infinity,
        gracefulShutdownMs: 5000,
        blockShutdownMs: undefined,
        healthCheck: undefined,
        bindingOptionsTimeoutMs: 3000,
        configuration: undefined,
      },
    });
  });

  it('are read in their units', () => {
    expect(
      read({
        'dapr.io/app-id': 'consumer',
        'dapr.io/app-port': '5000',
        'dapr.io/app-max-concurrency': '3',
        'dapr.io/graceful-shutdown-seconds': '10',
        'dapr.io/block-shutdown-duration': '1m30s',
        'dapr.io/enable-app-health-check': 'true',
        'dapr.io/app-health-check-path': '/ready',
        'dapr.io/app-health-probe-interval': '2',
        'dapr.io/app-binding-options-timeout': '500ms',
        'dapr.io/config': 'tracing',
      })?.settings,
    ).toMatchObject({
      appPort: 5000,
      appMaxConcurrency: 3,
      gracefulShutdownMs: 10_000,
      blockShutdownMs: 90_000,
      healthCheck: { path: '/ready', intervalMs: 2000, timeoutMs: 500, threshold: 3 },
      bindingOptionsTimeoutMs: 500,
      configuration: 'tracing',
    });
  });

  it('of 2019 are ignored as by Dapr, with a warning that says what to write', () => {
    const found = read({ 'dapr.io/id': 'consumer', 'dapr.io/port': '5000' });
    expect(found?.settings).toMatchObject({ appId: 'consumer-7d-x', appPort: undefined });
    expect(found?.warnings.join('\n')).toMatch(/dapr\.io\/app-id[^]*dapr\.io\/app-port/);
  });

  it('that can not be honoured are refused together, each by name', () => {
    expect(() =>
      read({
        'dapr.io/app-protocol': 'grpc',
        'dapr.io/app-port': 'http',
        'dapr.io/block-shutdown-duration': 'long',
        'dapr.io/graceful-shutdown-seconds': '-1',
      }),
    ).toThrow(/app-protocol[^]*block-shutdown-duration|app-protocol[^]*app-port/);
  });
});

describe('sandbox/dapr/go-duration', () => {
  it.each([
    ['10s', 10_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['0', 0],
    ['10', undefined],
    ['', undefined],
    ['10s later', undefined],
  ])('%j is %p ms', (text, ms) => expect(parseGoDuration(text)).toBe(ms));
});
