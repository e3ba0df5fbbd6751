// The engine of `sluice validate`: what it says about whole files.
import { describe, expect, it } from '@jest/globals';
import { deployment, judgeFiles, messagesOf, problemsOf, scaledObject } from './manifests.ts';

const cron = `triggers:
  - type: cron
    metadata: { timezone: Europe/Berlin, start: 0 8 * * *, end: 0 18 * * *, desiredReplicas: "3" }`;
const good = scaledObject(`scaleTargetRef: { name: consumer }\n${cron}`);
const trigger = (yaml: string) => scaledObject(`scaleTargetRef: { name: consumer }\ntriggers:\n  - ${yaml}`);

describe('a good manifest', () => {
  it('has no problems, and shows its trigger and the HPA that would be made', async () => {
    const [report, ...rest] = await judgeFiles({ 'so.yaml': good });
    expect(rest).toEqual([]);
    expect(report).toMatchObject({
      file: 'so.yaml',
      kind: 'ScaledObject',
      namespace: 'shop',
      name: 'consumer-scaler',
      ok: true,
      problems: [],
    });
    expect(report?.triggers).toEqual([
      expect.objectContaining({ index: 0, type: 'cron', name: null, target: 1, metricType: 'AverageValue' }),
    ]);
    expect(report?.hpa).toMatchObject({
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'keda-hpa-consumer-scaler', namespace: 'shop' },
      spec: {
        minReplicas: 1,
        maxReplicas: 100,
        metrics: [{ type: 'External', external: { metric: { name: report?.triggers[0]?.metricName } } }],
      },
    });
  });
  it('takes parameters from what the same files hold', async () => {
    const text = `${trigger('{ type: redis, metadata: { addressFromEnv: REDIS, passwordFromEnv: PASSWORD, listName: jobs } }')}---${deployment}---
apiVersion: v1
kind: Secret
metadata: { name: redis, namespace: shop }
stringData: { password: geheim }
`;
    const [report] = await judgeFiles({ 'all.yaml': text });
    expect(report?.problems).toEqual([]);
    expect(report?.triggers[0]?.metricName).toBe('s0-redis-jobs');
    expect(JSON.stringify(report)).not.toContain('geheim');
  });
  it('follows a TriggerAuthentication to its Secret, in whichever order and file they stand', async () => {
    const reports = await judgeFiles({
      'a.yaml': trigger(
        '{ type: redis, metadata: { address: "redis:6379", listName: jobs }, authenticationRef: { name: auth } }',
      ),
      'b.yaml': `
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: auth, namespace: shop }
spec: { secretTargetRef: [{ parameter: password, name: redis, key: word }] }
---
apiVersion: v1
kind: Secret
metadata: { name: redis }
data: { word: Z2VoZWlt }
`,
    });
    expect(reports.map(({ kind, problems }) => [kind, problems])).toEqual([
      ['ScaledObject', []],
      ['TriggerAuthentication', []],
    ]);
  });
  it('says nothing about objects of others', async () => {
    expect(await judgeFiles({ 'd.yaml': deployment, 'v.yaml': 'replicas: 3\n' })).toEqual([]);
  });
});

describe('references', () => {
  it('takes what the files do not hold to be good, and says so once for each reference', async () => {
    const rabbit = trigger(
      '{ type: rabbitmq, metadata: { queueName: jobs, mode: QueueLength, value: "5" }, authenticationRef: { name: rabbit } }',
    );
    const reports = await judgeFiles({ 'a.yaml': rabbit, 'b.yaml': rabbit });
    expect(reports.map(({ ok }) => ok)).toEqual([true, true]);
    expect(
      reports.flatMap(({ problems }) => problems.map(({ severity, code, message }) => [severity, code, message])),
    ).toEqual([
      [
        'info',
        'UNRESOLVED',
        'TriggerAuthentication "shop/rabbit" is not in these files, or not complete there: what it gives is taken to be good (said once)',
      ],
    ]);
    expect(reports[0]?.triggers).toEqual([
      {
        index: 0,
        type: 'rabbitmq',
        name: null,
        metricName: 's0-rabbitmq-jobs',
        target: 5,
        metricType: 'AverageValue',
        activation: 0,
      },
    ]);
  });
  it('names what is missing in an object that the files do hold', async () => {
    const text = `${trigger('{ type: redis, metadata: { addressFromEnv: REDISS, listName: jobs } }')}---${deployment}`;
    expect(await problemsOf(text)).toEqual(['8 spec.triggers[0].metadata.addressFromEnv MISSING_REFERENCE']);
    expect(await messagesOf(text)).toContain(
      'names the variable "REDISS", but container "app" of Deployment "shop/consumer" does not set it',
    );
  });
  it('concludes nothing from a Secret that is yet to be filled in', async () => {
    const secret =
      '---\napiVersion: v1\nkind: Secret\nmetadata: { name: redis, namespace: shop }\nstringData: { other: "<your password>" }\n';
    const text = `${trigger('{ type: redis, metadata: { addressFromEnv: REDIS, passwordFromEnv: PASSWORD, listName: jobs } }')}---${deployment}${secret}`;
    expect(await problemsOf(text)).toEqual(['8 spec.triggers[0] info UNRESOLVED']);
  });
  it('still sees what is wrong beside a reference that cannot be followed', async () => {
    const text = trigger('{ type: redis, metadata: { listLength: many }, authenticationRef: { name: gone } }');
    expect((await problemsOf(text)).toSorted()).toEqual([
      '8 spec.triggers[0] info UNRESOLVED',
      '8 spec.triggers[0].metadata.listLength TRIGGER_PARAMETER',
      '8 spec.triggers[0].metadata.listName TRIGGER_PARAMETER',
    ]);
  });
  it('takes what a secret store gives to be good', async () => {
    const text = `${trigger('{ type: redis, metadata: { listName: jobs }, authenticationRef: { name: vault } }')}---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: vault, namespace: shop }
spec: { hashiCorpVault: { address: "https://vault", authentication: token, secrets: [{ parameter: address, path: p, key: k }] } }
`;
    expect(await problemsOf(text)).toEqual(['8 spec.triggers[0] info UNRESOLVED']);
  });
});

it('tells all that has to change in a manifest of KEDA 1', async () => {
  const text = `
apiVersion: keda.k8s.io/v1alpha1
kind: ScaledObject
metadata: { name: a, labels: { deploymentName: consumer } }
spec:
  scaleTargetRef:
    deploymentName: consumer
    minReplicaCount: 0
  maxReplicaCount: 10
  triggers:
    - type: azure-servicebus
      metadata: { queueName: q, queueLength: "5" }
      authenticationRef: { name: auth }
---
apiVersion: keda.k8s.io/v1alpha1
kind: TriggerAuthentication
metadata: { name: auth }
spec: { secretTargetRef: [{ parameter: connection, name: s, key: k }] }
`;
  expect(await problemsOf(text)).toEqual([
    '2 apiVersion OLD_GROUP',
    '6 spec.scaleTargetRef.name REQUIRED',
    '7 spec.scaleTargetRef.deploymentName warning UNKNOWN_FIELD',
    '8 spec.scaleTargetRef.minReplicaCount warning UNKNOWN_FIELD',
    '11 spec.triggers[0] info UNRESOLVED',
    '12 spec.triggers[0].metadata.queueLength warning UNKNOWN_PARAMETER',
    '15 apiVersion OLD_GROUP',
  ]);
  expect(await messagesOf(text)).toContain("keda.k8s.io/v1alpha1 is KEDA 1's: write keda.sh/v1alpha1");
});

it('stops when it is told to', async () => {
  const { validate } = await import('../../../../src/cli/validate/validate.ts');
  async function* files() {
    yield { file: 'a', mode: 'found', content: { text: good } } as const;
  }
  await expect(Array.fromAsync(validate(files(), AbortSignal.abort(new Error('stop'))))).rejects.toThrow('stop');
});

describe('a kind or a group that is nearly ours', () => {
  it.each([
    [
      'a misspelt kind',
      'keda.sh/v1alpha1',
      'ScaledObjct',
      'keda.sh has no kind "ScaledObjct": did you mean ScaledObject?',
    ],
    [
      'a misspelt group',
      'kedaa.sh/v1alpha1',
      'ScaledObject',
      'nobody scales by a ScaledObject of kedaa.sh: did you mean keda.sh/v1alpha1?',
    ],
    [
      'the group of another kind',
      'keda.sh/v1alpha1',
      'CloudEventSource',
      'keda.sh has no kind "CloudEventSource": expected one of ScaledObject, ',
    ],
  ])('is told: %s', async (_, apiVersion, kind, message) =>
    expect(await messagesOf(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`)).toContain(message),
  );
  it('is not told of what is somebody else’s', async () =>
    expect(await messagesOf('apiVersion: example.com/v1\nkind: ScaledObject\nmetadata: { name: a }\n')).toBe(''));
});
