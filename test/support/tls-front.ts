// A relay that speaks TLS in front of a plain port, with a certificate that no system trusts.
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';

export interface TlsFront {
  readonly port: number;
  /** The authority behind its certificate for 127.0.0.1 and localhost, as PEM. */
  readonly ca: string;
  close(): Promise<void>;
}

/** `name` instead of the addresses makes a certificate for somebody else. */
export async function issueServerCertificate(authority: CertificatePair, name?: string): Promise<CertificatePair> {
  const names = name === undefined ? { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] } : { dnsNames: [name] };
  return issueCertificate(authority, {
    commonName: name ?? 'localhost',
    ...names,
    usages: ['server'],
    now: systemClock.now(),
    days: 1,
  });
}

export async function startTlsFront(plainPort: number): Promise<TlsFront> {
  const authority = await createAuthority({ commonName: 'test authority', now: systemClock.now(), days: 1 });
  const { certPem: cert, keyPem: key } = await issueServerCertificate(authority);
  const server = createServer({ cert, key }, (client) => {
    const upstream = connect(plainPort, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    ca: authority.certPem,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
