// The Redis scalers over TLS: a server with a certificate of its own authority, and one that asks for ours.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { type Broker, CREDENTIALS, hasRedis, startRedis, startSentinel, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { scratchDirectory } from '../support/scratch.ts';

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

  /** Of a server or sentinel that trusts the authority, and has a certificate of it. */
  const speakTls = (tlsPort: number): readonly string[] => [
    `tls-port ${tlsPort}`,
    `tls-ca-cert-file ${join(directory, 'ca')}`,
    `tls-cert-file ${join(directory, 'cert')}`,
    `tls-key-file ${join(directory, 'key')}`,
  ];

  beforeAll(async () => {
    directory = await scratchDirectory('redis-tls');
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
      const broker = await startRedis([...speakTls(tlsPort), `tls-auth-clients ${clients}`]);
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

  it('reads a cluster whose nodes speak TLS', async () => {
    const [tlsPort, busPort] = await Promise.all([freePort(), freePort()]);
    const node = await startRedis([
      ...speakTls(tlsPort),
      'tls-auth-clients no',
      'tls-cluster yes',
      'cluster-enabled yes',
      'cluster-announce-ip 127.0.0.1',
      `cluster-port ${busPort}`,
      'databases 1',
    ]);
    const client = new Redis({ port: node.port, ...CREDENTIALS });
    await client.cluster('ADDSLOTSRANGE', 0, 16_383);
    await eventually('the cluster is ready', async () => (await client.cluster('INFO')).includes('cluster_state:ok'));
    await client.rpush('jobs', 1, 2, 3);
    await client.quit();
    const ask = (type: string, metadata: Record<string, string>, auth: Record<string, string>) =>
      readTrigger(type, {
        metadata: { addresses: `127.0.0.1:${tlsPort}`, ...metadata },
        auth: { ...CREDENTIALS, tls: 'enable', ...auth },
      });
    const ca = authority.certPem;
    expect(await ask('redis-cluster', { listName: 'jobs' }, { ca })).toEqual({ value: 3 });
    expect(await ask('redis-cluster-streams', { stream: 'nothing' }, { ca })).toEqual({ value: 0 });
    await expect(ask('redis-cluster', { listName: 'jobs' }, {})).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('no node lets us in; check addresses, and with TLS the CA'),
    });
    await node.stop();
  }, 30_000);

  it('reads the master of sentinels that speak TLS as well', async () => {
    const tlsPort = await freePort();
    const sentinel = await startSentinel('orders', open.tlsPort, [
      ...speakTls(tlsPort),
      'tls-auth-clients no',
      'tls-replication yes',
    ]);
    const ask = (type: string, metadata: Record<string, string>, auth: Record<string, string>) =>
      readTrigger(type, {
        metadata: { address: `127.0.0.1:${tlsPort}`, sentinelMaster: 'orders', ...metadata },
        auth: { ...CREDENTIALS, tls: 'enable', ...auth },
      });
    const ca = authority.certPem;
    expect(await ask('redis-sentinel', { listName: 'jobs' }, { ca })).toEqual({ value: 2 });
    expect(await ask('redis-sentinel-streams', { stream: 'orders' }, { ca })).toEqual({ value: 1 });
    await expect(ask('redis-sentinel', { listName: 'jobs' }, {})).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    await sentinel.stop();
  }, 30_000);

  it('fails when only one side speaks TLS', async () => {
    await expect(read(open.tlsPort, {})).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
    await expect(read(open.port, { tls: 'enable', ca: authority.certPem })).rejects.toMatchObject({
      code: expect.stringMatching(/^SOURCE_/),
    });
  });
});
