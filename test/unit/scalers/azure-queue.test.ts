import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const connection = 'DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=aHVudGVyMg==';
const auth = { connection };
const metadata = { queueName: 'orders' };
const workload = { podIdentity: { provider: 'azure-workload' } };

describe('azure-queue', () => {
  it('compares the age of the oldest message with the seconds', () => {
    const scaleOn = { measure: 'oldestAge', targetSeconds: 60 } as const;
    expect(polled('azure-queue', { metadata, auth, scaleOn }).metric).toEqual({
      name: 'azure-queue-orders-oldest-age',
      target: 60,
      type: 'Value',
      activation: 0,
    });
  });

  it.each([
    [{}, { name: 'azure-queue-orders', target: 5, type: 'AverageValue', activation: 0 }],
    [
      { queueLength: '20', activationQueueLength: '3', queueLengthStrategy: 'visibleonly' },
      { name: 'azure-queue-orders', target: 20, type: 'AverageValue', activation: 3 },
    ],
  ])('with %j has the metric %j', (change, metric) => {
    expect(
      polled('azure-queue', { metadata: { ...metadata, ...change } as Record<string, string>, auth }).metric,
    ).toEqual(metric);
  });

  it.each([
    ['the authentication', { metadata: { ...metadata, connection: 'rubbish' }, auth }],
    ['metadata', { metadata: { ...metadata, connection } }],
    ['the environment', { metadata: { ...metadata, connectionFromEnv: 'STORAGE' }, env: { STORAGE: connection } }],
  ])('takes the connection string from %s', (_, written) => {
    expect(polled('azure-queue', written).sourceId).toMatch(/^azure-queue:shop\.queue\.core\.windows\.net#/);
  });

  it.each([
    [{ queueName: '' }, ['queueName: is required: set metadata.queueName']],
    [{ queueLength: '0' }, ['queueLength: expected a whole number such as 5, at least 1, found "0"']],
    [{ activationQueueLength: '1.5' }, ['activationQueueLength: expected a whole number such as 5, found "1.5"']],
    [
      { queueLengthStrategy: 'visibleOnly' },
      ['queueLengthStrategy: expected one of all, visibleonly, found "visibleOnly"'],
    ],
  ])('refuses %j', (change, expected) => {
    expect(problems('azure-queue', { metadata: { ...metadata, ...change } as Record<string, string>, auth })).toEqual(
      expected,
    );
  });

  it.each(['ab', 'Orders', 'a--b', '-ab', 'ab-', 'a_b', 'a/b', 'größe', 'x'.repeat(64)])(
    'refuses the name %j, which no queue can have',
    (queueName) => {
      expect(problems('azure-queue', { metadata: { queueName }, auth })).toEqual([
        `queueName: expected 3 to 63 lower-case letters, digits and single hyphens, found ${JSON.stringify(queueName)}`,
      ]);
    },
  );

  it('needs a connection, from anywhere', () => {
    expect(problems('azure-queue', { metadata })).toEqual([
      'connection: is required: give the parameter connection in the authenticationRef, or name a variable of the target’s ' +
        'container in metadata.connectionFromEnv, or use pod identity azure-workload',
    ]);
  });

  it.each(['hunter2', 'UseDevelopmentStorage=true', connection.replace('aHVudGVyMg==', 'no base64!')])(
    'refuses the connection string %j without showing it',
    (bad) => {
      for (const written of [{ metadata, auth: { connection: bad } }, { metadata: { ...metadata, connection: bad } }]) {
        expect(problems('azure-queue', written)).toEqual([
          'connection: expected AccountName=…;AccountKey=… (or QueueEndpoint=…;SharedAccessSignature=…)',
        ]);
      }
    },
  );

  it('warns of what only counts with a workload identity', () => {
    const more = { accountName: 'shop', cloud: 'AzureChinaCloud', endpointSuffix: 'x' };
    expect(warningsOf('azure-queue', { metadata: { ...metadata, ...more }, auth })).toEqual(
      Object.keys(more).map((name) => `${name}: has no effect: it is for pod identity azure-workload`),
    );
  });

  it.each([
    [{}, 'shop.queue.core.windows.net'],
    [{ cloud: 'azurecloud' }, 'shop.queue.core.windows.net'],
    [{ cloud: 'AzureUSGovernment' }, 'shop.queue.core.usgovcloudapi.net'],
    [{ cloud: 'AzureChinaCloud' }, 'shop.queue.core.chinacloudapi.cn'],
    [{ cloud: 'AzureGermanCloud' }, 'shop.queue.core.cloudapi.de'],
    [{ cloud: 'Private', endpointSuffix: 'queue.local.azurestack.external' }, 'shop.queue.local.azurestack.external'],
  ])('with a workload identity and %j asks %s', (change, host) => {
    const written = {
      metadata: { ...metadata, accountName: 'shop', ...change } as Record<string, string>,
      ...workload,
    };
    expect(polled('azure-queue', written).sourceId).toMatch(new RegExp(`^azure-queue:${host.replaceAll('.', '\\.')}#`));
  });

  it.each([
    [{}, ['accountName: is required with pod identity azure-workload']],
    [{ accountName: 'shop.queue' }, ['accountName: expected the name without its domain, found "shop.queue"']],
    [{ accountName: 'shop', cloud: 'Private' }, ['endpointSuffix: is required with cloud Private']],
    [
      { accountName: 'shop', cloud: 'Moon' },
      [
        'cloud: expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private, found "Moon"',
      ],
    ],
  ])('with a workload identity refuses %j', (change, expected) => {
    const written = { metadata: { ...metadata, ...change } as Record<string, string>, ...workload };
    expect(problems('azure-queue', written)).toEqual(expected);
  });

  it('refuses identities of other clouds', () => {
    expect(problems('azure-queue', { metadata, auth, podIdentity: { provider: 'gcp' } })).toEqual([
      'podIdentity: expected azure-workload or none, found "gcp"',
    ]);
  });

  it('is one source for all queues of an account under one identity', () => {
    const idOf = (queueName: string, written: object): string =>
      polled('azure-queue', { metadata: { queueName, accountName: 'shop' }, ...written }).sourceId;
    expect(idOf('one', { auth })).toBe(idOf('two', { auth }));
    expect(idOf('one', workload)).toBe(idOf('two', workload));
    expect(idOf('one', workload)).not.toBe(idOf('one', { auth }));
    expect(idOf('one', workload)).not.toBe(
      idOf('one', { podIdentity: { provider: 'azure-workload', identityId: 'another' } }),
    );
  });
});
