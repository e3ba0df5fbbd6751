import { describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { systemClock } from '../../src/async.ts';
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

  it('are believed beside an older authority of the same name', async () => {
    const real = systemClock.now();
    const [older, newer] = await Promise.all(
      [1, 2].map(() => createAuthority({ commonName: 'ca', now: real, days: 1 })),
    );
    const request = {
      commonName: 'server',
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      now: real,
      days: 1,
    } as const;
    for (const authority of [older!, newer!]) {
      const pair = await issueCertificate(authority, request);
      const server = createServer({ cert: pair.certPem, key: pair.keyPem }, (socket) => socket.end());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const socket = connect({ host: '127.0.0.1', port, ca: newer!.certPem + older!.certPem });
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
      socket.destroy();
      server.close();
      await once(server, 'close');
    }
  });
});
