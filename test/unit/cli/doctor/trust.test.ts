import { beforeAll, describe, expect, it } from '@jest/globals';
import { isTrusted, validityOf } from '../../../../src/cli/doctor/trust.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../../../src/pki.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
let ca: CertificatePair;
let other: CertificatePair;
let leaf: CertificatePair;
beforeAll(async () => {
  [ca, other] = await Promise.all([
    createAuthority({ commonName: 'one', now: NOW, days: 100 }),
    createAuthority({ commonName: 'two', now: NOW, days: 10 }),
  ]);
  leaf = await issueCertificate(ca, { commonName: 'sluice', usages: ['server'], now: NOW, days: 50 });
});

describe('src/cli/doctor/trust', () => {
  it.each<[string, () => string, number, string, RegExp]>([
    ['one that lasts', () => ca.certPem, NOW, 'good', /^good until 2026-09-09 00:00 UTC$/],
    ['one that ends in two weeks', () => other.certPem, NOW, 'ends soon', /^good until 2026-06-11/],
    ['one that is over', () => ca.certPem, NOW + 101 * DAY_MS, 'expired', /^expired at 2026-09-09/],
    ['one of the day after tomorrow', () => ca.certPem, NOW - 2 * DAY_MS, 'not yet valid', /clocks differ/],
    ['a bundle, by the one that lasts longest', () => other.certPem + ca.certPem, NOW, 'good', /2026-09-09/],
    ['nothing', () => '', NOW, 'unreadable', /holds no certificate/],
    [
      'nonsense',
      () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      NOW,
      'unreadable',
      /holds no certificate/,
    ],
  ])('judges %s', (_what, pem, now, state, text) => {
    expect(validityOf(pem(), now)).toEqual({ state, text: expect.stringMatching(text) });
  });

  it('knows who signed a certificate', () => {
    expect(isTrusted(leaf.certPem, ca.certPem)).toBe(true);
    expect(isTrusted(leaf.certPem, other.certPem + ca.certPem)).toBe(true);
    expect(isTrusted(leaf.certPem, other.certPem)).toBe(false);
    expect(isTrusted(leaf.certPem, leaf.certPem)).toBe(true);
    expect(isTrusted('', ca.certPem)).toBe(false);
  });
});
