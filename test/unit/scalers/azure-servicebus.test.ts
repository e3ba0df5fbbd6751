import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const connection = 'Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=aHVudGVyMg==';
const auth = { connection };
const workload = { podIdentity: { provider: 'azure-workload' } };

describe('azure-servicebus', () => {
  it.each([
    [{ queueName: 'a.b/c' }, 'azure-servicebus-a-b-c'],
    [{ topicName: 't', subscriptionName: 's' }, 'azure-servicebus-t'],
    [{ queueName: 'a.*', useRegex: 'true' }, 'azure-servicebus-queue-regex'],
    [{ topicName: 't', subscriptionName: 's.*', useRegex: 'true' }, 'azure-servicebus-topic-regex'],
  ])('%j has the metric %s', (metadata, name) => {
    expect(polled('azure-servicebus', { metadata, auth }).metric).toEqual({
      name,
      target: 5,
      type: 'AverageValue',
      activation: 0,
    });
  });

  it.each([
    [{}, ['queueName: is required: give queueName, or topicName and subscriptionName']],
    [
      { queueName: 'q', topicName: 't', subscriptionName: 's' },
      [
        'topicName: expected either queueName or topicName, found both',
        'subscriptionName: expected none with queueName: subscriptions belong to topics',
      ],
    ],
    [{ topicName: 't' }, ['subscriptionName: is required with topicName']],
    [{ queueName: 'a(', useRegex: 'true' }, ['queueName: expected a pattern in RE2 syntax, found "a("']],
    [{ queueName: '(?=a)', useRegex: 'true' }, ['queueName: expected a pattern in RE2 syntax, found "(?=a)"']],
    [{ queueName: 'q', messageCount: '0' }, ['messageCount: expected a whole number such as 5, at least 1, found "0"']],
    [{ queueName: 'q', operation: 'min' }, ['operation: expected one of sum, max, avg, found "min"']],
  ])('refuses %j', (metadata, expected) =>
    expect(problems('azure-servicebus', { metadata: metadata as Record<string, string>, auth })).toEqual(expected),
  );

  it.each(['Endpoint=sb://x/', 'hunter2', `${connection.replace('SharedAccessKeyName', 'Name')}`])(
    'refuses the connection string %j without showing it',
    (bad) => {
      expect(problems('azure-servicebus', { metadata: { queueName: 'q' }, auth: { connection: bad } })).toEqual([
        'connection: expected Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=… (or SharedAccessSignature=…)',
      ]);
    },
  );

  it('needs a namespace instead of a connection with a workload identity', () => {
    expect(problems('azure-servicebus', { metadata: { queueName: 'q' }, ...workload })).toEqual([
      'namespace: is required with pod identity azure-workload',
    ]);
    const metadata = { queueName: 'q', namespace: 'shop', cloud: 'azureusgovernmentcloud' };
    expect(polled('azure-servicebus', { metadata, ...workload }).sourceId).toMatch(
      /^azure-servicebus:shop\.servicebus\.usgovcloudapi\.net#/,
    );
    expect(warningsOf('azure-servicebus', { metadata, auth, ...workload })).toEqual([
      'connection: has no effect with pod identity azure-workload',
    ]);
  });

  it.each([
    [{ cloud: 'Private' }, ['endpointSuffix: is required with cloud Private']],
    [
      { cloud: 'Moon' },
      [
        'cloud: expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud, AzureGermanCloud or Private, found "Moon"',
      ],
    ],
    [
      { namespace: 'shop.servicebus.windows.net' },
      ['namespace: expected the name without its domain, found "shop.servicebus.windows.net"'],
    ],
    [{ cloud: 'Private', endpointSuffix: 'bus.example' }, []],
  ])('with a workload identity, %j gives %j', (change, expected) => {
    const metadata = { queueName: 'q', namespace: 'shop', ...change } as Record<string, string>;
    expect(problems('azure-servicebus', { metadata, ...workload })).toEqual(expected);
  });

  it('refuses identities of other clouds', () => {
    expect(problems('azure-servicebus', { metadata: { queueName: 'q' }, podIdentity: { provider: 'aws' } })).toEqual([
      'podIdentity: expected azure-workload or none, found "aws"',
    ]);
  });
});
