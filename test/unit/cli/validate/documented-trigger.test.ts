// Triggers of types that there is no scaler for, judged by KEDA's own parameters.
import { describe, expect, it } from '@jest/globals';
import { judgeDocumented } from '../../../../src/cli/validate/documented-trigger.ts';
import { documentedTypes } from '../../../../src/cli/validate/keda-parameters.ts';
import { messagesOf, problemsOf, scaledObject } from './manifests.ts';

type Metadata = Readonly<Record<string, string>>;
interface Circumstances {
  readonly names?: readonly string[];
  readonly every?: boolean;
  readonly inFormula?: boolean;
  readonly metricType?: string;
}

/** What is said of a trigger, errors first. */
function judge(
  type: string,
  metadata: Metadata,
  { names = [], every = false, inFormula = false, metricType }: Circumstances = {},
) {
  const { errors, warnings } = judgeDocumented(
    documentedTypes.get(type)!,
    { metadata, auth: {}, env: {}, owner: { namespace: 'n', name: 'o' }, ...(metricType ? { metricType } : {}) },
    { names: new Set(names), every },
    inFormula,
  );
  return [...errors, ...warnings].map(({ field, message }) => `${field}: ${message}`);
}

const sqs = { queueURL: 'https://sqs.eu-west-1.amazonaws.com/1/q', awsRegion: 'eu-west-1' };

describe('judgeDocumented', () => {
  it.each<[string, string, Metadata, Circumstances?]>([
    ['all that is required', 'aws-sqs-queue', sqs],
    [
      'one of two ways to say the same',
      'nats-jetstream',
      { natsServerMonitoringEndpoint: 'n:8222', accountID: 'a', stream: 's', consumer: 'c' },
    ],
    [
      'a set of parameters instead of one',
      'postgresql',
      { query: 'q', targetQueryValue: '1', host: 'h', port: '1', userName: 'u', dbName: 'd', sslmode: 'disable' },
    ],
    ['no target in a formula', 'postgresql', { query: 'q' }, { inFormula: true, names: ['connection'] }],
    ['what an authentication may give', 'nats-jetstream', { stream: 's', consumer: 'c' }, { every: true }],
    [
      'a variable that is out of sight',
      'aws-sqs-queue',
      { awsRegion: 'eu-west-1', queueURLFromEnv: 'Q' },
      { names: ['queueURL'] },
    ],
    ['a value that is still to be filled in', 'aws-sqs-queue', { ...sqs, queueLength: '${TARGET}' }],
    ['a truth value spelt 0', 'aws-sqs-queue', { ...sqs, scaleOnInFlight: '0' }],
  ])('accepts %s', (_, ...given) => expect(judge(...given)).toEqual([]));

  it.each<[string, string, Metadata, string[], Circumstances?]>([
    [
      'what is missing',
      'postgresql',
      { connectionFromEnv: 'C' },
      ['query: is required: set metadata.query', 'targetQueryValue: is required: set metadata.targetQueryValue'],
      { names: ['connection'] },
    ],
    [
      'a slip',
      'aws-sqs-queue',
      { awsRegion: 'eu-west-1', queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/q', queueLenght: '5' },
      [
        "queueURL: is required: set metadata.queueURL, or name a variable of the target's container in metadata.queueURLFromEnv",
        'queueUrl: is unknown; did you mean queueURL?',
        'queueLenght: is unknown; did you mean queueLength?',
      ],
    ],
    [
      'a key of another type',
      'aws-sqs-queue',
      { ...sqs, podSelector: 'a=b' },
      ['podSelector: is unknown and has no effect: it belongs to kubernetes-workload, not to aws-sqs-queue'],
    ],
    [
      'that no set is complete',
      'postgresql',
      { query: 'q', targetQueryValue: '1', host: 'h' },
      [': needs connection, or host, port, userName, dbName and sslmode'],
    ],
    [
      'a word where a number belongs',
      'aws-sqs-queue',
      { ...sqs, queueLength: 'ten' },
      ['queueLength: expected a whole number such as 5, found "ten"'],
    ],
    [
      'a metricType of resource metrics',
      'aws-sqs-queue',
      sqs,
      ['metricType: expected AverageValue or Value, found "Utilization"'],
      { metricType: 'Utilization' },
    ],
  ])('tells %s', (_, type, metadata, expected, ...rest) => expect(judge(type, metadata, ...rest)).toEqual(expected));
});

describe('a whole manifest', () => {
  const trigger = (yaml: string) => scaledObject(`scaleTargetRef: { name: consumer }\ntriggers:\n  - ${yaml}`);
  it('has its parameters followed to where they come from', async () => {
    const text = trigger('{ type: aws-sqs-queue, metadata: { queueURLFromEnv: Q, awsRegion: eu-west-1 } }');
    expect(await problemsOf(text)).toEqual([
      '8 spec.triggers[0] info UNRESOLVED',
      '8 spec.triggers[0].type info NOT_SUPPORTED_YET',
    ]);
  });
  it('hears what the old name of a parameter is today', async () => {
    const text = trigger('{ type: kafka, metadata: { brokerList: "k:1", consumerGroup: g, topic: t } }');
    expect(await messagesOf(text)).toContain('has no effect: write bootstrapServers');
  });
});
