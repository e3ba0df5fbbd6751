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
});
