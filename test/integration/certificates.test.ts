// The certificate of the metrics API: renewed, replaced, deleted, supplied; the aggregator never meets a bad one.
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { KubeObject, ObjectKey } from '../../src/kube/client.ts';
import { API_SERVICES, SECRETS } from '../../src/kube/resources.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { eventually } from '../support/eventually.ts';
import { createJumpingClock, type JumpingClock } from '../support/jumping-clock.ts';
import { aScaledWorker, brokerAccess } from '../support/queue-worker.ts';
import { tlsGet } from '../support/tls-request.ts';
import { startWorld, type World } from '../support/world.ts';

const DAY_MS = 86_400_000;
const STORE: ObjectKey = { namespace: 'sluice', name: 'sluice-certs' };
const API_SERVICE = 'v1beta1.external.metrics.k8s.io';
const { signal } = new AbortController();

let clock: JumpingClock;
let world: World;
beforeEach(async () => {
  clock = createJumpingClock();
  world = await startWorld({ programClock: clock, program: 'none' });
  await world.send('orders', 42);
  await world.apply(...brokerAccess(world.broker.connectionString()), ...aScaledWorker('orders'));
});
afterEach(() => world.stop());

const answers = async (): Promise<boolean> =>
  (await world.metric('orders', 's0-azure-servicebus-orders'))[0]?.value === '42';
/** Of a connection and a TLS session of their own. */
const servedSerial = async (): Promise<string> =>
  (await tlsGet(world.metricsPort, '/', { rejectUnauthorized: false, agent: false })).serverSerial;

/** Asks for the metric all the time while `work` runs; resolves to what went wrong. */
async function whileAsking(work: () => Promise<void>): Promise<readonly string[]> {
  const failures: string[] = [];
  let asked = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      await answers().catch((error: unknown) => failures.push(String(error)));
      asked++;
    }
  })();
  try {
    await work();
    const soFar = asked;
    await eventually('it goes on a little', () => asked >= soFar + 20);
  } finally {
    isOver = true;
    await asking;
  }
  return failures;
}

function issue(authority: CertificatePair, issuedAt: number): Promise<CertificatePair> {
  const name = 'sluice-metrics-apiserver.sluice.svc';
  const webhook = 'sluice-admission-webhooks.sluice.svc';
  const dnsNames = [name, `${name}.cluster.local`, webhook, `${webhook}.cluster.local`, 'localhost'];
  return issueCertificate(authority, { commonName: name, dnsNames, usages: ['server'], now: issuedAt, days: 365 });
}

/** The Secret as another replica, long ago, would have left it. */
async function store(authority: CertificatePair, serving: CertificatePair): Promise<void> {
  const pems = {
    'ca.crt': authority.certPem,
    'ca.key': authority.keyPem,
    'tls.crt': serving.certPem,
    'tls.key': serving.keyPem,
  };
  const data = Object.fromEntries(Object.entries(pems).map(([key, pem]) => [key, Buffer.from(pem).toString('base64')]));
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: STORE, data } as KubeObject;
  await world.cluster.client.create(SECRETS, secret, { signal });
}

it('is renewed in good time, and no request notices', async () => {
  const authority = await createAuthority({ commonName: 'sluice', now: clock.now(), days: 3_650 });
  // A third of its life is left, and half a minute.
  await store(authority, await issue(authority, clock.now() - (365 * DAY_MS * 2) / 3 + 30_000));
  await world.start();
  await eventually('the metric is served', answers);
  const before = await servedSerial();
  const failures = await whileAsking(async () => {
    clock.jump(61_000);
    await eventually('another certificate is served', async () => (await servedSerial()) !== before);
  });
  expect(failures).toEqual([]);
});

it('is not served when it has expired', async () => {
  const authority = await createAuthority({ commonName: 'sluice', now: clock.now(), days: 3_650 });
  await store(authority, await issue(authority, clock.now() - 366 * DAY_MS));
  await world.start();
  await eventually('the metric is served', answers);
});

it('comes back when its Secret is deleted, and is made anew when the program begins without one', async () => {
  await world.start();
  await eventually('the metric is served', answers);
  const before = await servedSerial();
  const failures = await whileAsking(async () => {
    await world.cluster.client.delete(SECRETS, STORE, { signal });
    clock.jump(61_000);
    await eventually('the Secret is back', () => world.cluster.client.get(SECRETS, STORE, { signal }));
  });
  expect(failures).toEqual([]);
  expect(await servedSerial()).toBe(before);

  await world.stopProgram();
  await world.cluster.client.delete(SECRETS, STORE, { signal });
  await world.start();
  await eventually('the metric is served', answers);
  expect(await servedSerial()).not.toBe(before);
});

it('is read from files where they are supplied, and again when they are replaced', async () => {
  const authority = await createAuthority({ commonName: 'ours', now: clock.now(), days: 3_650 });
  const files = {
    tlsCertFile: join(world.cluster.directory, 'tls.crt'),
    tlsPrivateKeyFile: join(world.cluster.directory, 'tls.key'),
  };
  const supply = async (): Promise<void> => {
    const { certPem, keyPem } = await issue(authority, clock.now());
    await writeFile(files.tlsCertFile, certPem);
    await writeFile(files.tlsPrivateKeyFile, keyPem);
  };
  await supply();
  const caBundle = Buffer.from(authority.certPem).toString('base64');
  await world.change(API_SERVICES, API_SERVICE, { spec: { caBundle } });
  await world.start(files);
  await eventually('the metric is served', answers);
  const before = await servedSerial();
  const failures = await whileAsking(async () => {
    await supply();
    clock.jump(11_000);
    await eventually('the other certificate is served', async () => (await servedSerial()) !== before);
  });
  expect(failures).toEqual([]);
});
