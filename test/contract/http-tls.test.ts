// TLS of scalers that speak HTTP: whom they trust, and the certificate by which they are known.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { issueServerCertificate } from '../support/tls-front.ts';

const now = systemClock.now();

describe.each(['prometheus', 'metrics-api'])('%s over TLS', (type) => {
  let ours: CertificatePair;
  let theirs: CertificatePair;
  let client: CertificatePair;
  let stranger: CertificatePair;
  let server: Server;
  let seen: string | undefined;

  const clientOf = (authority: CertificatePair): Promise<CertificatePair> =>
    issueCertificate(authority, {
      commonName: 'scaler',
      dnsNames: [],
      ipAddresses: [],
      usages: ['client'],
      now,
      days: 1,
    });

  beforeAll(async () => {
    [ours, theirs] = (await Promise.all(
      ['ours', 'theirs'].map((commonName) => createAuthority({ commonName, now, days: 1 })),
    )) as [CertificatePair, CertificatePair];
    [client, stranger] = [await clientOf(ours), await clientOf(theirs)];
    const { certPem: cert, keyPem: key } = await issueServerCertificate(ours);
    const settings = { cert, key, ca: ours.certPem, requestCert: true, rejectUnauthorized: false };
    server = createServer(settings, ({ socket }, response) => {
      const { authorized } = socket as TLSSocket;
      seen = authorized ? String((socket as TLSSocket).getPeerCertificate().subject.CN) : undefined;
      const answer = { n: 5, status: 'success', data: { resultType: 'scalar', result: [1, '5'] } };
      response.writeHead(authorized ? 200 : 403).end(JSON.stringify(answer));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const read = async (auth: Record<string, string>, more: Record<string, string> = {}): Promise<number> => {
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const metadata = {
      prometheus: { serverAddress: address, query: 'x', threshold: '5' },
      'metrics-api': { url: address, valueLocation: 'n', targetValue: '5' },
    }[type];
    return (await readTrigger(type, { metadata: { ...metadata, authModes: 'tls', ...more }, auth })).value;
  };
  const pair = ({ certPem: cert, keyPem: key }: CertificatePair) => ({ cert, key });

  it('shows its certificate to a server whose authority it was given', async () => {
    expect(await read({ ...pair(client), ca: ours.certPem })).toBe(5);
    expect(seen).toBe('scaler');
  });

  it('is refused with a certificate of another authority, and without one', async () => {
    for (const [auth, metadata] of [
      [{ ...pair(stranger), ca: ours.certPem }, {}],
      [{ bearerToken: 't', ca: ours.certPem }, { authModes: 'bearer' }],
    ] as const)
      await expect(read(auth, metadata)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
  });

  it.each([
    ['another authority', () => ({ ca: theirs.certPem })],
    ['none but the system’s', () => ({})],
  ])('does not trust a server when it was given %s', async (_, ca) => {
    await expect(read({ ...pair(client), ...ca() })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('unknown CA; give it'),
    });
  });

  it('says so when it speaks plain text to a server that speaks TLS', async () => {
    const { port } = server.address() as AddressInfo;
    const plain = { serverAddress: `http://127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
    await expect(read({ ...pair(client), ca: ours.certPem }, plain)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
  });
});
