import { beforeAll, describe, expect, it } from '@jest/globals';
import { type CertificatePair, createAuthority } from '../../../src/pki.ts';
import { refOf } from '../../../src/scalers/external/parameters.ts';
import { parseWritten, problems, warningsOf, type Written } from '../../support/written-trigger.ts';

const scalerAddress = 'scaler.shop:6000';
const sourceId = (written: Written): string => {
  const { trigger } = parseWritten('external', written);
  return trigger.kind === 'described' ? trigger.sourceId : '';
};

describe.each(['external', 'external-push'])('%s', (type) => {
  it.each([
    ['scaler.shop:6000'],
    ['scaler.shop'],
    ['10.0.0.7:6000'],
    ['[::1]:6000'],
    ['dns:///scaler.shop:6000'],
    ['dns://10.0.0.10/scaler.shop:6000'],
    ['unix:/run/scaler.sock'],
    ['passthrough:///scaler.shop:6000'],
  ])('takes the address %s', (address) => {
    expect(problems(type, { metadata: { scalerAddress: address } })).toEqual([]);
  });

  it.each([
    [{}, ['scalerAddress: is required: set metadata.scalerAddress']],
    [
      { scalerAddress: 'http://scaler:6000' },
      ['scalerAddress: expected host:port without a scheme, such as scaler.shop:6000, found "http://scaler:6000"'],
    ],
    [{ scalerAddress: 'a b:1' }, [expect.stringContaining('expected host:port')]],
    [{ scalerAddress: 'scaler:66000' }, [expect.stringContaining('expected host:port')]],
    [{ scalerAddress, enableTLS: 'yes' }, ['enableTLS: expected true or false, found "yes"']],
  ])('refuses %j', (metadata, expected) => {
    expect(problems(type, { metadata })).toEqual(expected);
  });

  it('refuses what is no PEM, and Utilization', () => {
    const metadata = { scalerAddress };
    const auth = { caCert: '/path/ca.pem', tlsClientCert: 'x', tlsClientKey: 'hush' };
    const found = problems(type, { metadata, auth, metricType: 'Utilization' });
    expect(found).toEqual([
      'metricType: expected AverageValue or Value, found "Utilization"',
      expect.stringMatching(/^caCert: expected a certificate in PEM form/),
      expect.stringMatching(/^tlsClientCert: expected a certificate in PEM form/),
      expect.stringMatching(/^tlsClientKey: expected a private key in PEM form/),
    ]);
    expect(found.join()).not.toContain('hush');
  });

  it("lets every other key be the scaler's own, and tells of those that have no effect", () => {
    const metadata = { scalerAddress, queue: 'orders', metricName: 'm', enableTls: 'true', pwFromEnv: 'PW' };
    expect(warningsOf(type, { metadata })).toEqual([]);
    expect(
      warningsOf(type, { metadata: { scalerAddress, caCert: 'x', tlsCertFile: '/x', unsafeSsl: 'true' } }),
    ).toEqual([
      'caCert: has no effect here: give the parameter caCert in the authenticationRef',
      'unsafeSsl: has no effect without enableTLS',
      'tlsCertFile: has no effect: give the certificate itself as caCert in the authenticationRef',
    ]);
  });
});

describe('scalers/external', () => {
  let authority: CertificatePair;
  beforeAll(async () => {
    authority = await createAuthority({ commonName: 'test', now: Date.UTC(2026, 0, 1), days: 1 });
  });

  it('shares a connection between triggers of one address and identity, whatever else they say', () => {
    const one = sourceId({ metadata: { scalerAddress, queue: 'a' } });
    expect(one).toMatch(/^external:scaler\.shop:6000#/);
    expect(sourceId({ metadata: { scalerAddress, queue: 'b' } })).toBe(one);
    const { certPem: tlsClientCert, keyPem: tlsClientKey } = authority;
    const others = [
      { metadata: { scalerAddress: 'scaler.shop:6001' } },
      { metadata: { scalerAddress, enableTLS: 'true' } },
      { metadata: { scalerAddress, enableTLS: 'true', unsafeSsl: 'true' } },
      { metadata: { scalerAddress }, auth: { caCert: authority.certPem } },
      { metadata: { scalerAddress }, auth: { tlsClientCert, tlsClientKey } },
    ];
    expect(new Set([one, ...others.map(sourceId)]).size).toBe(6);
  });

  it('needs certificate and key together', () => {
    const warnings = (auth: Record<string, string>) => warningsOf('external', { metadata: { scalerAddress }, auth });
    expect(warnings({ tlsClientCert: authority.certPem })).toEqual([
      'tlsClientCert: has no effect without tlsClientKey',
    ]);
    expect(warnings({ tlsClientKey: authority.keyPem })).toEqual(['tlsClientKey: has no effect without tlsClientCert']);
  });

  it('hands on all metadata, with variables under their own key, and no authentication', () => {
    const owner = { namespace: 'shop', name: 'orders' };
    const metadata = { scalerAddress, queue: ' a ', pwFromEnv: 'PW', emptyFromEnv: 'EMPTY', goneFromEnv: 'GONE' };
    const env = { PW: 's3cret', EMPTY: '' };
    expect(refOf({ owner, metadata, env, auth: { caCert: 'x' } })).toEqual({
      ...owner,
      scalerMetadata: { scalerAddress, queue: ' a ', pwFromEnv: 's3cret' },
    });
  });
});
