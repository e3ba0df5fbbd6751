// Google Managed Prometheus: tokens of the metadata server and of Google's token service, through the official library.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { setIdentityHosts } from '../../src/identity-hosts.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { eventually } from '../support/eventually.ts';
import { type GoogleCloud, startGoogleCloud } from '../support/google-cloud.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { polled, type Written } from '../support/written-trigger.ts';

const never = new AbortController().signal;
const gcp = { provider: 'gcp' };
const ACCOUNT = 'queues@shop.iam.gserviceaccount.com';

describe('prometheus at Google', () => {
  let cloud: GoogleCloud;
  let isGood = true;

  function answerTo(request: IncomingMessage, response: ServerResponse): void {
    if (!isGood || cloud.bearerOf(request) === undefined) return void response.writeHead(401).end();
    const answer = { status: 'success', data: { resultType: 'vector', result: [{ value: [1, '7'] }] } };
    response.end(JSON.stringify(answer));
  }

  beforeAll(async () => {
    const place = {
      hosts: ['monitoring.googleapis.com'],
      scope: 'https://www.googleapis.com/auth/monitoring.read',
    };
    cloud = await startGoogleCloud(place, answerTo);
  });
  afterEach(() => {
    cloud.setTokenService('gives');
    isGood = true;
  });
  afterAll(() => cloud.stop());

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
  const withKey = (): Partial<Written> => ({ auth: { GoogleApplicationCredentials: cloud.key } });

  it.each([
    ['the metadata server', () => ({ podIdentity: gcp }), 'our-own'],
    ['a key of the authentication', withKey, ACCOUNT],
    ['a key of the environment', () => ({ metadata: { credentialsFromEnv: 'KEY' }, env: { KEY: cloud.key } }), ACCOUNT],
  ] satisfies (readonly [string, () => Partial<Written>, string])[])(
    'asks with a token by %s',
    async (_, more, who) => {
      const seen = cloud.issuedTo.length;
      expect(await read(more())).toBe(7);
      expect(cloud.issuedTo.slice(seen)).toEqual([who]);
    },
  );

  it('shows our own token to the hosts in --identity-hosts only, and asks for none otherwise', async () => {
    setIdentityHosts(['storage.googleapis.com']);
    const seen = cloud.issuedTo.length;
    const refusal = read({ podIdentity: gcp }).finally(() => setIdentityHosts(['*']));
    await expect(refusal).rejects.toThrow('serverAddress leads to "monitoring.googleapis.com"');
    expect(cloud.issuedTo).toHaveLength(seen);
    setIdentityHosts(['storage.googleapis.com']);
    expect(await read(withKey()).finally(() => setIdentityHosts(['*']))).toBe(7);
    setIdentityHosts(['*.googleapis.com']);
    expect(await read({ podIdentity: gcp }).finally(() => setIdentityHosts(['*']))).toBe(7);
  });

  it('exchanges once for many triggers, and anew when the token is refused', async () => {
    const seen = cloud.issuedTo.length;
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const triggers = ['a', 'b', 'c'].map((query) =>
      polled('prometheus', written({ podIdentity: gcp, metadata: { query } })),
    );
    const scalers = await Promise.all(triggers.map((trigger) => trigger.connect({ clients, clock: systemClock })));
    for (let i = 0; i < 3; i++) await Promise.all(scalers.map((scaler) => scaler.read(never)));
    expect(cloud.issuedTo).toHaveLength(seen + 1);
    isGood = false;
    await expect(scalers[0]?.read(never)).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    isGood = true;
    await scalers[0]?.read(never);
    expect(cloud.issuedTo).toHaveLength(seen + 2);
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await clients.close();
  });

  const own = (): Partial<Written> => ({ podIdentity: gcp });
  it.each([
    ['refuses', own, 'AUTH_FAILED', 'Google Cloud refused us a token (HTTP 403); check what our'],
    ['refuses', withKey, 'AUTH_FAILED', 'Google Cloud refused the key (HTTP 403); was it deleted'],
    ['fails', withKey, 'SOURCE_UNAVAILABLE', "the token service of Google Cloud can't be reached"],
  ] as const)('tells of a token service that %s, and recovers', async (wanted, more, code, message) => {
    cloud.setTokenService(wanted);
    await expect(read(more())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`prometheus:monitoring.googleapis.com: ${message}`),
    });
    cloud.setTokenService('gives');
    expect(await read(more())).toBe(7);
  });

  it.each([
    ['the metadata server', own, 1],
    ['the token service', withKey, 0],
  ])('gives up when %s says nothing', async (_, more, later) => {
    const seen = cloud.issuedTo.length;
    cloud.setTokenService('silent');
    await expect(read(more(), 500)).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
    cloud.setTokenService('gives');
    cloud.dropConnections();
    const isDone = (): boolean => cloud.issuedTo.length === seen + later;
    await eventually('the library, which is not to be stopped there, is done as well', isDone);
  });

  it('tells of a key that is none, and shows nothing of it', async () => {
    const key = JSON.parse(cloud.key) as Record<string, string>;
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
