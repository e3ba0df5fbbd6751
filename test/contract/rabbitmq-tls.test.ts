// The RabbitMQ scaler over TLS: amqps and https, with a broker that knows its visitors by their certificates.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { systemClock } from '../../src/async.ts';
import { type CertificatePair, createAuthority, issueCertificate } from '../../src/pki.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import { CREDENTIALS, hasRabbitMq, type RabbitBroker, startRabbitMq, whereInstalled } from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { issueServerCertificate } from '../support/tls-front.ts';
import { scratchDirectory } from '../support/scratch.ts';

whereInstalled(
  hasRabbitMq,
  'rabbitmq-server',
  describe,
)('RabbitMQ over TLS', () => {
  const login = `${CREDENTIALS.username}:${CREDENTIALS.password}@`;
  let directory: string;
  let broker: RabbitBroker;
  let ports: { readonly amqps: number; readonly https: number };
  let ca: string;
  let visitor: CertificatePair;

  beforeAll(async () => {
    directory = await scratchDirectory('rabbitmq-tls');
    const now = systemClock.now();
    const authority = await createAuthority({ commonName: 'test authority', now, days: 1 });
    const server = await issueServerCertificate(authority);
    visitor = await issueCertificate(authority, {
      commonName: CREDENTIALS.username,
      usages: ['client'],
      now,
      days: 1,
    });
    ca = authority.certPem;
    const path = (name: string) => join(directory, name);
    const files = { ca, cert: server.certPem, key: server.keyPem };
    for (const [name, pem] of Object.entries(files)) await writeFile(path(name), pem);
    const [amqps, https] = await Promise.all([freePort(), freePort()]);
    ports = { amqps, https };
    const options = (prefix: string) => [
      `${prefix}.cacertfile = ${path('ca')}`,
      `${prefix}.certfile = ${path('cert')}`,
      `${prefix}.keyfile = ${path('key')}`,
      `${prefix}.verify = verify_peer`,
    ];
    broker = await startRabbitMq({
      plugins: ['rabbitmq_auth_mechanism_ssl'],
      configuration: [
        `listeners.ssl.1 = 127.0.0.1:${amqps}`,
        ...options('ssl_options'),
        'ssl_options.fail_if_no_peer_cert = false',
        'auth_mechanisms.1 = PLAIN',
        'auth_mechanisms.2 = EXTERNAL',
        'ssl_cert_login_from = common_name',
        'management.ssl.ip = 127.0.0.1',
        `management.ssl.port = ${https}`,
        ...options('management.ssl'),
        'management.ssl.fail_if_no_peer_cert = true',
      ],
    });
    const connection = await connect(`amqp://${login}127.0.0.1:${broker.port}`);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('jobs');
    for (let i = 0; i < 3; i++) channel.sendToQueue('jobs', Buffer.from('x'));
    await channel.waitForConfirms();
    await connection.close();
  }, 120_000);
  afterAll(async () => {
    await broker?.stop();
    await rm(directory, { recursive: true });
  });

  const read = async (
    scheme: 'amqps' | 'https',
    auth: Readonly<Record<string, string>>,
    { user = login, ...metadata }: Readonly<Record<string, string>> = {},
  ): Promise<number> => {
    const host = `${scheme}://${user}127.0.0.1:${ports[scheme]}/`;
    return (await readTrigger('rabbitmq', { metadata: { queueName: 'jobs', ...metadata }, auth: { host, ...auth } }))
      .value;
  };
  const shown = () => ({ cert: visitor.certPem, key: visitor.keyPem });

  it('reads when the authority is known, or nobody asks for it', async () => {
    expect(await read('amqps', { tls: 'enable', ca })).toBe(3);
    expect(await read('amqps', {}, { unsafeSsl: 'true' })).toBe(3);
    await eventually('the management API knows the count', async () => {
      expect(await read('https', { tls: 'enable', ca, ...shown() })).toBe(3);
    });
    expect(await read('https', { tls: 'enable', ...shown() }, { unsafeSsl: 'true' })).toBe(3);
  });

  it.each(['amqps', 'https'] as const)('trusts no unknown authority over %s', async (scheme) => {
    for (const auth of [{}, { tls: 'enable', ...shown() }, { ca }]) {
      await expect(read(scheme, auth)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining("the broker's certificate comes from an unknown CA; give it"),
      });
    }
  });

  it('is let in by its certificate alone, and by no certificate not at all', async () => {
    expect(await read('amqps', { tls: 'enable', ca, ...shown() }, { user: '' })).toBe(3);
    expect(await read('amqps', { tls: 'enable', ca, ...shown() }, { user: `${CREDENTIALS.username}@` })).toBe(3);
    await expect(read('amqps', { tls: 'enable', ca }, { user: '' })).rejects.toMatchObject({ code: 'AUTH_FAILED' });
    await expect(read('https', { tls: 'enable', ca })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('opens a key that a password locks', async () => {
    const keyPassword = 'lock & key';
    const key = createPrivateKey(visitor.keyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: keyPassword })
      .toString();
    const auth = { tls: 'enable', ca, cert: visitor.certPem, key };
    expect(await read('amqps', { ...auth, keyPassword }, { user: '' })).toBe(3);
    await expect(read('amqps', auth)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(read('amqps', { ...auth, keyPassword: 'wrong' })).rejects.toThrow('key: expected a private key');
  });

  it('takes a wrong password for the fault of who owns it, though the certificate is right', async () => {
    const user = `${CREDENTIALS.username}:wrong@`;
    await expect(read('amqps', { tls: 'enable', ca, ...shown() }, { user })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
    await expect(read('https', { tls: 'enable', ca, ...shown() }, { user })).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    });
  });
});
