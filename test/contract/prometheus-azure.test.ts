// Azure Monitor workspaces: tokens of Azure's directory, through the official library.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PodIdentity } from '../../src/scalers/scaler.ts';
import { type AzureCloud, CLIENT_ID, startAzureCloud, TENANT_ID } from '../support/azure-cloud.ts';
import { readTrigger } from '../support/read-trigger.ts';

const podIdentity: PodIdentity = { provider: 'azure-workload' };

describe('prometheus at Azure', () => {
  const audience = {
    'shop-ab12.eastus.prometheus.monitor.azure.com': 'https://prometheus.monitor.azure.com',
    'shop-ab12.chinanorth3.prometheus.monitor.azure.cn': 'https://prometheus.monitor.azure.cn',
    'shop.metrics.private.example': 'https://metrics.private.example',
  };
  let cloud: AzureCloud;
  let server: Server;
  beforeAll(async () => {
    cloud = await startAzureCloud();
    const hosts = Object.keys(audience);
    const { certPem: cert, keyPem: key } = await cloud.certificateFor(...hosts);
    server = createServer({ cert, key }, ({ headers: { authorization = '', host = '' } }, response) => {
      const token = authorization.replace('Bearer ', '');
      const isKnown = cloud.vouches(token, audience[host as keyof typeof audience]);
      const answer = { status: 'success', data: { resultType: 'vector', result: [{ value: [1, '7'] }] } };
      response.writeHead(isKnown ? 200 : 401).end(JSON.stringify(answer));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    for (const host of hosts) cloud.lead(host, (server.address() as AddressInfo).port);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await cloud.stop();
  });

  const read = async (host: string, more: Record<string, string>): Promise<number> => {
    const metadata = { serverAddress: `https://${host}`, query: 'sum(x)', threshold: '5', ...more };
    return (await readTrigger('prometheus', { metadata, podIdentity })).value;
  };

  it.each([
    ['shop-ab12.eastus.prometheus.monitor.azure.com', {}],
    ['shop-ab12.chinanorth3.prometheus.monitor.azure.cn', { cloud: 'azurechinacloud' }],
    [
      'shop.metrics.private.example',
      { cloud: 'Private', azureManagedPrometheusResourceURL: 'https://metrics.private.example/.default' },
    ],
  ] as const)('asks %s with a token of our workload identity', async (host, more) => {
    expect(await read(host, more)).toBe(7);
    const scope = expect.stringContaining(`${audience[host]}/.default`);
    expect(cloud.exchanges.at(-1)).toMatchObject({ tenant: TENANT_ID, clientId: CLIENT_ID, scope });
  });

  it('tells of a directory that refuses us', async () => {
    cloud.setDirectory('refuses');
    await expect(read('shop-ab12.eastus.prometheus.monitor.azure.com', {})).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('the directory refused our workload identity'),
    });
  });
});
