// Certificates: a self-made authority and what it signs (P-256, PEM). Used by the metrics adapter and the sandbox.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Clocks of two machines differ, by hours where one is set wrongly; a certificate is valid from well before its making. */
const BACKDATE_MS = DAY_MS;

x509.cryptoProvider.set(webcrypto);

export interface CertificatePair {
  readonly certPem: string;
  readonly keyPem: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly ('server' | 'client')[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly days: number;
}

export function createAuthority(options: { commonName: string; now: number; days: number }): Promise<CertificatePair> {
  return make({ subject: subjectOf(options.commonName, []), now: options.now, days: options.days }, undefined, [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ]);
}

/** A certificate for a server, a client or both, signed by `authority`. */
export function issueCertificate(authority: CertificatePair, request: CertificateRequest): Promise<CertificatePair> {
  const names: x509.JsonGeneralNames = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const usage = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth };
  return make(
    { subject: subjectOf(request.commonName, request.organizations ?? []), now: request.now, days: request.days },
    authority,
    [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension(request.usages.map((u) => usage[u])),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  );
}

/** When the first certificate in `pem` expires, milliseconds since the epoch. Throws when it is no certificate. */
export function expiryOf(pem: string): number {
  return new x509.X509Certificate(pem).notAfter.getTime();
}

async function make(
  what: { subject: x509.JsonName; now: number; days: number },
  authority: CertificatePair | undefined,
  extensions: x509.Extension[],
): Promise<CertificatePair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const notAfter = what.now + what.days * DAY_MS;
  const issuer = authority && new x509.X509Certificate(authority.certPem);
  // Of several authorities of one name, OpenSSL tries the one whose key is meant; without this, the first that it finds.
  const byKey = issuer ? [await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)] : [];
  const common = {
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
      .toString('hex')
      .replace(/^[89a-f]/, '7'),
    notBefore: new Date(what.now - BACKDATE_MS),
    notAfter: new Date(notAfter),
    signingAlgorithm: ALGORITHM,
    extensions: [...extensions, await x509.SubjectKeyIdentifierExtension.create(keys.publicKey), ...byKey],
  };
  const certificate =
    authority && issuer
      ? await x509.X509CertificateGenerator.create({
          ...common,
          subject: what.subject,
          issuer: issuer.subject,
          publicKey: keys.publicKey,
          signingKey: await importKey(authority.keyPem),
        })
      : await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: what.subject, keys });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certPem: `${certificate.toString('pem')}\n`,
    keyPem: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
    notAfter,
  };
}

function subjectOf(commonName: string, organizations: readonly string[]): x509.JsonName {
  return [...organizations.map((o) => ({ O: [o] })), { CN: [commonName] }];
}

function importKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(keyPem);
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}
