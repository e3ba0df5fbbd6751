import { describe, expect, it } from '@jest/globals';
import { OPTIONS, readConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/errors.ts';

describe('config', () => {
  it('has a default for every option that its own schema accepts', () => {
    const config = readConfig({}, {});
    expect(config).toMatchObject({ controller: true, readTimeoutMs: 3000, watchNamespaces: [], logLevel: 'info' });
    expect(Object.keys(config)).toEqual(Object.keys(OPTIONS));
  });

  it.each([
    [
      'a flag wins over the environment',
      { readTimeoutMs: '500' },
      { KEDA_HTTP_DEFAULT_TIMEOUT: '900' },
      { readTimeoutMs: 500 },
    ],
    ['the environment wins over the default', {}, { KEDA_HTTP_DEFAULT_TIMEOUT: '900' }, { readTimeoutMs: 900 }],
    ['an empty variable counts as absent', {}, { KEDA_HTTP_DEFAULT_TIMEOUT: '' }, { readTimeoutMs: 3000 }],
    ['namespaces are trimmed', { watchNamespaces: ' a, b ,' }, {}, { watchNamespaces: ['a', 'b'] }],
    ['two quotes mean every namespace, as in KEDA’s manifests', {}, { WATCH_NAMESPACE: '""' }, { watchNamespaces: [] }],
    [
      'KEDA’s life of bound tokens is in Go’s notation',
      {},
      { KEDA_BOUND_SERVICE_ACCOUNT_TOKEN_EXPIRY: '1h30m' },
      { boundTokenLifeMs: 5_400_000 },
    ],
    [
      'the switch of restricted Secrets is KEDA’s',
      {},
      { KEDA_RESTRICT_SECRET_ACCESS: 'TRUE' },
      { restrictSecretAccess: true },
    ],
    ['a switch given alone is on', { controller: true }, { SLUICE_CONTROLLER: 'false' }, { controller: true }],
  ])('%s', (_name, flags, env, expected) => {
    expect(readConfig(flags, env)).toMatchObject(expected);
  });

  it('names every bad option at once, by the name it was given under', () => {
    const read = (): unknown => readConfig({ securePort: 'many', tlsCertFile: 'a.pem' }, { SLUICE_LOG_LEVEL: 'loud' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /--secure-port: expected a whole number from 0 to 65535, found "many".*SLUICE_LOG_LEVEL: expected debug or info.*found "loud".*--tls-cert-file: needs --tls-private-key-file/s,
    );
  });

  it.each(['59m', '6h1s', '1', 'soon', '-2h', '1.2.3h'])('lets no token live for %s', (life) => {
    expect(() => readConfig({}, { KEDA_BOUND_SERVICE_ACCOUNT_TOKEN_EXPIRY: life })).toThrow(
      `KEDA_BOUND_SERVICE_ACCOUNT_TOKEN_EXPIRY: expected a duration from 1h to 6h, such as 1h30m, found "${life}"`,
    );
  });
});
