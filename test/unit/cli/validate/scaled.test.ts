// What `sluice validate` says of ScaledObjects: KEDA's rules, trigger types and parameters.
import { describe, expect, it } from '@jest/globals';
import { deployment, judgeFiles, messagesOf, problemsOf, scaledObject } from './manifests.ts';

const cron = `triggers:
  - type: cron
    metadata: { timezone: Europe/Berlin, start: 0 8 * * *, end: 0 18 * * *, desiredReplicas: "3" }`;
const good = scaledObject(`scaleTargetRef: { name: consumer }\n${cron}`);
const trigger = (yaml: string) => scaledObject(`scaleTargetRef: { name: consumer }\ntriggers:\n  - ${yaml}`);

const REST = `scaleTargetRef: { name: consumer }\n${cron}`;
describe('mistakes in a ScaledObject', () => {
  it.each<[string, string, string[]]>([
    [
      'minReplicaCount under scaleTargetRef',
      scaledObject(`scaleTargetRef:\n  name: consumer\n  minReplicaCount: 0\n${cron}`),
      ['8 spec.scaleTargetRef.minReplicaCount warning UNKNOWN_FIELD'],
    ],
    [
      'min above max',
      scaledObject(`minReplicaCount: 5\nmaxReplicaCount: 4\n${REST}`),
      ['6 spec.minReplicaCount REPLICA_BOUNDS'],
    ],
    [
      'min above max beside a field of the wrong type',
      scaledObject(`minReplicaCount: 5\nmaxReplicaCount: 4\npollingInterval: often\n${REST}`),
      ['6 spec.minReplicaCount REPLICA_BOUNDS', '8 spec.pollingInterval WRONG_TYPE'],
    ],
    [
      'a max of the wrong type, of which nothing else is said',
      scaledObject(`minReplicaCount: 500\nmaxReplicaCount: "900"\n${REST}`),
      ['7 spec.maxReplicaCount WRONG_TYPE'],
    ],
    [
      'useCachedMetrics on cron beside a parameter that is a number',
      scaledObject(
        REST.replace('- type: cron', '- type: cron\n    useCachedMetrics: true').replace(
          'Replicas: "3"',
          'Replicas: 3',
        ),
      ),
      ['9 spec.triggers[0].useCachedMetrics TRIGGERS', '10 spec.triggers[0].metadata.desiredReplicas WRONG_TYPE'],
    ],
    ['idle without min', scaledObject(`idleReplicaCount: 0\n${REST}`), ['6 spec.idleReplicaCount REPLICA_BOUNDS']],
    [
      'idle 0 with min 0',
      scaledObject(`idleReplicaCount: 0\nminReplicaCount: 0\n${REST}`),
      ['6 spec.idleReplicaCount warning NO_EFFECT'],
    ],
    [
      'idle above 0',
      scaledObject(`idleReplicaCount: 1\nminReplicaCount: 2\n${REST}`),
      ['6 spec.idleReplicaCount warning NO_EFFECT'],
    ],
    ['a name too long for its HPA', good.replace('consumer-scaler', 'n'.repeat(55)), ['4 metadata.name NAME_TOO_LONG']],
    [
      'useCachedMetrics on cron',
      scaledObject(REST.replace('- type: cron', '- type: cron\n    useCachedMetrics: true')),
      ['9 spec.triggers[0].useCachedMetrics TRIGGERS'],
    ],
    [
      'a fallback for cpu alone',
      scaledObject(
        'minReplicaCount: 1\nscaleTargetRef: { name: c }\nfallback: { failureThreshold: 1, replicas: 1 }\ntriggers:\n  - { type: cpu, metricType: Utilization, metadata: { value: "60" } }',
      ),
      ['8 spec.fallback FALLBACK', '8 spec.fallback info NO_EFFECT'],
    ],
    [
      'cpu alone with min 0',
      trigger('{ type: cpu, metricType: Utilization, metadata: { value: "60" } }'),
      ['5 spec.minReplicaCount SCALE_TO_ZERO'],
    ],
    [
      'cpu alone with min 0 on another kind of target',
      scaledObject(
        'scaleTargetRef: { name: c, kind: Cluster, apiVersion: db.example/v1 }\ntriggers:\n  - { type: cpu, metricType: Utilization, metadata: { value: "60" } }',
      ),
      [],
    ],
    [
      'the old type of a cpu trigger',
      scaledObject(
        'minReplicaCount: 1\nscaleTargetRef: { name: c }\ntriggers:\n  - { type: cpu, metadata: { type: Utilization, value: "60" } }',
      ),
      ['9 spec.triggers[0].metricType TRIGGER_PARAMETER', '9 spec.triggers[0].metadata.type TRIGGER_PARAMETER'],
    ],
    [
      'a formula over names that no trigger has',
      scaledObject(`advanced: { scalingModifiers: { formula: a, target: "1" } }\n${REST}`),
      ['6 spec.advanced.scalingModifiers.formula SCALING_MODIFIERS'],
    ],
    [
      'a formula without a target',
      scaledObject(`advanced: { scalingModifiers: { formula: "1" } }\n${REST}`),
      ['6 spec.advanced.scalingModifiers.target SCALING_MODIFIERS', '9 spec.triggers[0] warning NO_EFFECT'],
    ],
    [
      'queueLength on azure-servicebus',
      trigger('{ type: azure-servicebus, metadata: { queueName: q, queueLength: "5", connectionFromEnv: C } }'),
      ['8 spec.triggers[0] info UNRESOLVED', '8 spec.triggers[0].metadata.queueLength warning UNKNOWN_PARAMETER'],
    ],
    [
      'metricType inside metadata',
      trigger('{ type: mssql, metadata: { metricType: Value } }'),
      [
        '8 spec.triggers[0].type info NOT_SUPPORTED_YET',
        '8 spec.triggers[0].metadata.metricType warning UNKNOWN_PARAMETER',
      ],
    ],
    [
      'a misspelt type',
      trigger('{ type: azure-service-bus, metadata: {} }'),
      ['8 spec.triggers[0].type UNKNOWN_TRIGGER'],
    ],
    [
      'a misspelt parameter',
      trigger('{ type: redis, metadata: { address: "r:6379", listname: jobs } }'),
      [
        '8 spec.triggers[0].metadata.listName TRIGGER_PARAMETER',
        '8 spec.triggers[0].metadata.listname warning UNKNOWN_PARAMETER',
      ],
    ],
    [
      'a number where text belongs',
      trigger('{ type: redis, metadata: { address: "r:6379", listName: jobs, listLength: 5 } }'),
      ['8 spec.triggers[0].metadata.listLength WRONG_TYPE'],
    ],
    [
      'what else is wrong beside a number where text belongs',
      trigger('{ type: redis, metadata: { address: "r:6379", listLength: 5 } }'),
      ['8 spec.triggers[0].metadata.listName TRIGGER_PARAMETER', '8 spec.triggers[0].metadata.listLength WRONG_TYPE'],
    ],
    [
      'an unknown key beside an error',
      scaledObject(
        'minReplicaCount: 1\nscaleTargetRef: { name: c }\ntriggers:\n  - { type: cpu, metadata: { value: "60", zzz: "1" } }',
      ),
      ['9 spec.triggers[0].metricType TRIGGER_PARAMETER', '9 spec.triggers[0].metadata.zzz warning UNKNOWN_PARAMETER'],
    ],
    [
      'a credential in plain text',
      trigger('{ type: redis, metadata: { address: "r:6379", listName: jobs, password: geheim } }'),
      ['8 spec.triggers[0].metadata.password warning PLAIN_SECRET'],
    ],
    [
      'an authentication that only one of two triggers for a server has',
      trigger(
        '{ type: redis, metadata: { address: "r:6379", listName: a }, authenticationRef: { name: auth } }\n  - { type: redis, metadata: { address: "r:6379", listName: b } }',
      ),
      ['8 spec.triggers[0] info UNRESOLVED', '9 spec.triggers[1].authenticationRef info MISSING_REFERENCE'],
    ],
    [
      'values that are still to be filled in',
      good.replace('name: consumer }', 'name: "${TARGET}" }').replace('Europe/Berlin', '"${ZONE}"'),
      ['6 spec.scaleTargetRef.name warning TEMPLATE', '9 spec.triggers[0].metadata.timezone TRIGGER_PARAMETER'],
    ],
    [
      'a trigger type of a vendor',
      trigger('{ type: kedify-http, metadata: {} }'),
      ['8 spec.triggers[0].type UNKNOWN_TRIGGER'],
    ],
  ])('%s', async (_, text, expected) => expect(await problemsOf(text)).toEqual(expected));

  it('says that there is no scaler for a type once in a run', async () => {
    const mssql = trigger('{ type: mssql, metadata: {} }');
    const reports = await judgeFiles({ 'a.yaml': mssql, 'b.yaml': mssql });
    expect(reports.flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([
      'there is no scaler for mssql in Sluice yet, so its parameters are not checked (said once)',
    ]);
    expect(reports.map(({ ok, hpa }) => [ok, hpa])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
  });
  it('suggests the type that was meant', async () =>
    expect(await messagesOf(trigger('{ type: azure-service-bus, metadata: {} }'))).toBe(
      'KEDA has no trigger type "azure-service-bus": did you mean azure-servicebus?',
    ));
  it('checks the requests of a target that is in the files', async () => {
    const cpu = scaledObject(
      'minReplicaCount: 1\nscaleTargetRef: { name: consumer }\ntriggers:\n  - { type: memory, metricType: Utilization, metadata: { value: "60" } }',
    );
    expect(await messagesOf(`${cpu}---${deployment}`)).toBe(
      'container app of Deployment consumer has no memory request or limit: KEDA refuses this unless a LimitRange gives one',
    );
    expect(await messagesOf(`${cpu.replace('memory', 'cpu')}---${deployment}`)).toBe('');
  });
  it('does not ask for more of a cpu trigger that has no place in a ScaledJob', async () => {
    const job = `apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: { name: import, namespace: shop }
spec:
  jobTargetRef: { template: { spec: { restartPolicy: Never, containers: [{ name: import, image: import }] } } }
  triggers: [{ type: cpu, metadata: { value: "60" } }]
`;
    expect(await problemsOf(job)).toEqual(['6 spec.triggers[0].type SCALED_JOB']);
  });
  it('makes no HPA for a paused object', async () => {
    const [report] = await judgeFiles({
      'a.yaml': good.replace('namespace: shop', 'namespace: shop, annotations: { autoscaling.keda.sh/paused: "true" }'),
    });
    expect([report?.ok, report?.hpa]).toEqual([true, undefined]);
  });
});
