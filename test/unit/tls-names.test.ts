import { getCiphers } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { cipherList } from '../../src/tls-names.ts';

describe('names of cipher suites', () => {
  it.each([
    ['', ''],
    ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
    [
      'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305',
    ],
    ['TLS_AES_256_GCM_SHA384:TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-SHA'],
  ])('%j is %j to Node', (go, ciphers) => {
    expect(cipherList(go)).toEqual({ ciphers });
    const known = getCiphers();
    for (const name of ciphers.split(':').filter(Boolean)) expect(known).toContain(name.toLowerCase());
  });

  it('one that is none is refused with the option that names it', () => {
    expect(() => readConfig({}, { KEDA_HTTP_TLS_CIPHER_LIST: 'TLS_AES_128_GCM_SHA256,ROT13' })).toThrow(
      /KEDA_HTTP_TLS_CIPHER_LIST: expected names of cipher suites .* but ROT13 is none/,
    );
  });

  it('so is a version', () => {
    expect(() => readConfig({}, { KEDA_SERVICE_MIN_TLS_VERSION: 'TLS11' })).toThrow(
      /KEDA_SERVICE_MIN_TLS_VERSION: expected TLS12 or TLS13, found "TLS11"/,
    );
  });
});
