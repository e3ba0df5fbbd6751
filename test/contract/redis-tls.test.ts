// The Redis scalers over TLS: a server with a certificate of its own authority, and one that asks for ours.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, whereInstalled } from '../support/brokers.ts';
import { readTrigger } from '../support/read-trigger.ts';

whereInstalled(
  hasRedis,
  'redis-server',
  describe,
)('Redis over TLS', () => {
  let directory: string;
  let authority: CertificatePair;
  let visitor: CertificatePair;
  let open: Broker & { readonly tlsPort: number };
  let strict: typeof open;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-redis-tls-'));
    const now = systemClock.now();
    authority = await createAuthority({ commonName: 'test authority', now, days: 1 });
    const issue = (commonName: string, usage: 'server' | 'client') =>
      issueCertificate(authority, { commonName, ipAddresses: ['127.0.0.1'], usages: [usage], now, days: 1 });
    const server = await issue('redis', 'server');
    visitor = await issue('sluice', 'client');
    const files = { ca: authority.certPem, cert: server.certPem, key: server.keyPem };
    for (const [name, pem] of Object.entries(files)) await writeFile(join(directory, name), pem);
    const start = async (clients: 'no' | 'yes') => {
      const tlsPort = await freePort();
      const broker = await startRedis([
        `tls-port ${tlsPort}`,
        `tls-ca-cert-file ${join(directory, 'ca')}`,
        `tls-cert-file ${join(directory, 'cert')}`,
        `tls-key-file ${join(directory, 'key')}`,
        `tls-auth-clients ${clients}`,
      ]);
      const client = new Redis({ port: broker.port, ...CREDENTIALS });
      await client.xadd('orders', '*', 'n', 1);
      await client.rpush('jobs', 1, 2);
      await client.quit();
      return { ...broker, tlsPort };
    };
    [open, strict] = await Promise.all([start('no'), start('yes')]);
  });
  afterAll(async () => {
    await Promise.all([open.stop(), strict.stop()]);
    await rm(directory, { recursive: true });
  });

  const read = (port: number, parameters: Record<string, string>, metadata: Record<string, string> = {}) => {
    const auth = { ...CREDENTIALS, ...parameters };
    const one = async (type: string, key: Record<string, string>) =>
      (await readTrigger(type, { metadata: { address: `127.0.0.1:${port}`, ...metadata, ...key }, auth })).value;
    return Promise.all([one('redis', { listName: 'jobs' }), one('redis-streams', { stream: 'orders' })]);
  };

  it('reads when the authority is known, or nobody asks for it', async () => {
    expect(await read(open.tlsPort, { tls: 'enable', ca: authority.certPem })).toEqual([2, 1]);
    expect(await read(open.tlsPort, { ca: authority.certPem }, { enableTLS: 'true' })).toEqual([2, 1]);
    expect(await read(open.tlsPort, {}, { enableTLS: 'true', unsafeSsl: 'true' })).toEqual([2, 1]);
  });

  it('trusts no unknown authority', async () => {
    await expect(read(open.tlsPort, { tls: 'enable' })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/unknown CA|self-signed/),
    });
  });

  it('shows its certificate to a server that wants one', async () => {
    const auth = { tls: 'enable', ca: authority.certPem };
    expect(await read(strict.tlsPort, { ...auth, cert: visitor.certPem, key: visitor.keyPem })).toEqual([2, 1]);
    await expect(read(strict.tlsPort, auth)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('fails when only one side speaks TLS', async () => {
    await expect(read(open.tlsPort, {})).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    await expect(read(open.port, { tls: 'enable', ca: authority.certPem })).rejects.toMatchObject({
      code: expect.stringMatching(/^SOURCE_/),
    });
  });
});
