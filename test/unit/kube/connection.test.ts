import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/async.ts';
import { type Connection, loadConnection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { NODES } from '../../../src/kube/resources.ts';
import { silentLogger } from '../../../src/log.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../../src/pki.ts';
import { createFakeClock } from '../../support/clock.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const { signal } = new AbortController();
let dir: string;
let authority: CertificatePair;
let stub: KubeStub;
let connection: Connection | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'connection-'));
  const now = systemClock.now();
  authority = await createAuthority({ commonName: 'test', now, days: 1 });
  const serving = await issueCertificate(authority, {
    commonName: 'kube-apiserver',
    dnsNames: ['kubernetes'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
    now,
    days: 1,
  });
  stub = await startKubeStub({ tls: { key: serving.keyPem, cert: serving.certPem } });
  stub.serve('/api/v1/nodes/n', { metadata: { name: 'n', resourceVersion: '1' } });
});
afterEach(async () => {
  await connection?.close();
  connection = undefined;
  await stub.close();
  await rm(dir, { recursive: true });
});

async function connect(cluster: object, user: object, clock = systemClock): Promise<() => Promise<unknown>> {
  const kubeconfig = join(dir, 'config');
  const document = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: stub.url, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(document));
  connection = await loadConnection({ kubeconfig, env: {}, clock });
  const client = createKubeClient(connection, {
    clock: systemClock,
    log: silentLogger,
    userAgent: 'sluice/test',
    deadlineMs: 2_000,
  });
  return () => client.get(NODES, { name: 'n' }, { signal });
}
const trusted = (): object => ({ 'certificate-authority-data': Buffer.from(authority.certPem).toString('base64') });
const sentTokens = (): unknown[] => stub.requests.map((r) => r.headers.authorization);

describe('src/kube/connection', () => {
  it('trusts the authority of the kubeconfig and no other', async () => {
    await (await connect(trusted(), {}))();
    await connection?.close();
    const stranger = await createAuthority({ commonName: 'stranger', now: systemClock.now(), days: 1 });
    const get = await connect({ 'certificate-authority-data': Buffer.from(stranger.certPem).toString('base64') }, {});
    await expect(get()).rejects.toMatchObject({ code: 'KUBE_UNAVAILABLE', status: undefined });
  });

  it('checks the name that tls-server-name gives', async () => {
    await (await connect({ ...trusted(), 'tls-server-name': 'kubernetes' }, {}))();
    await connection?.close();
    const get = await connect({ ...trusted(), 'tls-server-name': 'elsewhere' }, {});
    await expect(get()).rejects.toMatchObject({ code: 'KUBE_UNAVAILABLE' });
  });

  it('checks nothing with insecure-skip-tls-verify', async () => {
    await (await connect({ 'insecure-skip-tls-verify': true }, {}))();
  });

  it.each<[string, object, string]>([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    ['a name and a password', { username: 'me', password: 'pw' }, `Basic ${Buffer.from('me:pw').toString('base64')}`],
  ])('sends %s', async (_, user, authorization) => {
    await (await connect(trusted(), user))();
    expect(sentTokens()).toEqual([authorization]);
  });

  it('reads a token file again after ten seconds, and at once when it is refused', async () => {
    await writeFile(join(dir, 'token'), 'first\n');
    const clock = createFakeClock();
    const get = await connect(trusted(), { tokenFile: 'token' }, clock);
    await get();
    await writeFile(join(dir, 'token'), 'second\n');
    await get();
    await clock.advance(10_000);
    await get();
    await writeFile(join(dir, 'token'), 'third\n');
    stub.fail({ status: 401 });
    await get();
    expect(sentTokens()).toEqual(['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second', 'Bearer third']);
  });

  it('runs an exec plugin once for many calls', async () => {
    const status = { token: 'from-plugin' };
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status,
    });
    await writeFile(join(dir, 'login'), `#!/bin/sh\necho run >> "${dir}/runs"\necho '${credential}'\n`);
    await chmod(join(dir, 'login'), 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './login' };
    const get = await connect(trusted(), { exec });
    await Promise.all([get(), get(), get()]);
    expect(sentTokens()).toEqual(Array(3).fill('Bearer from-plugin'));
    expect(await readFile(join(dir, 'runs'), 'utf8')).toBe('run\n');
  });

  it('says which plugin failed and how', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo log in first >&2; exit 1'],
    };
    const get = await connect(trusted(), { exec });
    await expect(get()).rejects.toMatchObject({
      code: 'KUBE_UNAUTHORIZED',
      message: 'get nodes n: no credentials: exec plugin "sh" of kubeconfig user "u" failed: log in first',
    });
  });

  it('refuses a proxy that it does not speak', async () => {
    await expect(connect({ 'proxy-url': 'socks5://localhost:1080' }, {})).rejects.toThrow(
      'proxy-url: expected an http: or https: proxy, found "socks5:"',
    );
  });

  it('names the server that does not answer', async () => {
    const get = await connect({ server: 'https://127.0.0.1:1' }, {});
    await expect(get()).rejects.toThrow(
      /^get nodes n: no answer from the API server https:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
    );
  });
});
