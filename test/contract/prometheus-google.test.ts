// Google Managed Prometheus: tokens of the metadata server and of Google's token service, through the official library.
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { type AzureCloud, startAzureCloud } from '../support/azure-cloud.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled, type Written } from '../support/written-trigger.ts';

const never = new AbortController().signal;
const gcp = { provider: 'gcp' };
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const key = { type: 'service_account', client_email: 'queues@shop.iam.gserviceaccount.com', private_key: privateKey };

describe('prometheus at Google', () => {
  let cloud: AzureCloud;
  let metadata: Server;
  let google: Server;
  let issued: string[] = [];
  let mode: 'gives' | 'refuses' | 'fails' | 'silent' = 'gives';
  let isGood = true;
  let before: string | undefined;

  function give(response: ServerResponse, who: string): void {
    if (mode === 'silent') return;
    const text = JSON.stringify({ error: 'invalid_grant', error_description: `what Google says of ${who}` });
    if (mode !== 'gives') return void response.writeHead(mode === 'refuses' ? 403 : 503).end(text);
    issued.push(`${who}-${issued.length}`);
    const headers = { 'content-type': 'application/json', 'metadata-flavor': 'Google' };
    const token = { access_token: issued.at(-1), expires_in: 3_600, token_type: 'Bearer' };
    response.writeHead(200, headers).end(JSON.stringify(token));
  }

  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/token') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      return give(response, claimant(new URLSearchParams(String(Buffer.concat(chunks))).get('assertion') ?? ''));
    }
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    if (!isGood || !issued.includes(token)) return void response.writeHead(401).end();
    const answer = { status: 'success', data: { resultType: 'vector', result: [{ value: [1, '7'] }] } };
    response.end(JSON.stringify(answer));
  }

  /** Whose key signed it, if it asks for what is ours to ask for. */
  function claimant(assertion: string): string {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const isSigned = createVerify('RSA-SHA256').update(`${head}.${body}`).verify(publicKey, signature, 'base64url');
    const { iss, scope } = JSON.parse(String(Buffer.from(body, 'base64url'))) as { iss: string; scope: string };
    return isSigned && scope === 'https://www.googleapis.com/auth/monitoring.read' ? iss : 'nobody';
  }

  beforeAll(async () => {
    cloud = await startAzureCloud();
    const hosts = ['oauth2.googleapis.com', 'monitoring.googleapis.com'];
    const { certPem: cert, keyPem } = await cloud.certificateFor(...hosts);
    google = createServer({ cert, key: keyPem }, (request, response) => void answerTo(request, response));
    metadata = createHttpServer((request, response) => {
      if (request.headers['metadata-flavor'] !== 'Google') return void response.writeHead(403).end();
      const path = request.url ?? '';
      if (path.includes('/token')) return give(response, 'our-own');
      response.writeHead(200, { 'metadata-flavor': 'Google' }).end(path.includes('universe') ? 'googleapis.com' : '');
    });
    for (const server of [google, metadata])
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    for (const host of hosts) cloud.lead(host, (google.address() as AddressInfo).port);
    before = process.env['GCE_METADATA_HOST'];
    process.env['GCE_METADATA_HOST'] = `127.0.0.1:${(metadata.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    mode = 'gives';
    isGood = true;
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['GCE_METADATA_HOST'];
    else process.env['GCE_METADATA_HOST'] = before;
    for (const server of [google, metadata]) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
    await cloud.stop();
  });

  const written = ({ metadata: more, ...rest }: Partial<Written> = {}): Written => ({
    metadata: {
      serverAddress: 'https://monitoring.googleapis.com/v1/projects/shop/location/global/prometheus',
      query: 'sum(x)',
      threshold: '5',
      ...more,
    },
    ...rest,
  });
  const read = async (more: Partial<Written>, deadlineMs?: number): Promise<number> =>
    (await readTrigger('prometheus', written(more), deadlineMs)).value;
  const withKey = { auth: { GoogleApplicationCredentials: JSON.stringify(key) } };

  it.each([
    ['the metadata server', { podIdentity: gcp }, 'our-own'],
    ['a key of the authentication', withKey, key.client_email],
    [
      'a key of the environment',
      { metadata: { credentialsFromEnv: 'KEY' }, env: { KEY: JSON.stringify(key) } },
      key.client_email,
    ],
  ])('asks with a token by %s', async (_, more, who) => {
    issued = [];
    expect(await read(more as Partial<Written>)).toBe(7);
    expect(issued).toEqual([`${who}-0`]);
  });

  it('exchanges once for many triggers, and anew when the token is refused', async () => {
    issued = [];
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const triggers = ['a', 'b', 'c'].map((query) =>
      polled('prometheus', written({ podIdentity: gcp, metadata: { query } })),
    );
    const scalers = await Promise.all(triggers.map((trigger) => trigger.connect({ clients, clock: systemClock })));
    for (let i = 0; i < 3; i++) await Promise.all(scalers.map((scaler) => scaler.read(never)));
    expect(issued).toHaveLength(1);
    isGood = false;
    await expect(scalers[0]?.read(never)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    isGood = true;
    await scalers[0]?.read(never);
    expect(issued).toHaveLength(2);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });

  it.each([
    ['refuses', { podIdentity: gcp }, 'AUTH_FAILED', 'Google Cloud refused us a token (HTTP 403); check what our'],
    ['refuses', withKey, 'AUTH_FAILED', 'Google Cloud refused the key (HTTP 403); was it deleted'],
    ['fails', withKey, 'SOURCE_UNAVAILABLE', "the token service of Google Cloud can't be reached"],
  ] as const)('tells of a token service that %s, and recovers', async (wanted, more, code, message) => {
    mode = wanted;
    await expect(read(more)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`prometheus:monitoring.googleapis.com: ${message}`),
    });
    mode = 'gives';
    expect(await read(more)).toBe(7);
  });

  it.each([
    ['the metadata server', { podIdentity: gcp }, 1],
    ['the token service', withKey, 0],
  ])('gives up when %s says nothing', async (_, more, later) => {
    mode = 'silent';
    issued = [];
    await expect(read(more, 500)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    mode = 'gives';
    google.closeAllConnections();
    metadata.closeAllConnections();
    await eventually('the library, which is not to be stopped there, is done as well', () => issued.length === later);
  });

  it('tells of a key that is none, and shows nothing of it', async () => {
    const wrong = { ...key, private_key: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n' };
    const error: Error = await read({ auth: { GoogleApplicationCredentials: JSON.stringify(wrong) } }).then(
      () => new Error('it worked'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toBe(
      "prometheus:monitoring.googleapis.com: the private_key in the key of the service account can't be read",
    );
  });
});
