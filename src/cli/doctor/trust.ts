// How long certificates are good for, and who trusts whom.
import { X509Certificate } from 'node:crypto';

const DAY_MS = 86_400_000;
/** Self-made certificates are renewed when a third of a year is left, so this late means that nobody renews them. */
const SOON_MS = 14 * DAY_MS;

export type Validity =
  | { readonly state: 'good' | 'ends soon' | 'expired' | 'not yet valid'; readonly text: string }
  | { readonly state: 'unreadable'; readonly text: string };

/** Of the certificates in a bundle the one that lasts longest, as a bundle may keep former ones. */
export function validityOf(pem: string, now: number): Validity {
  const certificates = certificatesIn(pem);
  if (certificates.length === 0) return { state: 'unreadable', text: 'holds no certificate' };
  const [latest] = certificates.toSorted((a, b) => Date.parse(b.validTo) - Date.parse(a.validTo));
  const endsAt = Date.parse(latest?.validTo ?? '');
  const startsAt = Math.min(...certificates.map((c) => Date.parse(c.validFrom)));
  const until = new Date(endsAt).toISOString().slice(0, 16).replace('T', ' ');
  if (endsAt <= now) return { state: 'expired', text: `expired at ${until} UTC` };
  if (startsAt > now) return { state: 'not yet valid', text: 'is not valid yet: clocks differ' };
  return { state: endsAt - now < SOON_MS ? 'ends soon' : 'good', text: `good until ${until} UTC` };
}

/** Whether one of the bundle's authorities signed the certificate, or is it. */
export function isTrusted(certPem: string, bundlePem: string): boolean {
  const [leaf] = certificatesIn(certPem);
  return (
    leaf !== undefined &&
    certificatesIn(bundlePem).some(
      (ca) => ca.fingerprint256 === leaf.fingerprint256 || (leaf.checkIssued(ca) && leaf.verify(ca.publicKey)),
    )
  );
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}
