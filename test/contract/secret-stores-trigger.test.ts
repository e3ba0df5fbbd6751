// From an authentication to a reading: a trigger's password out of each store, and its token by way of OAuth2.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TriggerAuthenticationSpec } from '../../src/api/trigger-authentication.ts';
import { systemClock } from '../../src/async.ts';
import { createStoreAsker } from '../../src/controller/auth/ask-store.ts';
import { UNRESOLVED } from '../../src/controller/auth/lookup.ts';
import { resolveParameters } from '../../src/controller/auth/parameters.ts';
import { parseTrigger, triggerSource } from '../../src/scalers/registry.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { crc32c } from '../../src/secret-stores/crc32c.ts';
import { closeSecretStores, createSecretStores } from '../../src/secret-stores/stores.ts';
import { startAwsCloud } from '../support/aws-cloud.ts';
import { CLIENT_SECRET, startAzureCloud } from '../support/azure-cloud.ts';
import { startGoogleCloud } from '../support/google-cloud.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { secretKey } from '../support/secret-store.ts';

const PASSWORD = 'hunter2';
const GCP_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const never = new AbortController().signal;

const stops: (() => unknown)[] = [];
async function listen(server: Server): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  stops.push(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return (server.address() as AddressInfo).port;
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, String(Buffer.concat(chunks))));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** What a trigger of that type resolves to with this authentication, and what it reads. */
async function read(
  spec: TriggerAuthenticationSpec,
  metadata: Record<string, string>,
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  env = process.env,
) {
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const stores = createSecretStores({ clients, clock: systemClock, env });
  const issueToken = () => Promise.reject(new Error('nobody asks for one'));
  const asker = createStoreAsker({ stores, clock: systemClock, refreshMs: 300_000, issueToken });
  const renewals: number[] = [];
  const type = 'metrics-api';
  try {
    const { auth, problems } = await resolveParameters(
      {
        trigger: { metadata, authenticationRef: { name: 'queues' } },
        fields: triggerSource(type)?.fields ?? [],
        namespace: 'shop',
        target: { kind: 'Deployment', apiVersion: 'apps/v1', namespace: 'shop', name: 'worker' },
        clusterObjectNamespace: 'keda',
      },
      {
        ...UNRESOLVED,
        triggerAuthentication: async () => ({ spec }),
        secret: async (_namespace, name) => secrets[name],
        askStore: asker.askFor({ signal: never, renewIn: (ms) => renewals.push(ms) }),
      },
    );
    expect(problems).toEqual([]);
    const owner = { namespace: 'shop', name: 'worker' };
    const { warnings } = parseTrigger(type, { metadata, auth, env: {}, owner });
    expect(warnings).toEqual([]);
    return { value: (await readTrigger(type, { metadata, auth })).value, renewals };
  } finally {
    asker.clear();
    await closeSecretStores(stores);
    await clients.close();
  }
}

describe('a trigger', () => {
  let queues: string;
  let authorization: string;
  beforeEach(async () => {
    authorization = `Basic ${btoa(`queues:${PASSWORD}`)}`;
    queues = await serve(({ headers }, response) => {
      if (headers.authorization === authorization) response.end('{"n":7}');
      else response.writeHead(401).end();
    });
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  });

  const metadata = (authModes: string) => ({ url: queues, valueLocation: 'n', targetValue: '5', authModes });
  const username = [{ parameter: 'username', name: 'queues', key: 'user' }];
  const user = { queues: { user: 'queues' } };

  it('gets its password from Azure Key Vault', async () => {
    const host = 'shop.vault.azure.net';
    const cloud = await startAzureCloud();
    stops.push(cloud.stop);
    const { certPem: cert, keyPem: key } = await cloud.certificateFor(host);
    const vault = createTlsServer({ cert, key }, ({ headers }, response) => {
      const token = (headers.authorization ?? '').replace('Bearer ', '');
      if (cloud.vouches(token, 'https://vault.azure.net')) response.end(JSON.stringify({ value: PASSWORD }));
      else response.writeHead(401).end();
    });
    cloud.lead(host, await listen(vault));
    const credentials = { clientId: 'queues', tenantId: 'shop', clientSecret: secretKey('azure', 'secret') };
    const azureKeyVault = {
      vaultUri: `https://${host}`,
      credentials,
      secrets: [{ parameter: 'password', name: 'queues' }],
    };
    const secrets = { ...user, azure: { secret: CLIENT_SECRET } };
    const { value, renewals } = await read({ secretTargetRef: username, azureKeyVault }, metadata('basic'), secrets);
    expect(value).toBe(7);
    expect(renewals).toEqual([300_000]);
  });

  it('gets user and password from one secret of AWS Secrets Manager', async () => {
    const cloud = await startAwsCloud();
    stops.push(cloud.stop);
    const endpoint = await serve((request, response, body) => {
      const text = JSON.stringify({ user: 'queues', password: PASSWORD });
      if (cloud.signerOf(request, 'secretsmanager', body)) response.end(JSON.stringify({ SecretString: text }));
      else response.writeHead(400).end('{"__type":"InvalidSignatureException"}');
    });
    const awsSecretManager = {
      podIdentity: { provider: 'aws' },
      region: 'eu-west-1',
      secrets: [
        { parameter: 'username', name: 'queues', secretKey: 'user' },
        { parameter: 'password', name: 'queues', secretKey: 'password' },
      ],
    } as const;
    const env = { ...process.env, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint };
    expect(await read({ awsSecretManager }, metadata('basic'), {}, env)).toMatchObject({ value: 7 });
  });

  it('gets its password from Google’s Secret Manager', async () => {
    const payload = { data: btoa(PASSWORD), dataCrc32c: String(crc32c(Buffer.from(PASSWORD))) };
    const cloud = await startGoogleCloud(
      { hosts: ['secretmanager.googleapis.com'], scope: GCP_SCOPE },
      (request, response) => {
        if (cloud.bearerOf(request)?.startsWith('queues@')) response.end(JSON.stringify({ payload }));
        else response.writeHead(401).end();
      },
    );
    stops.push(cloud.stop);
    const gcpSecretManager = {
      credentials: { clientSecret: secretKey('google', 'key') },
      secrets: [{ parameter: 'password', id: 'queues' }],
    };
    const secrets = { ...user, google: { key: cloud.key } };
    expect(await read({ secretTargetRef: username, gcpSecretManager }, metadata('basic'), secrets)).toMatchObject({
      value: 7,
    });
  });

  it('exchanges what oauth2 gives it for a token by itself, with every scope and parameter', async () => {
    const asked: URLSearchParams[] = [];
    const tokenUrl = await serve(({ headers }, response, body) => {
      asked.push(new URLSearchParams(body));
      const isClient = headers.authorization === `Basic ${btoa(`queues:${PASSWORD}`)}`;
      if (isClient) response.end('{"access_token":"t-1","expires_in":3600}');
      else response.writeHead(401).end();
    });
    authorization = 'Bearer t-1';
    const oauth2 = {
      clientId: 'queues',
      clientSecret: secretKey('oauth', 'secret'),
      tokenUrl,
      scopes: ['queues.read', 'queues.list'],
      tokenUrlParams: { resource: 'https://mq.example/?a=b&c', audience: 'ä' },
    };
    expect(await read({ oauth2 }, metadata('oauth'), { oauth: { secret: PASSWORD } })).toMatchObject({ value: 7 });
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'queues.read queues.list',
      audience: 'ä',
      resource: 'https://mq.example/?a=b&c',
    });
  });
});
