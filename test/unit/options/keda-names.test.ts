// The flags and variables that KEDA's manifests set: those that mean the same here have the same names.
import { describe, expect, it } from '@jest/globals';
import { OPTIONS, type OptionName, readConfig } from '../../../src/config.ts';

describe('KEDA’s names of options', () => {
  it.each<[flag: string, option: OptionName, value: string, read: unknown]>([
    ['--bound-service-account-token-expiry', 'boundTokenLifeMs', '2h', 7_200_000],
    ['--ca-dir', 'caDirectories', '/a,/b', ['/a', '/b']],
    ['--cert-secret-name', 'certSecretName', 'mine', 'mine'],
    ['--enable-apiservice-patching', 'apiservicePatching', 'false', false],
    ['--enable-high-cardinality-metrics-labels', 'highCardinalityLabels', 'true', true],
    ['--enable-opentelemetry-metrics', 'openTelemetryMetrics', 'true', true],
    ['--enable-prometheus-metrics', 'prometheusMetrics', 'false', false],
    ['--enable-webhook-patching', 'webhookPatching', 'false', false],
    ['--filepath-auth-root-path', 'filePathRoot', '/etc/auth', '/etc/auth'],
    ['--k8s-cluster-domain', 'clusterDomain', 'example.local', 'example.local'],
    ['--k8s-cluster-name', 'clusterName', 'prod-1', 'prod-1'],
    ['--kubeconfig', 'kubeconfig', '/kube', '/kube'],
    ['--secure-port', 'securePort', '8443', 8443],
    ['--tls-cipher-suites', 'serverCiphers', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
    ['--tls-min-version', 'serverMinTls', 'TLS13', 'TLS13'],
  ])('are flags: %s', (flag, option, value, read) => {
    expect(OPTIONS[option].flag).toBe(flag);
    expect(readConfig({ [option]: value }, {})[option]).toEqual(read);
  });

  it('are flags: --tls-cert-file and --tls-private-key-file, which go together', () => {
    expect([OPTIONS.tlsCertFile.flag, OPTIONS.tlsPrivateKeyFile.flag]).toEqual([
      '--tls-cert-file',
      '--tls-private-key-file',
    ]);
    const files = { tlsCertFile: 'a.crt', tlsPrivateKeyFile: 'a.key' };
    expect(readConfig(files, {})).toMatchObject(files);
  });

  it.each<[variable: string, value: string, read: object]>([
    ['WATCH_NAMESPACE', 'shop,bank', { watchNamespaces: ['shop', 'bank'] }],
    ['WATCH_LABEL_SELECTOR', 'team=payments', { labelSelector: 'team=payments' }],
    ['WATCH_LABEL_SELECTOR_FOR_TRIGGERAUTH', 'team=payments', { authenticationLabelSelector: 'team=payments' }],
    ['POD_NAMESPACE', 'scaling', { podNamespace: 'scaling' }],
    ['KEDA_CLUSTER_OBJECT_NAMESPACE', 'shared', { clusterObjectNamespace: 'shared' }],
    ['KEDA_RESTRICT_SECRET_ACCESS', 'true', { restrictSecretAccess: true }],
    ['KEDA_BOUND_SERVICE_ACCOUNT_TOKEN_EXPIRY', '6h', { boundTokenLifeMs: 21_600_000 }],
    ['KEDA_HTTP_DEFAULT_TIMEOUT', '5000', { readTimeoutMs: 5_000 }],
    ['KEDA_HTTP_MIN_TLS_VERSION', 'TLS10', { clientMinTls: 'TLS10' }],
    ['KEDA_HTTP_TLS_CIPHER_LIST', 'TLS_AES_128_GCM_SHA256', { clientCiphers: 'TLS_AES_128_GCM_SHA256' }],
    ['KEDA_SERVICE_MIN_TLS_VERSION', 'TLS13', { serverMinTls: 'TLS13' }],
    ['KEDA_SERVICE_TLS_CIPHER_LIST', 'TLS_AES_128_GCM_SHA256', { serverCiphers: 'TLS_AES_128_GCM_SHA256' }],
  ])('are variables: %s', (variable, value, read) => {
    expect(readConfig({}, { [variable]: value })).toMatchObject(read);
  });

  it('leave TLS 1.2 as the least version of services where nothing is set, as KEDA’s program does, not its documentation', () => {
    expect(readConfig({}, {})).toMatchObject({ clientMinTls: 'TLS12', serverMinTls: 'TLS12' });
  });
});
