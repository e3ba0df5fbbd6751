import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { createAuthority, expiryOf, issueCertificate } from '../../src/pki.ts';

const now = Date.UTC(2026, 0, 1);

describe('certificates', () => {
  it('are signed by their authority, for the names and the time asked for', async () => {
    const authority = await createAuthority({ commonName: 'sluice', now, days: 3650 });
    const pair = await issueCertificate(authority, {
      commonName: 'server',
      dnsNames: ['a.b.svc'],
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      now,
      days: 365,
    });
    const certificate = new X509Certificate(pair.certPem);
    expect(certificate.verify(new X509Certificate(authority.certPem).publicKey)).toBe(true);
    expect(certificate.checkHost('a.b.svc')).toBe('a.b.svc');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(expiryOf(pair.certPem)).toBe(now + 365 * 86_400_000);
  });

  it('carry user and groups as Kubernetes reads them from a client certificate', async () => {
    const authority = await createAuthority({ commonName: 'ca', now, days: 1 });
    const pair = await issueCertificate(authority, {
      commonName: 'jane',
      organizations: ['system:masters', 'dev'],
      usages: ['client'],
      now,
      days: 1,
    });
    expect(new X509Certificate(pair.certPem).subject.split('\n')).toEqual(['O=system:masters', 'O=dev', 'CN=jane']);
  });
});
