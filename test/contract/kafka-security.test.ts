// Kafka's listeners with every kind of security: who gets in, and what is said to who doesn't.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createAuthority, issueCertificate } from '../../src/pki.ts';
import { CREDENTIALS, whereInstalled } from '../support/brokers.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';
import { type KafkaPorts, STRANGER } from '../support/kafka-properties.ts';
import { readTrigger } from '../support/read-trigger.ts';

type Parameters = Readonly<Record<string, string>>;

whereInstalled(
  hasKafka,
  'Kafka',
  describe,
)('Kafka with security', () => {
  let kafka: KafkaCluster;
  let tokens: Server;
  let ca: string;

  beforeAll(async () => {
    [kafka, tokens] = await Promise.all([startKafka(), startTokenServer()]);
    ca = kafka.authority.certPem;
    await kafka.createTopic('orders', 2);
    await kafka.produce('orders', 5, 1);
    await kafka.commit('shop', 'orders', [0, 2]);
  }, 60_000);
  afterAll(async () => {
    tokens.closeAllConnections();
    await new Promise((resolve) => tokens.close(resolve));
    await kafka.stop();
  });

  const read = (listener: keyof KafkaPorts, metadata: Parameters, auth: Parameters = {}, type = 'kafka') => {
    const bootstrapServers = `127.0.0.1:${kafka.ports[listener]}`;
    const question = { bootstrapServers, topic: 'orders', consumerGroup: 'shop', ...metadata };
    return readTrigger(type, { metadata: question, auth });
  };
  const tokenAuth = (password: string = CREDENTIALS.password): Parameters => ({
    username: CREDENTIALS.username,
    password,
    oauthTokenEndpointUri: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    scopes: 'kafka',
  });

  describe.each(['sasl', 'saslTls'] as const)('on the listener %s', (listener) => {
    const tls = (): Parameters => (listener === 'saslTls' ? { tls: 'enable', ca } : {});

    it.each(['plaintext', 'scram_sha256', 'scram_sha512'])('lets %s in with the right password alone', async (sasl) => {
      expect(await read(listener, { sasl }, { ...CREDENTIALS, ...tls() })).toMatchObject({ value: 3 });
      expect(await read(listener, { sasl }, { ...CREDENTIALS, ...tls() }, 'apache-kafka')).toMatchObject({ value: 3 });
      await expect(read(listener, { sasl }, { ...CREDENTIALS, ...tls(), password: 'wrong' })).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('the broker refused the credentials (SASL '),
      });
    });

    it('lets oauthbearer in with a token of the right issuer alone', async () => {
      const sasl = 'oauthbearer';
      expect(await read(listener, { sasl }, { ...tokenAuth(), ...tls() })).toMatchObject({ value: 3 });
      await expect(read(listener, { sasl }, { ...tokenAuth('wrong'), ...tls() })).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('the OAuth2 server refused the client (HTTP 401)'),
      });
      await expect(read(listener, { sasl }, { ...tokenAuth('expired'), ...tls() })).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('the broker refused the token (SASL OAUTHBEARER)'),
      });
    });
  });

  it('shows its certificate to a broker that wants one', async () => {
    const now = systemClock.now();
    const issue = (authority: typeof kafka.authority) =>
      issueCertificate(authority, { commonName: 'visitor', usages: ['client'], now, days: 1 });
    const [known, unknown] = await Promise.all([
      issue(kafka.authority),
      issue(await createAuthority({ commonName: 'another', now, days: 1 })),
    ]);
    const auth = { tls: 'enable', ca };
    expect(await read('mutualTls', {}, { ...auth, cert: known.certPem, key: known.keyPem })).toMatchObject({
      value: 3,
    });
    for (const certificate of [{}, { cert: unknown.certPem, key: unknown.keyPem }]) {
      await expect(read('mutualTls', {}, { ...auth, ...certificate })).rejects.toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('the broker wants a client certificate that it trusts; give cert and key'),
      });
    }
  });

  it('trusts no unknown authority, unless it is told to', async () => {
    expect(await read('tls', { tls: 'enable' }, { ca })).toMatchObject({ value: 3 });
    expect(await read('tls', { tls: 'enable', unsafeSsl: 'true' })).toMatchObject({ value: 3 });
    await expect(read('tls', { tls: 'enable' })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/unknown CA/),
    });
  });

  it.each<readonly [string, keyof KafkaPorts, Parameters, string, string]>([
    [
      'plain text at a port with TLS',
      'tls',
      {},
      'SOURCE_UNAVAILABLE',
      'this port speaks TLS; switch it on with tls: enable',
    ],
    ['TLS at a port without', 'plain', { tls: 'enable' }, 'SOURCE_UNAVAILABLE', 'does this port speak TLS?'],
    ['no SASL at a port with it', 'sasl', {}, 'SOURCE_UNAVAILABLE', 'does this port want TLS (tls) or SASL (sasl)?'],
    ['SASL at a port without', 'plain', { sasl: 'plaintext' }, 'AUTH_FAILED', 'is SASL on at this port?'],
    ['the port of a controller', 'controller', {}, 'SOURCE_UNAVAILABLE', 'the broker closed the connection'],
  ])('says what is wrong with %s', async (_, listener, metadata, code, message) => {
    await expect(read(listener, metadata, metadata['sasl'] ? CREDENTIALS : {})).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('needs Describe on the group and on the topic, and says which of them is missing', async () => {
    const asStranger = (): Promise<unknown> => read('sasl', { sasl: 'plaintext' }, STRANGER);
    const refused = (what: string) => ({ code: 'AUTH_FAILED', message: expect.stringContaining(what) });
    await expect(asStranger()).rejects.toMatchObject(
      refused('allow it the operation Describe on the group (GROUP_AUTHORIZATION_FAILED)'),
    );
    await kafka.allow(STRANGER.username, 'describe', 'group', 'shop');
    await expect(asStranger()).rejects.toMatchObject(
      refused('allow it the operation Describe on the topic (TOPIC_AUTHORIZATION_FAILED)'),
    );
    await kafka.allow(STRANGER.username, 'describe', 'topic', 'orders');
    expect(await asStranger()).toMatchObject({ value: 3 });
  });
});

/** Tokens as the tests' brokers take them, without a signature; who says `expired` for a password gets an old one. */
async function startTokenServer(): Promise<Server> {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const server = createServer((request, response) => {
    const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
    const [sub, password] = Buffer.from(basic, 'base64').toString().split(':');
    request.resume();
    if (password !== CREDENTIALS.password && password !== 'expired') return void response.writeHead(401).end();
    const iat = Math.floor(systemClock.now() / 1_000) - (password === 'expired' ? 7_200 : 0);
    const token = `${part({ alg: 'none' })}.${part({ sub, scope: 'kafka', iat, exp: iat + 3_600 })}.`;
    response.end(JSON.stringify({ access_token: token, expires_in: 3_600 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
