// Google's Secret Manager over TLS, asked with tokens that the official library gets from a metadata server and a token service.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setIdentityHosts } from '../../src/identity-hosts.ts';
import { crc32c } from '../../src/secret-stores/crc32c.ts';
import { createGcpSecretManager } from '../../src/secret-stores/gcp-secret-manager.ts';
import type { Section } from '../../src/secret-stores/section.ts';
import { GCP_PROJECT, type GoogleCloud, startGoogleCloud } from '../support/google-cloud.ts';
import { type AskedStore, askedStore, secretKey } from '../support/secret-store.ts';

type Manager = Section<'gcpSecretManager'>;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GLOBAL = 'secretmanager.googleapis.com';
const REGIONAL = 'secretmanager.europe-west1.rep.googleapis.com';

describe('gcpSecretManager', () => {
  let cloud: GoogleCloud;
  let store: AskedStore<Manager>;
  let secrets: Readonly<Record<string, string>>;
  let asked: string[] = [];
  let askers: (string | undefined)[] = [];
  let answerWith: ((response: ServerResponse) => void) | undefined;

  const held: Readonly<Record<string, Buffer>> = {
    'projects/shop/secrets/password/versions/latest': Buffer.from('hunter2'),
    'projects/shop/secrets/password/versions/3': Buffer.from('hunter1'),
    'projects/shop/secrets/empty/versions/latest': Buffer.from(''),
    'projects/shop/secrets/bytes/versions/latest': Buffer.from([128, 128]),
    'projects/other/secrets/password/versions/latest': Buffer.from('of another project'),
    'projects/other/locations/europe-west1/secrets/password/versions/latest': Buffer.from('of one region'),
    [`projects/${GCP_PROJECT}/secrets/password/versions/latest`]: Buffer.from('our own'),
  };

  function answerTo(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', headers } = request;
    const asker = cloud.bearerOf(request);
    asked.push(`${headers.host}${url}`);
    askers.push(asker);
    if (answerWith) return answerWith(response);
    const refuse = (code: number, status: string): void =>
      void response
        .writeHead(code)
        .end(JSON.stringify({ error: { code, status, message: 'what Google says of hunter2' } }));
    if (asker === undefined) return refuse(401, 'UNAUTHENTICATED');
    const [, name = ''] = /^\/v1\/(.+):access$/.exec(url) ?? [];
    if (name.includes('/forbidden/')) return refuse(403, 'PERMISSION_DENIED');
    if (name.includes('/disabled/')) return refuse(400, 'FAILED_PRECONDITION');
    const data = held[name];
    if (!data) return refuse(404, 'NOT_FOUND');
    const payload = { data: data.toString('base64'), dataCrc32c: String(crc32c(data)) };
    response.end(JSON.stringify({ name, payload }));
  }

  beforeAll(async () => {
    cloud = await startGoogleCloud({ hosts: [GLOBAL, REGIONAL], scope: SCOPE }, answerTo);
    secrets = { 'google/key': cloud.key, 'google/wrong': '{"type":"authorized_user"}' };
    store = askedStore(createGcpSecretManager, { secrets });
  });
  afterEach(() => {
    cloud.setTokenService('gives');
    answerWith = undefined;
    asked = [];
    askers = [];
  });
  afterAll(async () => {
    await store.close();
    await cloud.stop();
  });

  const credentials = { clientSecret: secretKey('google', 'key') };
  const password = { parameter: 'password', id: 'password' };
  const withKey = (secrets: Manager['secrets'] = [password]): Manager => ({ secrets, credentials });
  const own = (secrets: Manager['secrets'] = [password]): Manager => ({ secrets, podIdentity: { provider: 'gcp' } });
  const read = { values: { password: 'hunter2' }, gaps: [] };

  it('is asked with the key of a service account, for secrets of its project', async () => {
    expect(await store.ask(withKey())).toEqual(read);
    expect(askers).toEqual(['queues@shop.iam.gserviceaccount.com']);
    expect(asked).toEqual([`${GLOBAL}/v1/projects/shop/secrets/password/versions/latest:access`]);
  });

  it('is asked as we are known at Google, for secrets of the project that we run in', async () => {
    expect((await store.ask(own())).values).toEqual({ password: 'our own' });
    expect((await store.ask(own())).values).toEqual({ password: 'our own' });
    expect(new Set(askers)).toEqual(new Set(['our-own']));
    expect(cloud.projectAsked).toBe(1);
  });

  it('is not asked as we are known at Google on a host that is not in --identity-hosts', async () => {
    setIdentityHosts([GLOBAL]);
    const secret = { ...password, id: 'projects/other/locations/europe-west1/secrets/password' };
    const refusal = store.ask(own([secret])).finally(() => setIdentityHosts(['*']));
    await expect(refusal).rejects.toThrow(`gcpSecretManager.secrets.id leads to "${REGIONAL}"`);
    expect(askers).toEqual([]);
  });

  it('takes the project from our environment first', async () => {
    const env = { ...process.env, CLOUDSDK_CORE_PROJECT: 'shop' };
    const elsewhere = askedStore(createGcpSecretManager, { env });
    expect(await elsewhere.ask(own())).toEqual(read);
    await elsewhere.close();
  });

  it.each([
    ['a version', { version: '3' }, 'hunter1'],
    ['nothing, where the secret is empty', { id: 'empty' }, ''],
    ['a secret of another project', { id: 'projects/other/secrets/password' }, 'of another project'],
    ['a secret of one region', { id: 'projects/other/locations/europe-west1/secrets/password' }, 'of one region'],
  ])('gives %s', async (_name, more, expected) => {
    expect(await store.ask(withKey([{ ...password, ...more }]))).toEqual({ values: { password: expected }, gaps: [] });
  });

  it('is asked once for a secret that fills several parameters, and with one token for all', async () => {
    const seen = cloud.issuedTo.length;
    const fresh = askedStore(createGcpSecretManager, { secrets });
    const { values } = await fresh.ask(withKey([password, { ...password, parameter: 'again' }]));
    await fresh.close();
    expect(values).toEqual({ password: 'hunter2', again: 'hunter2' });
    expect(asked).toHaveLength(1);
    expect(cloud.issuedTo).toHaveLength(seen + 1);
  });

  it.each([
    [
      'none',
      'latest',
      'there is no secret "projects/shop/secrets/none/versions/latest"; check id, version and project',
    ],
    [
      'disabled',
      '2',
      'secret "projects/shop/secrets/disabled/versions/2" is disabled or destroyed; enable it, or name another version',
    ],
    [
      'forbidden',
      'latest',
      'we may not read secret "projects/shop/secrets/forbidden/versions/latest"; give the service account the role Secret Manager Secret Accessor, and switch on the API in the project',
    ],
    [
      'bytes',
      'latest',
      'expected secret "projects/shop/secrets/bytes/versions/latest" to be text, found bytes that are no UTF-8',
    ],
    ['../a', 'latest', 'secrets.id: expected letters, digits, - and _, or projects/PROJECT/secrets/ID, found "../a"'],
    ['a', '../b', 'secrets.version: expected a number, an alias or latest, found "../b"'],
  ])(
    'says why there is no %s in the version %s, and gives the other secrets all the same',
    async (id, version, why) => {
      const secrets = [password, { parameter: 'token', id, version }];
      expect(await store.ask(withKey(secrets))).toEqual({
        ...read,
        gaps: [{ parameter: 'token', why: `gcpSecretManager: ${why}` }],
      });
    },
  );

  const secret = 'secret "projects/shop/secrets/password/versions/latest"';
  it.each([
    [503, '', 'SOURCE_UNAVAILABLE', "Google Cloud can't answer now (HTTP 503)"],
    [429, '', 'SOURCE_THROTTLED', 'Google Cloud asks to be left alone for 10000 ms'],
    [401, '', 'AUTH_FAILED', 'Google Cloud does not take our token'],
    [200, 'hunter2', 'SOURCE_ANSWER', 'expected a secret as JSON, found something else'],
    [
      200,
      '{"payload":{"data":"aHVudGVyMg==","dataCrc32c":"1"}}',
      'SOURCE_ANSWER',
      `expected ${secret} as it was sent, found another checksum (CRC-32C)`,
    ],
  ])('fails as a whole for an answer with status %d and the text "%s"', async (status, text, code, message) => {
    answerWith = (response) => void response.writeHead(status).end(text);
    await expect(store.ask(withKey())).rejects.toMatchObject({ code, message: `gcpSecretManager: ${message}` });
    answerWith = undefined;
    expect(await store.ask(withKey())).toEqual(read);
  });

  it.each([
    [withKey(), 'Google Cloud refused the key (HTTP 403); was it deleted, or its service account?'],
    [own(), 'Google Cloud refused us a token (HTTP 403); check what our service account is bound to'],
  ])('tells of a token service that refuses', async (section, message) => {
    cloud.setTokenService('refuses');
    const fresh = askedStore(createGcpSecretManager, { secrets });
    await expect(fresh.ask(section)).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: `gcpSecretManager: ${message}`,
    });
    await fresh.close();
  });

  it('does not take a file of another kind for a key', async () => {
    const wrong = { ...withKey(), credentials: { clientSecret: secretKey('google', 'wrong') } };
    expect(await store.prepare(wrong)).toEqual({
      kind: 'missing',
      why: 'gcpSecretManager.credentials.clientSecret: expected the key of a service account as JSON, with "type": "service_account"',
    });
  });
});
