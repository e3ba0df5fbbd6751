// The certificate that a client showed in the handshake, and whether one of the CAs we trust at this moment stands behind it.
import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../async.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const LONGEST_CHAIN = 8;
/** Trust changes seldom; only the last few bundles are kept parsed. */
const BUNDLES = 4;

/** Leaf first; empty when there is none. Parsed once for each connection. */
export function createChainReader(): (socket: TLSSocket) => readonly X509Certificate[] {
  const known = new WeakMap<TLSSocket, readonly X509Certificate[]>();
  return (socket) => {
    const chain = known.get(socket) ?? readChain(socket);
    known.set(socket, chain);
    return chain;
  };
}

function readChain(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let link = socket.getPeerCertificate(true);
  while (link?.raw !== undefined && !seen.has(link.fingerprint256) && chain.length < LONGEST_CHAIN) {
    seen.add(link.fingerprint256);
    chain.push(new X509Certificate(link.raw));
    link = link.issuerCertificate;
  }
  return chain;
}

/**
 * True when a path of valid signatures leads from the leaf to a certificate of `caPem`, all are within their time, and the leaf
 * is for clients. Judged for each request, so that a CA that was withdrawn is not believed on an old connection.
 */
export function createChainVerifier(clock: Clock): (chain: readonly X509Certificate[], caPem: string) => boolean {
  const bundles = new Map<string, readonly X509Certificate[]>();
  const verdicts = new WeakMap<X509Certificate, Map<string, readonly X509Certificate[] | undefined>>();

  function rootsOf(caPem: string): readonly X509Certificate[] {
    const roots = bundles.get(caPem) ?? parseBundle(caPem);
    bundles.set(caPem, roots);
    const [oldest] = bundles.keys();
    if (bundles.size > BUNDLES && oldest !== undefined) bundles.delete(oldest);
    return roots;
  }

  return (chain, caPem) => {
    const [leaf] = chain;
    if (leaf === undefined) return false;
    const known = verdicts.get(leaf) ?? new Map<string, readonly X509Certificate[] | undefined>();
    verdicts.set(leaf, known);
    if (!known.has(caPem)) {
      if (known.size >= BUNDLES) known.clear();
      known.set(caPem, mayBeClient(leaf) ? findPath(chain, rootsOf(caPem)) : undefined);
    }
    const now = clock.now();
    return known.get(caPem)?.every((certificate) => isCurrent(certificate, now)) ?? false;
  };
}

/** The certificates from the leaf to a root, or undefined when there is no such path. */
function findPath(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const path: X509Certificate[] = [];
  for (const [i, certificate] of chain.entries()) {
    path.push(certificate);
    const root = roots.find((candidate) => signed(candidate, certificate));
    if (root !== undefined) return [...path, root];
    const issuer = chain[i + 1];
    if (issuer === undefined || !signed(issuer, certificate)) return undefined;
  }
  return undefined;
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function isCurrent(certificate: X509Certificate, now: number): boolean {
  return certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime();
}

/** Without an extended key usage a certificate is for everything. */
function mayBeClient(certificate: X509Certificate): boolean {
  const usages: readonly string[] | undefined = certificate.keyUsage;
  return usages === undefined || usages.length === 0 || usages.includes(CLIENT_AUTH);
}

function parseBundle(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return []; // one bad certificate in a bundle does not make the others worse
    }
  });
}

export interface Subject {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Reading a subject costs more than all the rest of a request, and a connection brings the same one every time. */
const subjects = new WeakMap<X509Certificate, Subject>();

/** The common name, and the organizations that Kubernetes takes for groups. */
export function subjectOf(certificate: X509Certificate): Subject {
  const known = subjects.get(certificate);
  if (known !== undefined) return known;
  const { subject } = certificate.toLegacyObject() as { subject?: Readonly<Record<string, string | string[]>> };
  const [name = ''] = [subject?.['CN'] ?? ''].flat();
  const read = { name, groups: [subject?.['O'] ?? []].flat() };
  subjects.set(certificate, read);
  return read;
}
