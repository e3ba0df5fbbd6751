// Workload identities: the official library's exchange with a stand-in of Azure's directory, and the services that take its tokens.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import type { PodIdentity } from '../../src/scalers/scaler.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type AzureCloud, CLIENT_ID, startAzureCloud, TENANT_ID } from '../support/azure-cloud.ts';
import { ACCOUNT, type Azurite, hasAzurite, startAzurite } from '../support/azurite.ts';
import { whereInstalled } from '../support/brokers.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { connectClient, startEmulator } from '../support/service-bus.ts';
import { polled } from '../support/written-trigger.ts';
import type { ServiceBusEmulator } from '../../src/sandbox/service-bus/emulator.ts';

const workload: PodIdentity = { provider: 'azure-workload' };
const never = new AbortController().signal;
const here = { tenant: TENANT_ID, clientId: CLIENT_ID };
const OTHER = '33333333-3333-4333-8333-333333333333';

describe('azure-servicebus with a workload identity', () => {
  let cloud: AzureCloud;
  let emulator: ServiceBusEmulator;
  beforeAll(async () => {
    cloud = await startAzureCloud(['login.private.example']);
    const hosts = ['shop.servicebus.windows.net', 'shop.servicebus.chinacloudapi.cn', 'shop.bus.private.example'];
    emulator = await startEmulator({
      certificate: await cloud.certificateFor(...hosts),
      vouches: (token) => cloud.vouches(token, 'https://servicebus.azure.net'),
    });
    for (const host of hosts) cloud.lead(host, emulator.port);
    emulator.createQueue('orders');
    const client = connectClient(emulator.connectionString());
    const sender = client.createSender('orders');
    for (let i = 0; i < 7; i++) await sender.sendMessages({ body: i });
    await client.close();
  });
  afterEach(() => cloud.setDirectory('gives'));
  afterAll(async () => {
    await emulator.stop();
    await cloud.stop();
  });

  const metadata = { queueName: 'orders', namespace: 'shop' };
  const read = async (more: Record<string, string> = {}, podIdentity = workload): Promise<number> =>
    (await readTrigger('azure-servicebus', { metadata: { ...metadata, ...more }, podIdentity })).value;
  const exchange = {
    host: 'login.private.example',
    scope: expect.stringMatching(/^https:\/\/servicebus\.azure\.net\/\.default/),
  };

  it.each([
    ['AzurePublicCloud', {}],
    ['AzureChinaCloud', { cloud: 'AzureChinaCloud' }],
    ['a private one', { cloud: 'private', endpointSuffix: 'bus.private.example' }],
  ])('counts in the cloud %s, with the identity that we run under', async (_, place) => {
    expect(await read(place)).toBe(7);
    expect(cloud.exchanges.at(-1)).toEqual({ ...exchange, ...here });
  });

  it('takes the client and tenant that the pod identity names', async () => {
    expect(await read({}, { ...workload, identityId: OTHER, identityTenantId: OTHER })).toBe(7);
    expect(cloud.exchanges.at(-1)).toEqual({ ...exchange, tenant: OTHER, clientId: OTHER });
  });

  it('shows the token of our service account to no directory that a user makes up', async () => {
    cloud.lead('login.evil.example', 1);
    const seen = cloud.exchanges.length;
    const identity = { ...workload, identityTenantId: OTHER, identityAuthorityHost: 'https://login.evil.example/' };
    await expect(read({}, identity)).rejects.toMatchObject({ code: expect.stringMatching(/AUTH_FAILED|UNAVAILABLE/) });
    expect(cloud.exchanges).toHaveLength(seen);
    expect(new Set(cloud.unknownHosts)).toEqual(new Set(['login.microsoftonline.com']));
  });

  it('exchanges once for many triggers at once, and again for none until the token is old', async () => {
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const trigger = polled('azure-servicebus', { metadata, podIdentity: workload });
    const scalers = await Promise.all(
      Array.from({ length: 8 }, () => trigger.connect({ clients, clock: systemClock })),
    );
    const seen = cloud.exchanges.length;
    for (let i = 0; i < 3; i++) await Promise.all(scalers.map((scaler) => scaler.read(never)));
    expect(cloud.exchanges).toHaveLength(seen + 1);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });

  it('goes on when the token of our service account is exchanged for a new one', async () => {
    await cloud.rotateServiceAccountToken();
    expect(await read()).toBe(7);
  });

  it.each([
    ['refuses', 'AUTH_FAILED', 'the directory refused our workload identity; check its federation and role'],
    ['fails', 'SOURCE_UNAVAILABLE', "the directory of identities can't be reached"],
  ] as const)('tells of a directory that %s, and recovers', async (mode, code, message) => {
    cloud.setDirectory(mode);
    await expect(read()).rejects.toMatchObject({
      code,
      message: `azure-servicebus:shop.servicebus.windows.net: ${message}`,
    });
    cloud.setDirectory('gives');
    expect(await read()).toBe(7);
  });

  it.each(['AZURE_CLIENT_ID', 'AZURE_FEDERATED_TOKEN_FILE'])('tells of pods without %s', async (variable) => {
    const { [variable]: before } = process.env;
    process.env[variable] = variable.endsWith('FILE') ? '/nowhere/token' : '';
    await expect(read()).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('there is no workload identity here; label our pods'),
    });
    process.env[variable] = before;
  });

  it('gives up on a directory that says nothing', async () => {
    cloud.setDirectory('silent');
    await expect(readTrigger('azure-servicebus', { metadata, podIdentity: workload }, 500)).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
    });
  });
});

whereInstalled(
  hasAzurite,
  'azurite',
  describe,
)('azure-queue with a workload identity', () => {
  let cloud: AzureCloud;
  let azurite: Azurite;
  beforeAll(async () => {
    cloud = await startAzureCloud();
    const host = `${ACCOUNT}.queue.core.windows.net`;
    azurite = await startAzurite({ certificate: await cloud.certificateFor(host) });
    cloud.lead(host, azurite.port);
    const queue = azurite.connect().getQueueClient('orders');
    await queue.create();
    for (let i = 0; i < 4; i++) await queue.sendMessage(`message ${i}`);
    await queue.receiveMessages({ numberOfMessages: 1 });
  }, 60_000);
  afterAll(async () => {
    await azurite?.stop();
    await cloud.stop();
  });

  const metadata = { queueName: 'orders', accountName: ACCOUNT };

  it.each([
    ['all', 4],
    ['visibleonly', 3],
  ])('counts %s at the name of the account, over TLS', async (queueLengthStrategy, expected) => {
    const written = { metadata: { ...metadata, queueLengthStrategy }, podIdentity: workload };
    expect((await readTrigger('azure-queue', written)).value).toBe(expected);
    const scope = expect.stringMatching(/^https:\/\/storage\.azure\.com\/\.default/);
    expect(cloud.exchanges.at(-1)).toEqual({ host: 'login.microsoftonline.com', scope, ...here });
  });

  it('reads by connection string over TLS, too', async () => {
    const auth = { connection: azurite.connectionString() };
    expect((await readTrigger('azure-queue', { metadata: { queueName: 'orders' }, auth })).value).toBe(4);
  });

  it('does not trust a certificate whose authority nobody knows', async () => {
    await cloud.stop();
    const auth = { connection: azurite.connectionString() };
    await expect(readTrigger('azure-queue', { metadata: { queueName: 'orders' }, auth })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('comes from an unknown CA'),
    });
  });
});
