import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { createChainVerifier, subjectOf } from '../../../src/metrics-adapter/client-certificate.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../../src/pki.ts';
import { createFakeClock } from '../../support/clock.ts';

const now = Date.UTC(2026, 0, 1);
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
let root: CertificatePair;
let other: CertificatePair;
let client: CertificatePair;
let intermediate: CertificatePair;
let viaIntermediate: CertificatePair;
let viaClient: CertificatePair;

/** A CA that another CA signed. */
async function subordinate(authority: CertificatePair): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const signer = x509.PemConverter.decodeFirst(authority.keyPem);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=intermediate',
    issuer: new x509.X509Certificate(authority.certPem).subject,
    notBefore: new Date(now),
    notAfter: new Date(now + 10 * 86_400_000),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', signer, ALGORITHM, false, ['sign']),
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certPem: certificate.toString('pem'), keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'), notAfter: 0 };
}

beforeAll(async () => {
  const days = 30;
  root = await createAuthority({ commonName: 'root', now, days });
  other = await createAuthority({ commonName: 'root', now, days });
  const issue = (by: CertificatePair): Promise<CertificatePair> =>
    issueCertificate(by, { commonName: 'bob', organizations: ['dev', 'ops'], usages: ['client'], now, days: 5 });
  client = await issue(root);
  intermediate = await subordinate(root);
  viaIntermediate = await issue(intermediate);
  viaClient = await issue(client);
});

const chain = (...pairs: CertificatePair[]): X509Certificate[] => pairs.map((p) => new X509Certificate(p.certPem));

describe('src/metrics-adapter/client-certificate', () => {
  it.each<[string, () => X509Certificate[], () => string, boolean]>([
    ['signed by the CA', () => chain(client), () => root.certPem, true],
    ['signed by one CA of several', () => chain(client), () => other.certPem + root.certPem, true],
    ['beside a certificate that cannot be read', () => chain(client), () => broken() + root.certPem, true],
    ['with its intermediate CA', () => chain(viaIntermediate, intermediate), () => root.certPem, true],
    ['without its intermediate CA', () => chain(viaIntermediate), () => root.certPem, false],
    ['signed by a CA of the same name', () => chain(client), () => other.certPem, false],
    ['that brings its own CA', () => chain(client, root), () => other.certPem, false],
    ['signed with the key of a client', () => chain(viaClient, client), () => root.certPem, false],
    ['by nobody', () => [], () => root.certPem, false],
    ['while no CA is known', () => chain(client), () => '', false],
  ])('judges a certificate %s', (_, certificates, caPem, verdict) => {
    const verify = createChainVerifier(createFakeClock(now + 1_000));
    expect(verify(certificates(), caPem())).toBe(verdict);
  });

  it('believes nothing that is out of date, though it believed it before', async () => {
    const clock = createFakeClock(now + 1_000);
    const verify = createChainVerifier(clock);
    const certificates = chain(client);
    expect(verify(certificates, root.certPem)).toBe(true);
    await clock.advance(5 * 86_400_000);
    expect(verify(certificates, root.certPem)).toBe(false);
  });

  it('follows a change of CA on an old connection', () => {
    const verify = createChainVerifier(createFakeClock(now + 1_000));
    const certificates = chain(client);
    expect([root, other, root].map((ca) => verify(certificates, ca.certPem))).toEqual([true, false, true]);
  });

  it('takes the organizations for groups', () => {
    expect(subjectOf(new X509Certificate(client.certPem))).toEqual({ name: 'bob', groups: ['dev', 'ops'] });
  });
});

function broken(): string {
  return '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
}
