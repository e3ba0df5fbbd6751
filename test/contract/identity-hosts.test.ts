// Where tokens that stand for Sluice itself go, however a manifest leads to the host: nowhere but to the hosts in --identity-hosts.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { createEventGridTopic } from '../../src/cloud-events/event-grid.ts';
import { setIdentityHosts } from '../../src/identity-hosts.ts';
import type { Ask } from '../../src/scalers/kafka/broker.ts';
import { createLogin } from '../../src/scalers/kafka/identity.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import { createAwsSecretsManager } from '../../src/secret-stores/aws-secrets-manager.ts';
import { createAzureKeyVault } from '../../src/secret-stores/azure-key-vault.ts';
import type { SecretStore, StoreDeps } from '../../src/secret-stores/secret-store.ts';
import { type AwsCloud, OWN_ROLE, startAwsCloud } from '../support/aws-cloud.ts';
import { type AzureCloud, CLIENT_SECRET, startAzureCloud } from '../support/azure-cloud.ts';
import { readTrigger } from '../support/read-trigger.ts';
import { askedStore, secretKey } from '../support/secret-store.ts';

const azure = { provider: 'azure-workload' };
const aws = { provider: 'aws' };
const { signal } = new AbortController();
const EVERYTHING = ['*'];

/** What a host that answers anything saw of us. */
let seen: string[] = [];
const schemeIn = ({ authorization = '' }: Record<string, unknown>): string => String(authorization).split(' ')[0] ?? '';

async function askStore<S>(create: (deps: StoreDeps) => SecretStore<S>, section: S): Promise<unknown> {
  const store = askedStore(create, { secrets: { 'app/secret': CLIENT_SECRET, 'app/id': 'AKIASTATIC' } });
  try {
    return await store.ask(section);
  } finally {
    await store.close();
  }
}

const privateVault = {
  vaultUri: 'https://kv.there.example',
  secrets: [{ parameter: 'password', name: 'p' }],
  cloud: {
    type: 'Private',
    keyVaultResourceURL: 'https://there.example',
    activeDirectoryEndpoint: 'https://login.microsoftonline.com',
  },
};
const PROMETHEUS = { query: 'x', threshold: '1' };

/** How the author of a manifest chooses a host that our own identity is shown to. */
const WAYS: readonly (readonly [name: string, host: string, field: string, ask: () => Promise<unknown>])[] = [
  [
    'azure-servicebus with cloud Private',
    'bus.there.example',
    'endpointSuffix',
    () =>
      readTrigger('azure-servicebus', {
        metadata: { queueName: 'q', namespace: 'bus', cloud: 'Private', endpointSuffix: 'there.example' },
        podIdentity: azure,
      }),
  ],
  [
    'azure-queue with cloud Private',
    'account.there.example',
    'endpointSuffix',
    () =>
      readTrigger('azure-queue', {
        metadata: { queueName: 'que', accountName: 'account', cloud: 'Private', endpointSuffix: 'there.example' },
        podIdentity: azure,
      }),
  ],
  [
    'rabbitmq with workloadIdentityResource',
    'mq.there.example',
    'host',
    () =>
      readTrigger('rabbitmq', {
        metadata: { queueName: 'q', mode: 'QueueLength', value: '1', host: 'https://mq.there.example/' },
        auth: { workloadIdentityResource: 'https://management.azure.com' },
        podIdentity: azure,
      }),
  ],
  [
    'prometheus at Azure with cloud Private',
    'prom.there.example',
    'serverAddress',
    () =>
      readTrigger('prometheus', {
        metadata: {
          ...PROMETHEUS,
          serverAddress: 'https://prom.there.example',
          cloud: 'Private',
          azureManagedPrometheusResourceURL: 'https://there.example',
        },
        podIdentity: azure,
      }),
  ],
  [
    'prometheus at AWS',
    'amp.there.example',
    'serverAddress',
    () =>
      readTrigger('prometheus', {
        metadata: { ...PROMETHEUS, serverAddress: 'https://amp.there.example', awsRegion: 'eu-west-1' },
        podIdentity: aws,
      }),
  ],
  [
    'azureKeyVault with cloud Private',
    'kv.there.example',
    'azureKeyVault.vaultUri',
    () => askStore(createAzureKeyVault, { ...privateVault, podIdentity: { provider: 'azure-workload' } }),
  ],
  [
    'awsSecretManager, by its region',
    'secretsmanager.eu-west-1.amazonaws.com',
    'awsSecretManager.region',
    () =>
      askStore(createAwsSecretsManager, {
        podIdentity: { provider: 'aws' },
        region: 'eu-west-1',
        secrets: [{ parameter: 'password', name: 'p' }],
      }),
  ],
  [
    'a topic of Event Grid',
    'shop.westeurope-1.eventgrid.azure.net',
    'spec.destination.azureEventGridTopic.endpoint',
    async () => {
      const topic = createEventGridTopic({
        endpoint: 'https://shop.westeurope-1.eventgrid.azure.net/api/events',
        clock: systemClock,
        credentials: async () => ({ auth: {}, podIdentity: azure }),
      });
      try {
        await topic.send([], signal);
      } finally {
        await topic.close();
      }
    },
  ],
];

describe('an identity of Sluice’s own', () => {
  let cloud: AzureCloud;
  let amazon: AwsCloud;
  let server: Server;
  beforeAll(async () => {
    cloud = await startAzureCloud();
    amazon = await startAwsCloud();
    const hosts = WAYS.map(([, host]) => host);
    const { certPem: cert, keyPem: key } = await cloud.certificateFor(...hosts);
    server = createServer({ cert, key }, ({ headers }, response) => {
      seen.push(`${headers.host} ${schemeIn(headers)}`);
      response.writeHead(400).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    for (const host of hosts) cloud.lead(host, (server.address() as AddressInfo).port);
  });
  afterEach(() => {
    setIdentityHosts(EVERYTHING);
    seen = [];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await amazon.stop();
    await cloud.stop();
  });

  it.each(WAYS)('goes where %s leads as long as every host may see it', async (_name, host, _field, ask) => {
    await ask().catch(() => {});
    expect(seen).toContainEqual(expect.stringMatching(`^${host} (Bearer|AWS4-HMAC-SHA256)$`));
  });

  it.each(WAYS)('goes where %s leads when the host is named', async (_name, host, _field, ask) => {
    setIdentityHosts(['other.example', host]);
    await ask().catch(() => {});
    expect(seen).toContainEqual(expect.stringMatching(`^${host} (Bearer|AWS4-HMAC-SHA256)$`));
  });

  it.each(WAYS)('does not go where %s leads, nor is it asked for', async (_name, host, field, ask) => {
    setIdentityHosts(['other.example', `x.${host}`, '*.amazonaws.com.example']);
    const exchanged = [cloud.exchanges.length, amazon.exchanges.length];
    await expect(ask()).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining(`${field} leads to "${host}", and Sluice shows its own identity`),
    });
    expect(seen).toEqual([]);
    expect([cloud.exchanges.length, amazon.exchanges.length]).toEqual(exchanged);
  });

  it('goes to no directory that is not named either', async () => {
    setIdentityHosts(['bus.there.example']);
    const podIdentity = { ...azure, identityTenantId: 't', identityAuthorityHost: 'https://login.evil.example' };
    const metadata = { queueName: 'q', namespace: 'bus', cloud: 'Private', endpointSuffix: 'there.example' };
    await expect(readTrigger('azure-servicebus', { metadata, podIdentity })).rejects.toThrow(
      'identityAuthorityHost leads to "login.evil.example"',
    );
    expect(cloud.unknownHosts).not.toContain('login.evil.example');
  });

  it('is asked for each broker that a Kafka cluster names, before it logs in', async () => {
    setIdentityHosts(['*.kafka.eu-west-1.amazonaws.com']);
    const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
    const sasl = { mechanism: 'AWS_MSK_IAM', region: 'eu-west-1', aws: { kind: 'own' } } as const;
    const identity = createLogin({ brokers: [], tls: undefined, sasl }, 'kafka', { clients, clock: systemClock });
    const heard: string[] = [];
    const ask = async (_api: unknown, question: unknown): Promise<unknown> => {
      heard.push(String(question));
      return { error: 0, mechanisms: [], message: Buffer.alloc(0), lifeMs: 0n };
    };
    const login = (host: string) => identity?.login(ask as Ask, `kafka:${host}`, signal, host);
    await expect(login('b-1.evil.example')).rejects.toThrow('bootstrapServers leads to "b-1.evil.example"');
    expect(heard).toEqual(['OAUTHBEARER']);
    await login('b-1.shop.kafka.eu-west-1.amazonaws.com');
    expect(heard.at(-1)).toContain('auth=Bearer ');
    await identity?.close();
    await clients.close();
  });

  it('is no matter where the author brings one', async () => {
    setIdentityHosts(['other.example']);
    const { accessKeyId: awsAccessKeyID, secretAccessKey: awsSecretAccessKey } = amazon.keys;
    const metadata = { ...PROMETHEUS, serverAddress: 'https://amp.there.example', awsRegion: 'eu-west-1' };
    await readTrigger('prometheus', { metadata, auth: { awsAccessKeyID, awsSecretAccessKey } }).catch(() => {});
    const application = { clientId: 'a', tenantId: 'b', clientSecret: secretKey('app', 'secret') };
    await askStore(createAzureKeyVault, { ...privateVault, credentials: application }).catch(() => {});
    await askStore(createAwsSecretsManager, {
      region: 'eu-west-1',
      credentials: { accessKey: secretKey('app', 'id'), accessSecretKey: secretKey('app', 'secret') },
      secrets: [{ parameter: 'password', name: 'p' }],
    }).catch(() => {});
    expect(seen).toEqual([
      'amp.there.example AWS4-HMAC-SHA256',
      'kv.there.example Bearer',
      'secretsmanager.eu-west-1.amazonaws.com AWS4-HMAC-SHA256',
    ]);
    // A role is taken on with our own rights.
    await expect(readTrigger('prometheus', { metadata, auth: { awsRoleArn: OWN_ROLE } })).rejects.toThrow(
      'serverAddress leads to "amp.there.example"',
    );
  });
});
