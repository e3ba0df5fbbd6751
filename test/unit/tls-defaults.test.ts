// What the program trusts and speaks by default is asked of a real TLS server.
import { X509Certificate } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../src/log.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { setTlsDefaults, type TlsDefaults } from '../../src/tls-defaults.ts';
import { scratchDirectory } from '../support/scratch.ts';
import { tlsGet } from '../support/tls-request.ts';

const before = {
  authorities: tls.getCACertificates('default'),
  version: tls.DEFAULT_MIN_VERSION,
  ciphers: tls.DEFAULT_CIPHERS,
};
let server: Server;
let port = 0;
let caPem = '';
let directory = '';
beforeAll(async () => {
  const authority = await createAuthority({ commonName: 'of the house', now: Date.now(), days: 1 });
  const { certPem: cert, keyPem: key } = await issueCertificate(authority, {
    commonName: 'localhost',
    dnsNames: ['localhost'],
    usages: ['server'],
    now: Date.now(),
    days: 1,
  });
  caPem = authority.certPem;
  server = createServer({ cert, key, maxVersion: 'TLSv1.2' }, (_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
});
beforeEach(async () => {
  directory = await scratchDirectory('ca');
});
afterEach(async () => {
  tls.setDefaultCACertificates(before.authorities);
  tls.DEFAULT_MIN_VERSION = before.version;
  tls.DEFAULT_CIPHERS = before.ciphers;
  await rm(directory, { recursive: true, force: true });
});

const set = (more: Partial<TlsDefaults>): Promise<void> =>
  setTlsDefaults({ caDirectories: [directory], clientMinTls: 'TLS12', clientCiphers: '', ...more }, silentLogger);
const ask = async (): Promise<string> => (await tlsGet(port, '/', { servername: 'localhost', agent: false })).body;

const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;
const isTrusted = (pem: string): boolean =>
  tls.getCACertificates('default').some((known) => fingerprint(known) === fingerprint(pem));

describe('TLS by default', () => {
  it('trusts the authorities of a mounted directory beside the system’s', async () => {
    await expect(ask()).rejects.toThrow(/certificate/);
    await mkdir(join(directory, '..data'));
    await writeFile(join(directory, '..data', 'house.pem'), caPem);
    await symlink(join('..data', 'house.pem'), join(directory, 'house.pem'));
    await set({});
    expect(await ask()).toBe('hello');
    expect(isTrusted(caPem) && isTrusted(before.authorities[0] ?? '')).toBe(true);
  });

  it('does without a directory that is not there', async () => {
    await set({ caDirectories: [join(directory, 'absent')] });
    expect([isTrusted(caPem), isTrusted(before.authorities[0] ?? '')]).toEqual([false, true]);
  });

  it('refuses a file that is no certificate, by its name', async () => {
    await writeFile(join(directory, 'notes.txt'), 'nothing of the kind');
    await expect(set({})).rejects.toThrow(
      /--ca-dir: expected certificates in PEM form, but \S+notes\.txt cannot be taken/,
    );
  });

  it('speaks no older version than it is told', async () => {
    await writeFile(join(directory, 'house.pem'), caPem);
    await set({ clientMinTls: 'TLS13' });
    await expect(ask()).rejects.toThrow(/version|protocol/i);
  });

  it('speaks no other suites than it is told', async () => {
    await writeFile(join(directory, 'house.pem'), caPem);
    await set({ clientCiphers: 'TLS_AES_128_GCM_SHA256' });
    await expect(ask()).rejects.toThrow();
  });
});
