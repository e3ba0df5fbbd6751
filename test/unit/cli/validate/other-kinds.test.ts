// What `sluice validate` says of ScaledJobs, authentications and Dapr's objects.
import { describe, expect, it } from '@jest/globals';
import { deployment, messagesOf, problemsOf } from './manifests.ts';

describe('the other kinds', () => {
  const object = (kind: string, spec: string, metadata = '{ name: a }') =>
    `apiVersion: keda.sh/v1alpha1\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
  const containers = 'spec: { containers: [{ name: c, image: i, env: [{ name: ADDRESS, value: "r:6379" }] }]';
  it.each<[string, string, string[]]>([
    ['an unknown kind', object('ScaledObjekt', '{}'), ['2 kind WRONG_KIND']],
    [
      'a CloudEventSource without a spec',
      'apiVersion: eventing.keda.sh/v1alpha1\nkind: CloudEventSource\nmetadata: { name: a }\n',
      ['1 spec REQUIRED'],
    ],
    [
      'a ScaledJob whose trigger reads its own environment',
      object(
        'ScaledJob',
        `{ jobTargetRef: { template: { ${containers}, restartPolicy: Never } } }, triggers: [{ type: redis, metadata: { addressFromEnv: ADDRESS, listName: l } }] }`,
      ),
      [],
    ],
    [
      'a ScaledJob without restartPolicy',
      object(
        'ScaledJob',
        `{ jobTargetRef: { template: { ${containers} } } }, triggers: [{ type: mssql, metadata: {} }] }`,
      ),
      [
        '4 spec.jobTargetRef.template.spec.restartPolicy info NO_EFFECT',
        '4 spec.triggers[0].type info NOT_SUPPORTED_YET',
      ],
    ],
    [
      'a ScaledJob that always restarts',
      object(
        'ScaledJob',
        `{ jobTargetRef: { template: { ${containers}, restartPolicy: Always } } }, triggers: [{ type: mssql, metadata: {} }] }`,
      ),
      [
        '4 spec.jobTargetRef.template.spec.restartPolicy INVALID_VALUE',
        '4 spec.triggers[0].type info NOT_SUPPORTED_YET',
      ],
    ],
    [
      'a ScaledJob without restartPolicy beside another mistake',
      object('ScaledJob', `{ jobTargetRef: { template: { ${containers} } } }, maxReplicaCount: "x" }`),
      [
        '4 spec.triggers REQUIRED',
        '4 spec.jobTargetRef.template.spec.restartPolicy info NO_EFFECT',
        '4 spec.maxReplicaCount WRONG_TYPE',
      ],
    ],
    [
      'a parameter with the name of a variable',
      object('TriggerAuthentication', '{ secretTargetRef: [{ parameter: QUEUE_CONNECTION, name: s, key: k }] }'),
      ['4 spec.secretTargetRef[0].parameter warning UNKNOWN_PARAMETER'],
    ],
    [
      'an identity that is gone',
      object('TriggerAuthentication', '{ podIdentity: { provider: azure } }'),
      ['4 spec.podIdentity.provider INVALID_VALUE'],
    ],
    [
      'a deprecated identity',
      object('TriggerAuthentication', '{ podIdentity: { provider: aws-eks } }'),
      ['4 spec.podIdentity.provider warning DEPRECATED'],
    ],
    [
      'an empty identity',
      object('TriggerAuthentication', '{ podIdentity: { provider: azure-workload, identityId: "" } }'),
      ['4 spec.podIdentity.identityId INVALID_VALUE'],
    ],
    [
      'an authority host without a tenant',
      object('TriggerAuthentication', '{ podIdentity: { provider: azure-workload, identityAuthorityHost: h } }'),
      ['4 spec.podIdentity.identityAuthorityHost INVALID_VALUE'],
    ],
    [
      'a role that is named and taken over',
      object('TriggerAuthentication', '{ podIdentity: { provider: aws, roleArn: r, identityOwner: workload } }'),
      ['4 spec.podIdentity.roleArn INVALID_VALUE'],
    ],
    [
      'an external ID without a role',
      object('TriggerAuthentication', '{ podIdentity: { provider: aws, externalID: r } }'),
      ['4 spec.podIdentity.externalID INVALID_VALUE'],
    ],
    [
      'OAuth2 without a URL',
      object('TriggerAuthentication', '{ oauth2: { clientId: "", tokenUrl: ftp://x } }'),
      ['4 spec.oauth2.clientId INVALID_VALUE', '4 spec.oauth2.tokenUrl INVALID_VALUE'],
    ],
    [
      'a file in a namespaced authentication',
      object('TriggerAuthentication', '{ filePath: a.json }'),
      ['4 spec.filePath INVALID_VALUE'],
    ],
    [
      'a file outside',
      object('ClusterTriggerAuthentication', '{ filePath: ../a.json }'),
      ['4 spec.filePath INVALID_VALUE'],
    ],
    [
      'a cluster-wide authentication with a namespace',
      object('ClusterTriggerAuthentication', '{ filePath: a.json }', '{ name: a, namespace: shop }'),
      ['3 metadata.namespace warning NO_EFFECT'],
    ],
    [
      'Dapr annotations of 2019',
      deployment.replace(
        '  template:\n',
        '  template:\n    metadata: { annotations: { dapr.io/enabled: "true", dapr.io/id: consumer, dapr.io/port: "5000" } }\n',
      ),
      [
        '7 spec.template.metadata.annotations["dapr.io/id"] warning OLD_ANNOTATION',
        '7 spec.template.metadata.annotations["dapr.io/port"] warning OLD_ANNOTATION',
      ],
    ],
    [
      'a Dapr component without a version',
      'apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: a }\nspec: { type: state.redis }\n',
      ['4 spec.version REQUIRED'],
    ],
  ])('%s', async (_, text, expected) => expect(await problemsOf(text)).toEqual(expected));

  it.each([
    ['azure', 'AAD pod identity no longer exists: use azure-workload'],
    ['azure | aws', 'these look like alternatives, write one of them'],
    ['${PROVIDER}', 'this looks like a template that must be filled in first'],
    ['<provider>', 'this looks like a template that must be filled in first'],
  ])('hints at what is behind the provider %s', async (provider, hint) =>
    expect(await messagesOf(object('TriggerAuthentication', `{ podIdentity: { provider: "${provider}" } }`))).toContain(
      `: ${hint}`,
    ),
  );
  it('takes a template without quotes, which is a mapping in YAML, for a template', async () =>
    expect(await messagesOf(object('TriggerAuthentication', '{}', '{ name: {{ .name }} }'))).toContain(
      'expected a string, found a mapping: this looks like a template',
    ));
});
