// Decides whether a certificate is good enough, and makes what is missing: a CA for ten years, a serving certificate for one.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type CertificatePair, createAuthority, expiryOf, issueCertificate } from '../pki.ts';

export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A CA with the serving certificate that it signed; what several replicas share. */
export interface CertificateBundle extends KeyPair {
  /** The present CA first; after a change of CA the former one follows, for as long as somebody may still use it. */
  readonly caPem: string;
  readonly caKeyPem: string;
}

const CA_DAYS = 3_650;
const SERVING_DAYS = 365;
const DAY_MS = 86_400_000;
/** Renewed when only this part of its life is left. */
const LAST_PART = 1 / 3;

/** `present` itself when it is still good. The CA is kept as long as it can be: a new one has to be published first. */
export async function createCertificateBundle(
  present: CertificateBundle | undefined,
  dnsNames: readonly string[],
  now: number,
): Promise<CertificateBundle> {
  const usable = present !== undefined && isWhole(present) ? present : undefined;
  const keepsCa = usable !== undefined && lasts(usable.caPem, CA_DAYS, now);
  if (usable !== undefined && keepsCa && isGood(usable, dnsNames, now)) return usable;
  const authority = keepsCa
    ? { certPem: usable.caPem, keyPem: usable.caKeyPem, notAfter: expiryOf(usable.caPem) }
    : await createAuthority({ commonName: 'sluice', now, days: CA_DAYS });
  const serving = await issueCertificate(authority, {
    commonName: dnsNames[0] ?? 'sluice',
    dnsNames,
    usages: ['server'],
    now,
    days: SERVING_DAYS,
  });
  return {
    caPem: keepsCa ? usable.caPem : withFormer(authority, usable, now),
    caKeyPem: authority.keyPem,
    certPem: serving.certPem,
    keyPem: serving.keyPem,
  };
}

/** Replicas that still serve the former CA's certificate must be trusted until they have noticed. */
function withFormer(authority: CertificatePair, former: CertificateBundle | undefined, now: number): string {
  const [last = ''] = former?.caPem.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----\n?/) ?? [];
  return last !== '' && expiryOf(last) > now ? authority.certPem + last : authority.certPem;
}

function isGood(bundle: CertificateBundle, dnsNames: readonly string[], now: number): boolean {
  const certificate = new X509Certificate(bundle.certPem);
  return (
    lasts(bundle.certPem, SERVING_DAYS, now) &&
    certificate.verify(new X509Certificate(bundle.caPem).publicKey) &&
    dnsNames.every((name) => certificate.checkHost(name) !== undefined)
  );
}

function lasts(pem: string, days: number, now: number): boolean {
  return expiryOf(pem) - now > days * DAY_MS * LAST_PART;
}

/** False for what no certificate and key can be read from: a Secret that somebody filled by hand. */
export function isWhole({ caPem, caKeyPem, certPem, keyPem }: CertificateBundle): boolean {
  try {
    createPrivateKey(caKeyPem);
    createPrivateKey(keyPem);
    return [caPem, certPem].every((pem) => expiryOf(pem) > 0);
  } catch {
    return false;
  }
}
