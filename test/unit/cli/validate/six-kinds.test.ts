// All six kinds in one directory: what one refers to in another is followed.
import { describe, expect, it } from '@jest/globals';
import { judgeFiles } from './manifests.ts';

const object = (kind: string, name: string, spec: string, group = 'keda.sh'): string => `
apiVersion: ${group}/v1alpha1
kind: ${kind}
metadata: { name: ${name}${kind.startsWith('Cluster') ? '' : ', namespace: shop'} }
spec: ${spec}
`;
const secret = (name: string, data: string, namespace = 'shop'): string => `
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: ${namespace} }
stringData: ${data}
`;
const keyOf = (name: string, key: string, parameter = key) =>
  `{ secretTargetRef: [{ parameter: ${parameter}, name: ${name}, key: ${key} }] }`;
const rabbit = (ref: string) =>
  `{ type: rabbitmq, metadata: { queueName: q, mode: QueueLength, value: "1" }, authenticationRef: ${ref} }`;
const scaledJob = (ref: string) =>
  object(
    'ScaledJob',
    'import',
    `{ jobTargetRef: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: i }] } } }, triggers: [${rabbit(ref)}] }`,
  );
const TOPIC = 'https://t.westeurope-1.eventgrid.azure.net/api/events';
const events = (ref: string, endpoint = TOPIC) =>
  object(
    'CloudEventSource',
    'grid',
    `{ destination: { azureEventGridTopic: { endpoint: "${endpoint}" } }, authenticationRef: ${ref} }`,
    'eventing.keda.sh',
  );

const GOOD: Readonly<Record<string, string>> = {
  'so.yaml': object(
    'ScaledObject',
    'mail',
    `{ scaleTargetRef: { name: mail }, triggers: [${rabbit('{ name: broker }')}] }`,
  ),
  'sj.yaml': scaledJob('{ name: shared, kind: ClusterTriggerAuthentication }'),
  'ta.yaml': object('TriggerAuthentication', 'broker', keyOf('broker', 'host')),
  'cta.yaml': object('ClusterTriggerAuthentication', 'shared', keyOf('shared', 'host')),
  'secret.yaml':
    secret('broker', '{ host: "amqp://h/", accessKey: k }') +
    '---' +
    secret('shared', '{ host: "amqp://h/" }', 'platform'),
  'events.yaml': events('{ name: topic }'),
  'cluster-events.yaml': object(
    'ClusterCloudEventSource',
    'all',
    '{ destination: { http: { uri: "https://events" } } }',
    'eventing.keda.sh',
  ),
  'topic.yaml': object('TriggerAuthentication', 'topic', keyOf('broker', 'accessKey')),
};

async function problemsOf(change: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const reports = await judgeFiles({ ...GOOD, ...change });
  return reports.flatMap(({ file, problems }) =>
    problems.map(({ path, severity, code, message }) => `${file} ${path} ${severity} ${code}: ${message}`),
  );
}

describe('a directory with all six kinds', () => {
  it('is good when everything is there', async () => {
    expect(await problemsOf({})).toEqual([]);
    const reports = await judgeFiles(GOOD);
    expect(reports.filter(({ ok }) => ok).map(({ kind }) => kind)).toHaveLength(7);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a ScaledJob whose authentication names a key that its Secret has not',
      { 'cta.yaml': object('ClusterTriggerAuthentication', 'shared', keyOf('shared', 'hots', 'host')) },
      [
        'sj.yaml spec.triggers[0].authenticationRef error MISSING_REFERENCE: ClusterTriggerAuthentication "shared" gives host, but Secret "<cluster object namespace>/shared" has no key "hots"',
      ],
    ],
    [
      'a ScaledJob whose authentication does not give what its trigger needs',
      { 'cta.yaml': object('ClusterTriggerAuthentication', 'shared', keyOf('shared', 'host', 'vhostName')) },
      ['sj.yaml spec.triggers[0].metadata.host error TRIGGER_PARAMETER: is required: set metadata.host'],
    ],
    [
      'an event source whose authentication names a key that its Secret has not',
      { 'topic.yaml': object('TriggerAuthentication', 'topic', keyOf('broker', 'acessKey', 'accessKey')) },
      [
        'events.yaml spec.authenticationRef error MISSING_REFERENCE: TriggerAuthentication "shop/topic" gives accessKey, but Secret "shop/broker" has no key "acessKey"',
      ],
    ],
    [
      'an event source whose authentication gives something else',
      { 'topic.yaml': object('TriggerAuthentication', 'topic', keyOf('broker', 'host')) },
      [
        'events.yaml spec.authenticationRef error MISSING_REFERENCE: this one gives neither: azureEventGridTopic needs an authentication that gives accessKey, or has pod identity azure-workload',
      ],
    ],
    [
      'an event source with a workload identity for somebody else than Azure',
      {
        'topic.yaml': object('TriggerAuthentication', 'topic', '{ podIdentity: { provider: azure-workload } }'),
        'events.yaml': events('{ name: topic }', 'https://evil.example/api/events'),
      },
      [
        'events.yaml spec.destination.azureEventGridTopic.endpoint error INVALID_VALUE: expected https and a host under eventgrid.azure.net',
      ],
    ],
    [
      'an event source whose authentication stands elsewhere',
      { 'topic.yaml': '' },
      [
        'events.yaml spec.authenticationRef info UNRESOLVED: TriggerAuthentication "shop/topic" is not in these files, or not complete there: what it gives is taken to be good (said once)',
      ],
    ],
    [
      'an event source with a workload identity',
      { 'topic.yaml': object('TriggerAuthentication', 'topic', '{ podIdentity: { provider: azure-workload } }') },
      [],
    ],
    [
      'a topic without an authentication',
      { 'events.yaml': events('null') },
      [
        'events.yaml spec.authenticationRef error MISSING_REFERENCE: required, but not there: azureEventGridTopic needs an authentication that gives accessKey, or has pod identity azure-workload',
      ],
    ],
    [
      'an event source with both lists',
      {
        'cluster-events.yaml': object(
          'ClusterCloudEventSource',
          'all',
          '{ destination: { http: { uri: "https://events" } }, eventSubscription: { includedEventTypes: [keda.scaledobject.ready.v1], excludedEventTypes: [keda.scaledobject.ready.v1] } }',
          'eventing.keda.sh',
        ),
      },
      [
        'cluster-events.yaml spec.eventSubscription.excludedEventTypes error INVALID_VALUE: excludes includedEventTypes: say which types are sent or which are not, and remove the other list',
      ],
    ],
  ])('%s', async (_, change, expected) => {
    const found = await problemsOf(change);
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(found[index]).toContain(text);
  });
});
