// The keys of a cluster: one authority for servers and users, one for the aggregator. Give them again to a restarted server.
import { type CertificatePair, createAuthority, issueCertificate } from '../../pki.ts';

export interface Authorities {
  readonly cluster: CertificatePair;
  readonly frontProxy: CertificatePair;
}

const AUTHORITY_DAYS = 3650;
const CERTIFICATE_DAYS = 365;

export async function createAuthorities(now: number): Promise<Authorities> {
  const [cluster, frontProxy] = await Promise.all([
    createAuthority({ commonName: 'sluice-sandbox', now, days: AUTHORITY_DAYS }),
    createAuthority({ commonName: 'sluice-sandbox-front-proxy', now, days: AUTHORITY_DAYS }),
  ]);
  return { cluster, frontProxy };
}

/** A client's certificate: the user is its common name, the groups its organizations. */
export function issueClient(
  authority: CertificatePair,
  user: string,
  groups: readonly string[],
  now: number,
): Promise<CertificatePair> {
  return issueCertificate(authority, {
    commonName: user,
    organizations: groups,
    usages: ['client'],
    now,
    days: CERTIFICATE_DAYS,
  });
}

export function issueServer(
  authority: CertificatePair,
  hosts: readonly string[],
  now: number,
): Promise<CertificatePair> {
  const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);
  return issueCertificate(authority, {
    commonName: 'kube-apiserver',
    dnsNames: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      ...hosts.filter((h) => !isAddress(h)),
    ],
    ipAddresses: [...new Set(['127.0.0.1', '10.96.0.1', ...hosts.filter(isAddress)])],
    usages: ['server'],
    now,
    days: CERTIFICATE_DAYS,
  });
}
